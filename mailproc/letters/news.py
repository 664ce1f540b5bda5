"""What happened to an escalation: to its requester in plain words, to staff with all that was written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.escalation.command import Verb
from mailproc.escalation.status import Status
from mailproc.escalation.timeline import Event
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.matter import (
    INTERNAL,
    MEANT_FOR_REQUESTERS,
    Happening,
    Matter,
    about,
    about_for_staff,
    asks_root_cause,
    buttons,
    command_lines,
    happened,
    quoted,
    told_of,
)
from mailproc.letters.quoting import greeting_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailproc.letters.pen import Pen
    from mailproc.message.mail import Address
    from mailproc.settings import Settings

__all__ = ["Happening", "Matter", "news", "over", "staff_news"]

_REQUESTER_ANSWERS = {
    Event.SOLUTION_PROPOSED: (Verb.ACCEPT, Verb.REJECT),
    "proposal waits": (Verb.ACCEPT, Verb.REJECT),
    Event.SOLUTION_ACCEPTED: (Verb.STILL_DOWN,),
    Event.RESOLVED_BY_REQUESTER: (Verb.STILL_DOWN,),
}
"""The words that a piece of news asks for; each becomes a button."""

_STAFF_ANSWERS = {
    Status.STARTED: (Verb.ACK, Verb.DECLINE, Verb.NOTE),
    Status.ACKNOWLEDGED: (Verb.UPDATE, Verb.PROPOSE, Verb.CLOSE, Verb.NOTE),
    Status.SOLUTION_PROPOSED: (Verb.UPDATE, Verb.PROPOSE, Verb.CLOSE),
    Status.SOLUTION_ACCEPTED: (Verb.CLOSE, Verb.UPDATE),
    Status.SOLUTION_REJECTED: (Verb.ACK, Verb.PROPOSE, Verb.UPDATE),
    Status.CLOSED: (Verb.REOPEN,),
    Status.CANCELED: (Verb.REOPEN,),
}
"""What staff are likely to answer where an escalation stands; HELP names the rest."""


def news(matter: Matter, happening: Happening, pen: Pen, settings: Settings, *, words_allowed: bool) -> Draft:
    """What happened, for the requester and all others outside staff who take part (S2).

    Words are quoted only where they were meant for the customer, whatever the caller allows (F6).
    Raises ValueError for what a customer is never told.
    """
    if happening.kind in INTERNAL:
        raise ValueError(f"{happening.kind!r} is never told to a requester")
    may_quote = words_allowed and happening.kind in MEANT_FOR_REQUESTERS
    data = {
        **about(matter, pen, settings),
        **told_of(happening, pen, settings),
        "words": quoted(happening) if may_quote else "",
        "buttons": buttons(_REQUESTER_ANSWERS.get(happening.kind, ()), pen),
    }
    return Draft(name=f"news.{happening.key}", kind=LetterKind.NEWS, data=data)


def copied(draft: Callable[[Pen], Draft], requester: Address, pen: Pen) -> Draft:
    """The letter of a requester for somebody they copied: the same words, and nothing to answer with."""
    made = draft(pen)
    data = {**made.data, **copied_from(requester), "buttons": []}
    return replace(made, data=data)


def copied_from(requester: Address) -> dict[str, str]:
    """What the sheet of a copy says of the one whose letter it is."""
    name = greeting_name(requester.name)
    return {"copied_by": name or requester.email, "name": name}


def staff_news(matter: Matter, happening: Happening, pen: Pen, settings: Settings) -> Draft:
    """What the requester or a colleague did, for one member of staff: always with the words."""
    data = {
        **about_for_staff(matter, pen, settings),
        **told_of(happening, pen, settings),
        "words": quoted(happening),
        "asks_root_cause": asks_root_cause(happening),
        "commands": command_lines(_STAFF_ANSWERS[Status(matter.status)], pen),
        "buttons": buttons([Verb.ACK] if Status(matter.status) is Status.STARTED else [], pen),
    }
    return Draft(name=f"staff_news.{happening.key}", kind=LetterKind.STAFF_NEWS, data=data)


def over(matter: Matter, happening: Happening, pen: Pen, settings: Settings) -> Draft:
    """To everybody who was alerted: somebody has it, or it is over (P9)."""
    data = {
        **about_for_staff(matter, pen, settings),
        **told_of(happening, pen, settings),
        "what": happened(happening, pen),
        "words": quoted(happening),
    }
    name = "stand_down.acknowledged" if happening.kind == Event.ACKNOWLEDGED else "stand_down.ended"
    return Draft(name=name, kind=LetterKind.OVER, data=data)
