"""An escalation and what happened to it, as letters tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailproc.escalation.command import NEEDS_WORDS
from mailproc.escalation.conduct import ORDERS
from mailproc.letters.quoting import greeting_name, one_line, several_lines, ticket_link
from mailproc.policy.digest_day import next_digest
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

INTERNAL = frozenset({"note", "assigned"})
"""What a customer is never told at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """An escalation as its letters tell of it.

    ``status`` is a value of ``Status``. ``acknowledged_by`` is a name or an address, ``""`` for nobody.
    ``accepted_at`` is aware. ``language`` is the requester's.
    """

    ticket: str
    level: Level
    status: str
    requester: Address
    accepted_at: datetime
    organisation: str | None = None
    acknowledged_by: str = ""
    language: str = "en"


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """One event on the timeline.

    ``kind`` is its name there, as in ``ORDERS``. ``by`` is the display name or the address of who did
    it, ``words`` what was written behind the command.
    """

    kind: str
    by: str
    at: datetime
    words: str = ""

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
        "decides_at": pen.moment(next_digest(pen.now, settings.digest)),
    }


def about_for_staff(matter: Matter, pen: Pen, settings: Settings) -> dict[str, Any]:
    """What letters to staff may speak of beyond that."""
    return about(matter, pen, settings) | {
        "link": ticket_link(settings.tickets.url, one_line(matter.ticket, 60)),
        "requester": one_line(str(matter.requester), 120),
        "organisation": one_line(matter.organisation or "", 80),
    }


def told_of(happening: Happening, pen: Pen, settings: Settings) -> dict[str, Any]:
    """Who did it, and when. The words are for the caller to judge."""
    return {
        "by": called(happening.by, pen, settings),
        "by_desk": happening.by == settings.desk.name,
        "at": pen.moment(happening.at),
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
    """What was written behind the command, fit to be printed."""
    return several_lines(happening.words, 2_000)


def word_of(verb: Verb) -> str:
    """The word as one writes it: ``STILL DOWN``. English is understood from everybody."""
    return verb.replace("_", " ").upper()


def buttons(verbs: Iterable[Verb], pen: Pen) -> list[dict[str, str]]:
    """What answers with one word each; behind a word that needs more there is room to write on."""
    words = [(word_of(verb), ": " if verb in NEEDS_WORDS else "") for verb in verbs]
    return [
        {"label": pen.say("answer.button", word=word), "link": pen.reply_link(word + room)}
        for word, room in words
    ]


def command_lines(verbs: Iterable[str], pen: Pen) -> list[str]:
    """A line for each command: its word, and what it does."""
    return [pen.say(f"command.{verb}") for verb in verbs]
