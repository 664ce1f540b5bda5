"""What a ticket directory tells of a ticket, and what that means for a request about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from mailproc.policy.organisations import FREE_MAIL, same_house, serves

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailproc.settings import Directory, Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """A ticket as its system has it. What the system does not tell is ``""``.

    ``organisation`` is a name, or a mail domain; ``contact`` a mail address in lower case. ``changed_at`` is
    when it last changed, aware, or None where that is not known. ``untold`` are fields that the directory
    tells of no ticket at all.
    """

    number: str
    title: str = ""
    status: str = ""
    organisation: str = ""
    contact: str = ""
    category: str = ""
    priority: str = ""
    assignee: str = ""
    url: str = ""
    changed_at: datetime | None = None
    untold: tuple[str, ...] = ()


class TicketDirectory(Protocol):
    """Where tickets are looked up. Raises DirectoryError where it cannot be asked."""

    def find(self, number: str) -> Ticket | None:
        """The ticket with this number, None where there is none."""
        ...

    def recent(self, *, organisation: str, contact: str, since: datetime) -> Sequence[Ticket]:
        """What changed since then of an organisation's or a contact's tickets, the newest first."""
        ...

    def open_count(self) -> int | None:
        """How many tickets are open; None where that cannot be told."""
        ...


class DirectoryError(Exception):
    """A directory cannot be asked; the text says why, without secrets."""


class Check(StrEnum):
    """What became of looking a ticket up."""

    NOT_ASKED = "no directory"
    FOUND = "found"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """A ticket that was looked up.

    ``recent`` are the other tickets of its organisation and its contact; ``trouble`` is why the directory
    could not be asked.
    """

    check: Check
    ticket: Ticket | None = None
    recent: tuple[Ticket, ...] = ()
    trouble: str = ""


NOT_LOOKED_UP = Lookup(check=Check.NOT_ASKED)
"""A desk without a directory takes every well-formed ID."""


def is_closed(ticket: Ticket, directory: Directory) -> bool:
    """True where the ticket's status counts as closed, whatever its case."""
    return ticket.status.strip().casefold() in {status.casefold() for status in directory.closed}


def lacking(ticket: Ticket, directory: Directory) -> tuple[str, ...]:
    """The fields that a ticket needs before it is escalated, and that are empty (F5).

    What the directory does not tell is asked of nobody.
    """
    asked = (field for field in directory.requires if field not in ticket.untold)
    return tuple(field for field in asked if not getattr(ticket, field).strip())


def may_escalate(email: str, ticket: Ticket, settings: Settings) -> bool | None:
    """Whether a ticket is the sender's: its contact's, their organisation's, a partner's (P10).

    None where the directory names neither an organisation nor a contact: it cannot tell. Free-mail domains
    make nobody a member of anything.
    """
    if not ticket.organisation and not ticket.contact:
        return None
    if not email:
        return False
    if ticket.contact and same_house(email, ticket.contact, settings):
        return True
    owner = organisation_name(ticket, settings)
    own = settings.organisation_of(email)
    if own is not None and own.name.casefold() == owner.casefold():
        return True
    domain = email.rpartition("@")[2]
    if own is None and domain == owner.casefold() and domain not in FREE_MAIL:
        return True
    return serves(email, owner, settings)


def organisation_name(ticket: Ticket, settings: Settings) -> str:
    """The ticket's organisation by its configured name; that of its contact where it names none."""
    named = ticket.organisation.strip()
    for organisation in settings.organisation:
        if named.casefold() == organisation.name.casefold() or named.lower() in organisation.domains:
            return organisation.name
    if not named and ticket.contact:
        found = settings.organisation_of(ticket.contact)
        return found.name if found else ""
    return named


def to_record(ticket: Ticket) -> dict[str, Any]:
    """The ticket as plain JSON values."""
    moment = ticket.changed_at.isoformat() if ticket.changed_at else None
    return {**asdict(ticket), "changed_at": moment}
