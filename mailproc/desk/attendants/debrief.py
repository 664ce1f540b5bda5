"""After an emergency its post mortem is asked for, chased, and told to a manager if it never comes (S6).

The first asking stands in the letter that debriefs; here is what follows when nothing comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.audience import post_mortem_author
from mailproc.desk.matter import matter_of
from mailproc.escalation.post_mortem import caused_by_infrastructure
from mailproc.escalation.status import Status
from mailproc.escalation.timeline import Event
from mailproc.reading.request import Level
from mailproc.store import timers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Heard
    from mailproc.desk.mailing import Mailing
    from mailproc.letters import Letters
    from mailproc.settings import Settings
    from mailproc.store.timers import Due

REPORTS = frozenset({Event.POST_MORTEM, Event.ROOT_CAUSE})
"""The reports, by the events that bring them. The timers that chase them are called the same."""


class Debrief:
    """Chases the reports that are owed after an emergency."""

    promises: frozenset[str] = REPORTS

    def __init__(self, settings: Settings, letters: Letters, mailing: Mailing) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Begins to wait for a report, and ends with the report, or when the work begins again."""
        row, is_emergency = heard.row, Level(heard.row["level"]) is Level.EMERGENCY
        if not Status(row["status"]).is_over:
            timers.stop(connection, row["id"], sorted(self.promises))
        elif heard.kind == Event.CLOSED and is_emergency and self._settings.debrief.post_mortem:
            self._wait(connection, Event.POST_MORTEM, row, heard.now)
        elif heard.kind == Event.ROOT_CAUSE_ASKED:
            self._wait(connection, Event.ROOT_CAUSE, row, heard.now)
        elif heard.kind in self.promises:
            timers.stop(connection, row["id"], [heard.kind])
            if heard.kind == Event.POST_MORTEM and caused_by_infrastructure(heard.words):
                self._wait(connection, Event.ROOT_CAUSE, row, heard.now)

    def keep(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        """Asks its author again; after the last time the managers are told, once."""
        author = post_mortem_author(row, self._settings)
        if author is None:
            return
        is_last = promise.round > self._settings.debrief.chases
        matter = matter_of(row, self._settings)
        settings = self._settings
        people = (settings.people_with("manager") or settings.people_with("pm")) if is_last else (author,)
        letters = [
            self._letters.owed(matter, promise.kind, author=author, person=person, is_last=is_last, now=now)
            for person in people
        ]
        key = f"{promise.kind} owed:{row['id']}:{promise.due_at:%Y%m%dT%H%M%S}"
        self._mailing.send(connection, letters, key=key, now=now, escalation_id=row["id"])
        if not is_last:
            self._wait(connection, promise.kind, row, now, round=promise.round + 1)

    def _wait(
        self, connection: Connection, report: str, row: dict[str, Any], now: datetime, round: int = 1
    ) -> None:
        due_at = now + self._settings.debrief.chase_every
        timers.wind(connection, report, due_at, escalation_id=row["id"], round=round)
