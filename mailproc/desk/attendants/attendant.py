"""What attendants have in common: they hear of each event, in its transaction, and promise the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.escalation.timeline import Event
    from mailproc.message.mail import Address
    from mailproc.reading.request import FormReading
    from mailproc.store.timers import Due


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """Something happened to an escalation.

    ``row`` is the escalation with its timeline, as it stands afterwards; ``kind`` that of the event on it,
    ``words`` what was written with it. ``mail_id`` is None where no mail brought it;
    ``by_machine`` is true where the mail was a ticket system's notification. ``form`` is the form
    that the mail carried.
    """

    row: dict[str, Any]
    kind: Event
    words: str
    by: Address
    now: datetime
    mail_id: int | None = None
    by_machine: bool = False
    form: FormReading | None = None


class Attendant(Protocol):
    """A part of the desk that accompanies escalations. The caller of its functions commits."""

    @property
    def promises(self) -> frozenset[str]:
        """The kinds of timers that it winds and keeps."""
        ...

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Winds, stops and tells what follows from an event."""
        ...

    def keep(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        """Keeps a promise whose time has come, about an escalation that is given with its timeline."""
        ...


class Listener:
    """An attendant that acts on what it hears, and promises nothing."""

    promises: frozenset[str] = frozenset()

    def keep(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        """There is nothing to keep."""


class Attendance:
    """All attendants of a desk, in the order in which they hear."""

    def __init__(self) -> None:
        self._attendants: list[Attendant] = []

    def admit(self, *attendants: Attendant) -> None:
        """Lets attendants in. They may need the rooms that tell them, so they come after those."""
        self._attendants += attendants

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Tells every attendant."""
        for attendant in self._attendants:
            attendant.hear(connection, heard)

    def keep(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        """Lets the attendant that made a promise keep it."""
        for attendant in self._attendants:
            if promise.kind in attendant.promises:
                attendant.keep(connection, promise, row, now)
