"""Bytes in, a mail read and understood out: everything about a mail that needs no transaction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mailproc.message.mail import Address
from mailproc.message.own_lists import written_through
from mailproc.message.parse import parse
from mailproc.reading.notification import is_by_machine
from mailproc.reading.read import read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mailproc.desk.thread import Thread
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.tickets import Lookup
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Settings


MOST_CANDIDATES = 3
"""IDs of an answer that are looked up beforehand."""

NULL_RETURN_PATH = b"Return-Path: <>\r\n"
"""Final delivery writes the envelope sender into the mail (RFC 5321 §4.4); nobody answers the null one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Considered:
    """A mail, the matter it answers, and what it asks for. ``tickets`` are those that were looked up, by
    their numbers."""

    mail: IncomingMail
    thread: Thread | None
    request: EscalationRequest
    tickets: Mapping[str, Lookup] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of the tickets that the mail may be about: what a directory is asked for."""
        request, thread = self.request, self.thread
        named = [request.ticket if request.is_request or thread else None, thread.ticket if thread else None]
        if thread:  # an answer may hold the missing ID alone
            named += [candidate.ticket for candidate in request.candidates[:MOST_CANDIDATES]]
        return tuple(dict.fromkeys(filter(None, named)))

    def for_its_contact(self, settings: Settings) -> Considered:
        """A notification that names nobody is the request of the ticket's contact (P11)."""
        request, author = self.request, self.mail.reply_author
        known = self.tickets.get(request.ticket or "")
        contact = known.ticket.contact if known and known.ticket else ""
        is_request = request.is_request and is_by_machine(self.mail, settings)
        if not (is_request and contact) or request.requester != author:
            return self
        return replace(self, request=replace(request, requester=Address(email=contact)))


def opened(raw: bytes, settings: Settings) -> IncomingMail:
    """The mail these octets hold, as its author wrote it to the desk. Never raises."""
    return written_through(parse(raw), settings.desk.own_lists)


def consider(
    raw: bytes,
    settings: Settings,
    *,
    envelope_from: str | None = None,
    thread_of: Callable[[IncomingMail], Thread | None] = lambda mail: None,
) -> Considered:
    """Parses and reads a mail. Never raises for what stands in it.

    ``envelope_from`` is ``""`` for the null sender, None where it is not known. ``thread_of`` finds the
    matter that a mail answers; its ticket is understood where the mail names none.
    """
    mail = opened(NULL_RETURN_PATH + raw if envelope_from == "" else raw, settings)
    thread = thread_of(mail)
    request = read(mail, settings, thread_ticket=thread.ticket if thread else None)
    return Considered(mail=mail, thread=thread, request=request)
