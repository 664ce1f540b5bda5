"""An escalation and what happened to it, as letters tell of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mailproc.escalation.command import NEEDS_WORDS
from mailproc.escalation.conduct import ORDERS, WITHOUT_WORDS
from mailproc.escalation.post_mortem import caused_by_infrastructure
from mailproc.escalation.progress import next_promise, update_time, updates_every
from mailproc.escalation.timeline import Event
from mailproc.letters.quoting import greeting_name, one_line, several_lines, ticket_link
from mailproc.policy.accounts import is_too_much
from mailproc.policy.editions import next_decision
from mailproc.reading.request import Level

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mailproc.escalation.command import Verb
    from mailproc.letters.pen import Pen
    from mailproc.message.mail import Address
    from mailproc.settings import Settings

MEANT_FOR_REQUESTERS = frozenset(order.happening for order in ORDERS.values() if order.words_to_requester)
"""The happenings whose words staff address to the customer; all others stay inside (F6)."""

INTERNAL = frozenset(
    {
        *(Event.NOTE, Event.ASSIGNED, Event.ROOT_CAUSE_ASKED, Event.TAKEN, Event.WROTE),
        *(Event.HANDED_OVER, Event.STEPPED_UP, Event.LADDER_ENDED, Event.PLANNED, Event.FIXED),
        *(Event.PAUSED, Event.RESUMED, Event.OVERRIDDEN),
    }
)
"""What a customer is never told at all."""

REPORTS = frozenset({Event.POST_MORTEM, Event.ROOT_CAUSE})
"""What is shared after the end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """An escalation as its letters tell of it.

    ``status`` is a value of ``Status``. ``acknowledged_by`` is a name or an address, ``""`` for nobody.
    ``accepted_at`` is aware. ``language`` is the requester's. ``counted_from`` is when the interval of
    promised news began, None while none is promised. ``known_ticket`` is what the ticket directory told,
    for staff. ``procedure`` is the name of the one it falls under, or ``""``.
    """

    ticket: str
    level: Level
    status: str
    requester: Address
    accepted_at: datetime
    organisation: str | None = None
    acknowledged_by: str = ""
    language: str = "en"
    known_ticket: dict[str, Any] = field(default_factory=dict)
    counted_from: datetime | None = None
    procedure: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """One event on the timeline.

    ``kind`` is an ``Event``, or what is told although nothing happened (``update due``). ``by`` is the
    display name or the address of who did it, ``words`` what was written behind the command. ``misuses``
    is how often the account has misused emergencies by then.
    """

    kind: str
    by: str
    at: datetime
    words: str = ""
    misuses: int = 0

    @property
    def key(self) -> str:
        """The kind as the catalogues write it: ``solution_proposed``."""
        return self.kind.replace(" ", "_")


def about(matter: Matter, pen: Pen, settings: Settings) -> dict[str, Any]:
    """What every letter of a matter may speak of; nothing that only staff may know."""
    ticket = one_line(matter.ticket, 60)
    return {
        "ticket": ticket,
        "level": pen.say(f"level.{matter.level}"),
        "is_emergency": matter.level is Level.EMERGENCY,
        "status": pen.status(matter.status),
        "since": pen.moment(matter.accepted_at),
        "owner": called(matter.acknowledged_by, pen, settings) if matter.acknowledged_by else "",
        "decides_at": pen.moment(next_decision(pen.now, settings)),
        "next_update": _next_update(matter, pen, settings),
    }


def _next_update(matter: Matter, pen: Pen, settings: Settings) -> str:
    """When the requester hears next at the latest; ``""`` where nothing is promised."""
    every = updates_every(matter.level, settings)
    if matter.counted_from is None or every is None:
        return ""
    return pen.moment(next_promise(matter.counted_from, every, pen.now, update_time(matter.level, settings)))


def about_for_staff(matter: Matter, pen: Pen, settings: Settings) -> dict[str, Any]:
    """What letters to staff may speak of beyond that."""
    return about(matter, pen, settings) | {
        "link": link_of(matter.ticket, matter.known_ticket, settings),
        **set_up(matter.known_ticket),
        "requester": one_line(str(matter.requester), 120),
        "organisation": one_line(matter.organisation or "", 80),
    }


def link_of(ticket: str, known_ticket: dict[str, Any], settings: Settings) -> str:
    """Where a ticket is seen: the address that the directory tells, else the configured one."""
    told = str(known_ticket.get("url", ""))
    return ticket_link(told, one_line(ticket, 60)) or ticket_link(settings.tickets.url, one_line(ticket, 60))


def set_up(known_ticket: dict[str, Any]) -> dict[str, str]:
    """How a ticket is set up in its system, ``""`` for what is not known."""
    fields = ("category", "priority", "assignee")
    return {name: one_line(str(known_ticket.get(name, "")), 80) for name in fields}


def told_of(happening: Happening, pen: Pen, settings: Settings) -> dict[str, Any]:
    """Who did it, and when. The words are for the caller to judge."""
    return {
        "by": called(happening.by, pen, settings),
        "by_desk": happening.by == settings.desk.name,
        "at": pen.moment(happening.at),
        **tally(happening, settings),
    }


def tally(happening: Happening, settings: Settings) -> dict[str, Any]:
    """How often the account has misused emergencies, and whether that was too often."""
    return {
        "misuses": happening.misuses,
        "misuse_limit": settings.emergency.misuse_limit,
        "restricted": is_too_much(happening.misuses, settings.emergency),
    }


def called(who: str, pen: Pen, settings: Settings) -> str:
    """Staff by their name, others by their name or address; never a text that looks like a link."""
    person = settings.person(who)
    if person:
        return person.name
    name = greeting_name(who)
    if name:
        return name
    shown = one_line(who, 120)
    is_address = shown.count("@") == 1 and not any(mark in shown for mark in " /<>{}:")
    return shown if is_address else pen.say("somebody.name")


def happened(event: Happening, pen: Pen) -> str:
    """What happened in a word or two; a kind without words is told as it is."""
    try:
        return pen.say(f"happening.{event.key}")
    except LookupError:
        return one_line(event.kind, 60)


def quoted(happening: Happening) -> str:
    """What was written behind the command, fit to be printed. A report may be long."""
    return several_lines(happening.words, 12_000 if happening.kind in REPORTS else 2_000)


def asks_root_cause(happening: Happening) -> bool:
    """True for a post mortem that names infrastructure as the cause: a technical analysis is then owed."""
    return happening.kind == Event.POST_MORTEM and caused_by_infrastructure(happening.words)


def word_of(verb: Verb) -> str:
    """The word as one writes it: ``STILL DOWN``. English is understood from everybody."""
    return verb.replace("_", " ").upper()


def buttons(verbs: Iterable[Verb], pen: Pen) -> list[dict[str, str]]:
    """What answers with one word each; behind a word that needs more there is room to write on."""
    wanting = NEEDS_WORDS | WITHOUT_WORDS.keys()
    words = [(word_of(verb), ": " if verb in wanting else "") for verb in verbs]
    return [
        {"label": pen.say("answer.button", word=word), "link": pen.reply_link(word + room)}
        for word, room in words
    ]


def command_lines(verbs: Iterable[str], pen: Pen) -> list[str]:
    """A line for each command: its word, and what it does."""
    return [pen.say(f"command.{verb}") for verb in verbs]
