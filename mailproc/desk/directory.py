"""Looks tickets up in whichever directory the desk has; one that cannot be asked refuses nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from mailproc.letters.operator import Notice
from mailproc.policy.recurrence import Matter, Recurrence, recurrence
from mailproc.policy.tickets import (
    NOT_LOOKED_UP,
    Check,
    DirectoryError,
    Lookup,
    Ticket,
    is_closed,
)
from mailproc.secrets import SecretError, read_secret
from mailproc.store import escalations, tickets
from mailproc.store.foreign_tickets import ForeignTickets
from mailproc.store.tickets import OwnTickets

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailproc.desk.notices import OperatorDesk
    from mailproc.policy.tickets import TicketDirectory
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Settings

ASK_AGAIN_AFTER = timedelta(seconds=30)
"""How long a directory that did not answer is left alone: each question would cost the whole time limit."""


def foreign_tickets(settings: Settings) -> ForeignTickets | None:
    """The other database that the configuration names; None where it names none."""
    url = settings.directory.url
    if url is None:
        return None

    def address() -> str:
        try:
            return read_secret(url, settings.base)
        except SecretError as fault:
            raise DirectoryError(f"directory.url: {fault}") from fault

    return ForeignTickets(settings.directory, address=address, base=settings.base)


def directory_of(settings: Settings, connection: Connection) -> TicketDirectory:
    """The directory of a desk: the other database, else its own table, even while that is empty."""
    return foreign_tickets(settings) or OwnTickets(connection, settings.directory)


log = structlog.get_logger("mailproc.directory")


class Directory:
    """The desk's way to its ticket directory: another database, its own table, or none.

    A foreign directory is to be asked outside of transactions, before a mail is decided: SQLite has one
    writer, and it must not wait for somebody else's server.
    """

    def __init__(self, settings: Settings, operator: OperatorDesk) -> None:
        self._settings = settings
        self._operator = operator
        self._silent_until: datetime | None = None
        self._trouble = ""
        self._foreign = foreign_tickets(settings)

    def look_up(self, connection: Connection, number: str, now: datetime) -> Lookup:
        """A ticket, and what else its organisation and its contact asked for lately. Never raises."""
        directory = self._directory(connection)
        if directory is None:
            return NOT_LOOKED_UP
        if self._is_silent(now):
            return Lookup(check=Check.UNREACHABLE, trouble=self._trouble)
        try:
            ticket = directory.find(number)
            recent = self._recent(directory, ticket, now) if ticket else ()
        except DirectoryError as fault:
            return Lookup(check=Check.UNREACHABLE, trouble=self._note(fault, now))
        if ticket is None:
            return Lookup(check=Check.UNKNOWN)
        return Lookup(check=Check.FOUND, ticket=ticket, recent=recent)

    def open_count(self, connection: Connection, now: datetime) -> int | None:
        """How many tickets are open (E7); None where no directory tells."""
        directory = self._directory(connection)
        if directory is None or self._is_silent(now):
            return None
        try:
            return directory.open_count()
        except DirectoryError as fault:
            self._note(fault, now)
            return None

    def report(self, connection: Connection, lookup: Lookup, now: datetime) -> None:
        """Tells the operator, once a day, of a directory that could not be asked."""
        if lookup.check is Check.UNREACHABLE:
            notice = Notice(kind="directory", detail=lookup.trouble)
            self._operator.tell(connection, notice, key=f"directory:{now.date()}", now=now)

    def recurrence(
        self,
        connection: Connection,
        request: EscalationRequest,
        lookup: Lookup,
        organisation: str | None,
        now: datetime,
    ) -> Recurrence:
        """The same people's earlier tickets and escalations of the same matter (F3)."""
        if request.ticket is None or request.requester is None:
            return Recurrence()
        ticket = lookup.ticket or Ticket(number=request.ticket)
        contact = ticket.contact or request.requester.email
        asked = Matter(
            number=request.ticket,
            words=ticket.title or request.motivation or "",
            category=ticket.category,
            contact=contact,
        )
        since = now - self._settings.directory.look_back
        others = [self._matter(each) for each in lookup.recent]
        known = {other.number.casefold() for other in others}
        past = escalations.of_account(connection, organisation, request.requester.email, since)
        others += [
            Matter(
                number=row["ticket"],
                words=row["said"],
                category=(row["known_ticket"] or {}).get("category", ""),
                contact=(row["known_ticket"] or {}).get("contact", "") or row["requester"],
                seen_at=row["accepted_at"],
                closed_at=row["closed_at"],
            )
            for row in past
            if row["ticket"].casefold() not in known
        ]
        return recurrence(asked, others, now=now, warranty=self._settings.directory.warranty)

    def close(self) -> None:
        """Closes the connections to another database."""
        if self._foreign is not None:
            self._foreign.close()

    def _directory(self, connection: Connection) -> TicketDirectory | None:
        if self._foreign is not None:
            return self._foreign
        own = OwnTickets(connection, self._settings.directory)
        return None if tickets.is_empty(connection) else own

    def _recent(self, directory: TicketDirectory, ticket: Ticket, now: datetime) -> tuple[Ticket, ...]:
        since = now - max(self._settings.directory.look_back, self._settings.directory.warranty)
        return tuple(directory.recent(organisation=ticket.organisation, contact=ticket.contact, since=since))

    def _matter(self, ticket: Ticket) -> Matter:
        closed = is_closed(ticket, self._settings.directory)
        return Matter(
            number=ticket.number,
            words=ticket.title,
            category=ticket.category,
            contact=ticket.contact,
            seen_at=ticket.changed_at,
            closed_at=ticket.changed_at if closed else None,
        )

    def _is_silent(self, now: datetime) -> bool:
        return self._silent_until is not None and now < self._silent_until

    def _note(self, fault: DirectoryError, now: datetime) -> str:
        self._silent_until, self._trouble = now + ASK_AGAIN_AFTER, str(fault)
        log.warning("the ticket directory cannot be asked", trouble=self._trouble)
        return self._trouble
