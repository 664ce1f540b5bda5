"""What a ticket is, and where the desk looks it up."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Discriminator, Tag

from mailproc.notation import Duration, Line, MailAddress
from mailproc.settings.table import Secret, Table


class Tickets(Table):
    """``[tickets]``: ``patterns`` are regular expressions whose first group is the ID;
    ``url`` is the address of a ticket, with ``{ticket}`` in it; ``prefixes`` win over all others.

    ``record_to`` is the ticket system's mail address: each request is recorded there, under a subject that
    begins with ``record_mark``. ``notifies_from`` are the addresses that its notifications come from.
    """

    patterns: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    url: str | None = None
    record_to: MailAddress | None = None
    record_mark: Line = "[{ticket}]"
    notifies_from: tuple[MailAddress, ...] = ()


DatabaseAddress = Annotated[
    Annotated[str, Tag("address")] | Annotated[Secret, Tag("secret")],
    Discriminator(lambda value: "address" if isinstance(value, str) else "secret"),
]
"""A database as an SQLAlchemy address, or the secret that holds one."""

TicketField = Literal["category", "priority", "assignee"]


class Directory(Table):
    """``[directory]``: where the desk looks tickets up.

    Without ``url`` that is the desk's own table, once it holds a ticket. ``query`` is a SELECT of all
    tickets, or of the one ``:number``; ``table`` a table or view. Statuses are compared in any case.
    """

    url: DatabaseAddress | None = None
    query: str | None = None
    table: str | None = None
    timeout: Duration = timedelta(seconds=3)
    closed: tuple[Line, ...] = (
        "closed",
        "resolved",
        "solved",
        "done",
        "completed",
        "canceled",
        "cancelled",
        "rejected",
        "merged",
        "deleted",
    )
    requires: tuple[TicketField, ...] = ("category", "priority", "assignee")
    look_back: Duration = timedelta(days=14)
    warranty: Duration = timedelta(days=14)
