"""The desk's own table of tickets, for desks whose ticket system cannot be asked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, insert, or_, select, update

from mailproc.policy.tickets import Ticket, is_closed
from mailproc.store.tables import ticket

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.settings import Directory

FIELDS = tuple(column.name for column in ticket.c if column.name not in ("number", "changed_at"))
"""What is told of a ticket beside its number and its date."""

MOST_RECENT = 200
"""Tickets of one organisation that are looked through for earlier ones."""

_ADDRESS = re.compile(r"[^\s<>,;\"()]{1,64}@[^\s<>,;\"()]{1,250}")

Change = Literal["added", "changed", "unchanged"]


class OwnTickets:
    """The table as a directory, on a connection."""

    def __init__(self, connection: Connection, directory: Directory) -> None:
        self._connection = connection
        self._directory = directory

    def find(self, number: str) -> Ticket | None:
        """The ticket with this number, however it is spelled."""
        found = entry(self._connection, number)
        if found is None:
            return None
        empty = [field for field in self._directory.requires if not getattr(found, field)]
        return replace(found, untold=tuple(field for field in empty if self._is_never_told(field)))

    def recent(self, *, organisation: str, contact: str, since: datetime) -> Sequence[Ticket]:
        """What changed since then of an organisation's or a contact's tickets, the newest first."""
        whose = [
            column == value
            for column, value in ((ticket.c.organisation, organisation), (ticket.c.contact, contact))
            if value
        ]
        if not whose:
            return ()
        query = (
            select(ticket)
            .where(or_(*whose), ticket.c.changed_at >= since)
            .order_by(ticket.c.changed_at.desc())
            .limit(MOST_RECENT)
        )
        return [_ticket(row._mapping) for row in self._connection.execute(query)]

    def _is_never_told(self, field: str) -> bool:
        """True for a field that is empty in the whole table: whoever fills it knows nothing of it."""
        query = select(ticket.c.number).where(ticket.c[field] != "").limit(1)
        return self._connection.execute(query).scalar() is None

    def open_count(self) -> int:
        """How many tickets are open."""
        return open_count(self._connection, self._directory)


def is_empty(connection: Connection) -> bool:
    """True for a desk that keeps no tickets of its own."""
    return connection.execute(select(ticket.c.number).limit(1)).scalar() is None


def open_count(connection: Connection, directory: Directory) -> int:
    """How many tickets of the table are open (E7)."""
    closed = [status.casefold() for status in directory.closed]
    query = select(func.count()).select_from(ticket)
    return int(connection.execute(query.where(func.lower(ticket.c.status).not_in(closed))).scalar_one())


def put(connection: Connection, given: Ticket, directory: Directory, *, now: datetime | None) -> Change:
    """Writes a ticket; whoever writes the same again changes nothing.

    Its date is the given one. Without one it is ``now`` where something changed; ``now`` of None says that
    nobody knows when a ticket that is new here, and closed, was closed.
    """
    wanted = canonical(given)
    known = entry(connection, wanted.number)
    if known is not None:
        same = replace(wanted, changed_at=wanted.changed_at or known.changed_at)
        if same == known:
            return "unchanged"
        values = _values(replace(wanted, changed_at=wanted.changed_at or now or known.changed_at))
        connection.execute(update(ticket).where(ticket.c.number == wanted.number).values(values))
        return "changed"
    long_closed = now is None or (given.changed_at is None and is_closed(wanted, directory))
    changed_at = wanted.changed_at or (None if long_closed else now)
    connection.execute(insert(ticket).values(_values(replace(wanted, changed_at=changed_at))))
    return "added"


def set_status(connection: Connection, number: str, status: str, now: datetime) -> bool:
    """Changes a ticket's status; False where there is no such ticket."""
    values = {"status": " ".join(status.split()), "changed_at": now}
    done = connection.execute(update(ticket).where(ticket.c.number == spelled(number)).values(values))
    return done.rowcount == 1


def entry(connection: Connection, number: str) -> Ticket | None:
    """One ticket, or None."""
    row = connection.execute(select(ticket).where(ticket.c.number == spelled(number))).one_or_none()
    return _ticket(row._mapping) if row else None


def listing(connection: Connection, *, limit: int) -> list[dict[str, Any]]:
    """The tickets that changed last, the newest first."""
    query = select(ticket).order_by(ticket.c.changed_at.desc().nulls_last(), ticket.c.number).limit(limit)
    return [dict(row._mapping) for row in connection.execute(query)]


def canonical(given: Ticket) -> Ticket:
    """A ticket as the table keeps it: one spelling of its number, and a contact's bare address."""
    lines = {field: " ".join(str(getattr(given, field)).split()) for field in FIELDS}
    address = _ADDRESS.search(lines["contact"])
    lines["contact"] = (address[0] if address else lines["contact"]).lower()
    return Ticket(number=spelled(given.number), changed_at=given.changed_at, untold=given.untold, **lines)


def spelled(number: str) -> str:
    """A number in the one spelling of the table: ``#inc0042`` is ``INC0042``."""
    return "".join(number.split()).lstrip("#").upper()


def _values(given: Ticket) -> dict[str, Any]:
    return {column.name: getattr(given, column.name) for column in ticket.c}


def _ticket(row: Any) -> Ticket:
    return Ticket(**row)
