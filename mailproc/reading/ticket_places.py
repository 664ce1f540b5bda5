"""Reads the tickets that need no judgement: labelled lines, addresses, thread headers and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.reading.request import Source
from mailproc.reading.sightings import linked_tickets, sightings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.message.mail import IncomingMail
    from mailproc.reading.sightings import Sighting
    from mailproc.reading.speech import Passage
    from mailproc.reading.ticket_forms import Form
    from mailproc.settings import Settings

_PLUS_TICKET = re.compile(
    r"(?:(?:(?:id|ticket|case|issue)[-_]?|t[-_]?(?=\d))([A-Za-z]{0,10}-?\d[A-Za-z0-9]{0,20}(?:-[A-Za-z0-9]{2,12})?)"
    r"|([A-Za-z]{0,10}-?\d{3,15}|[A-Za-z]{2,10}-\d{1,15}))-?"
)
_GITLAB_PLUS = re.compile(r"-(\d{1,10})-issue-?\Z")
_IN_MESSAGE_ID = re.compile(r"<(?:ticket|case|issue|rt|escalation)[-._]([A-Za-z]{0,10}-?\d{1,15})[-._@]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A candidate before the choice. ``apart`` is true where the form itself marks the one ticket of
    the mail, as brackets do."""

    ticket: str
    written: str
    source: Source
    why: str
    configured: bool = False
    mentioned: bool = False
    lost: bool = False
    apart: bool = False


def labelled(words: Passage, own: tuple[Form, ...], prefixes: tuple[str, ...]) -> Iterator[Seen]:
    """ "Ticket: 48213"."""
    for line in words.labelled:
        if line.kind != "ticket":
            continue
        found = list(sightings(line.value, own, prefixes)) or list(linked_tickets(line.value))
        for sighting in found:
            yield Seen(
                ticket=sighting.ticket,
                written=line.value,
                source=Source.LABEL,
                why=f"labelled {line.label!r}",
                configured=is_configured(sighting, prefixes),
            )


def plus_addresses(mail: IncomingMail, settings: Settings) -> Iterator[Seen]:
    """Tickets in the address itself: support+48213@ (RFC 5233)."""
    for address in (*mail.to, *mail.cc):
        local = address.local_part
        if "+" not in local or not settings.is_own_address(address.email):
            continue
        for part in local.split("+")[1:]:
            match = _GITLAB_PLUS.search(part) or _PLUS_TICKET.fullmatch(part)
            if match:
                yield Seen(
                    ticket=match[match.lastindex or 1].upper(),
                    written=address.email,
                    source=Source.PLUS_ADDRESS,
                    why="part of the address",
                )


def threads(mail: IncomingMail, thread_ticket: str | None, settings: Settings) -> Iterator[Seen]:
    """The ticket of the thread that is answered: as the desk remembers it, or as the ticket system
    of the same domain wrote it into its Message-IDs."""
    if thread_ticket:
        written = next(iter((*mail.in_reply_to, *reversed(mail.references))), thread_ticket)
        yield Seen(
            ticket=thread_ticket, written=written, source=Source.THREAD, why="the thread this mail answers"
        )
    domain = settings.desk.address.rpartition("@")[2]
    for reference in (*mail.in_reply_to, *reversed(mail.references)):
        match = _IN_MESSAGE_ID.match(reference)
        if match and reference.rstrip(">").endswith(domain):
            yield Seen(
                ticket=match[1].upper(),
                written=reference,
                source=Source.THREAD,
                why="the thread this mail answers",
            )


def links(passage: Passage) -> Iterator[Seen]:
    """Tickets in the addresses of web pages."""
    for sighting in linked_tickets(passage.text):
        yield Seen(
            ticket=sighting.ticket, written=sighting.written, source=Source.LINK, why="where a link leads"
        )


def is_configured(sighting: Sighting, prefixes: tuple[str, ...]) -> bool:
    """True for an ID that the desk's own configuration knows."""
    return sighting.form.name == "configured" or any(
        sighting.ticket.startswith(prefix.strip("[#").upper()) for prefix in prefixes
    )
