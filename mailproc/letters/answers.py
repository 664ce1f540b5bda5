"""What comes back to whoever gave a command: what was done, why not, or what they asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.escalation.command import FOR_REQUESTERS, Verb
from mailproc.escalation.conduct import ORDERS, TAKING, WITHOUT_WORDS
from mailproc.escalation.progress import COUNTS_FROM
from mailproc.escalation.status import Status
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.matter import (
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
    tally,
    told_of,
    word_of,
)
from mailproc.letters.quoting import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mailproc.escalation.conduct import Order
    from mailproc.letters.pen import Pen
    from mailproc.policy.decision import Step
    from mailproc.settings import Settings

_ORDER_OF: dict[str, Order] = {
    order.happening: order for order in (*ORDERS.values(), *WITHOUT_WORDS.values(), TAKING)
}

_WITH_EXAMPLE = ("needs_words", "needs_ticket", "no_such_person", "override_incomplete", "gone")
"""Refusals that show how the command is written."""

_WHILE_OPEN = (Verb.RESOLVED, Verb.STILL_DOWN, Verb.NO_LONGER_URGENT)
_WHILE_OPEN_STAFF = (Verb.UPDATE, Verb.NOTE, Verb.LEVEL)
"""What may be said whatever the status, until it is over: by customers, and by staff."""

TIMELINE_SHOWN = 30
"""Events of a timeline that are shown, the latest ones."""

STEPS_SHOWN = 60
"""Steps of a trace that are shown."""


def done(matter: Matter, happening: Happening, pen: Pen, settings: Settings, *, is_staff: bool) -> Draft:
    """To the one who gave the command: what was done, and who was told."""
    order = _ORDER_OF[happening.kind]
    quotes = happening.kind in MEANT_FOR_REQUESTERS and bool(happening.words.strip())
    data = {
        **about(matter, pen, settings),
        **tally(happening, settings),
        "told": _told(order) if is_staff or order.alerts else "team",
        "quoted_to_requester": quotes and order.tells_requester,
        "asks_root_cause": asks_root_cause(happening),
        "promises": is_staff and happening.kind in COUNTS_FROM,
    }
    return Draft(name=f"done.{happening.key}", kind=LetterKind.ANSWER, data=data)


def refused(
    because: str,
    pen: Pen,
    settings: Settings,
    *,
    verb: Verb,
    matter: Matter | None,
    possible: Sequence[str],
    is_staff: bool,
    is_owner: bool,
) -> Draft:
    """Why a command was not carried out, and what to do instead. A stranger learns nothing (P10)."""
    known = matter is not None and because != "stranger"
    data = {
        "ticket": "",
        "status": "",
        "owner": "",
        "level": "",
        **(about(matter, pen, settings) if matter and known else {}),
        "word": word_of(verb),
        "yours": is_owner,
        "needs_example": because in _WITH_EXAMPLE,
        "example": pen.say(f"example.{verb}") if because in _WITH_EXAMPLE else "",
        "buttons": buttons([verb] if because in ("unproven", "unproven_mail") else [], pen),
        "commands": command_lines(_instead(because, matter, possible, is_staff), pen) if known else [],
    }
    return Draft(name=f"refused.{because}", kind=LetterKind.ANSWER, data=data)


def standing(
    matter: Matter,
    events: Sequence[Happening],
    pen: Pen,
    settings: Settings,
    *,
    is_staff: bool,
    cooldown_until: datetime | None,
) -> Draft:
    """Where an escalation stands. Staff also see its timeline, with all words (P6)."""
    status = Status(matter.status)
    asks = status is Status.SOLUTION_PROPOSED and not is_staff
    data = {
        **(about_for_staff if is_staff else about)(matter, pen, settings),
        "now": "waiting_emergency" if _is_waiting_emergency(matter) else str(status),
        "until": pen.moment(cooldown_until) if cooldown_until and cooldown_until > pen.now else "",
        "is_over": status.is_over,
        "staff": is_staff,
        "events": [_line(event, pen, settings) for event in events[-TIMELINE_SHOWN:]] if is_staff else [],
        "earlier": max(0, len(events) - TIMELINE_SHOWN) if is_staff else 0,
        "buttons": buttons((Verb.ACCEPT, Verb.REJECT) if asks else (), pen),
    }
    return Draft(name="standing", kind=LetterKind.ANSWER, data=data)


def reasons(trace: Sequence[Step], ticket: str, pen: Pen) -> Draft:
    """WHY, for staff: every rule in its order, what it said, and the words it rests on (B2)."""
    data = {
        "ticket": one_line(ticket, 60),
        "steps": [_step(step) for step in trace[:STEPS_SHOWN]],
        "steps_more": max(0, len(trace) - STEPS_SHOWN),
    }
    return Draft(name="reasons", kind=LetterKind.ANSWER, data=data)


def help_(verbs: Sequence[str], pen: Pen, *, is_staff: bool) -> Draft:
    """HELP: each word with what it does."""
    data = {"commands": command_lines(verbs, pen), "staff": is_staff}
    return Draft(name="help", kind=LetterKind.ANSWER, data=data)


def queued(ticket: str, pen: Pen, *, until: datetime) -> Draft:
    """The request is kept and taken up by itself at the end of the waiting time (P5)."""
    data = {"ticket": one_line(ticket, 60), "until": pen.moment(until)}
    return Draft(name="queued", kind=LetterKind.ANSWER, data=data)


def handed_over() -> Draft:
    """After a second gap nobody is asked a third time: a colleague reads it."""
    return Draft(name="handed_over", kind=LetterKind.ANSWER, data={})


def _told(order: Order) -> str:
    if order.alerts:
        return "alerted"
    if order.tells_requester:
        return "both" if order.tells_staff else "requester"
    return "colleagues" if order.tells_staff else "nobody"


def _instead(because: str, matter: Matter | None, possible: Iterable[str], is_staff: bool) -> list[str]:
    """The commands that would be carried out now, for this reader."""
    if because not in ("not_now", "staff_only", "over") or matter is None:
        return []
    always = () if Status(matter.status).is_over else (_WHILE_OPEN_STAFF if is_staff else _WHILE_OPEN)
    return [verb for verb in possible if is_staff or verb in FOR_REQUESTERS] + [*always, Verb.STATUS]


def _is_waiting_emergency(matter: Matter) -> bool:
    return matter.status == Status.STARTED and matter.level == "emergency"


def _line(event: Happening, pen: Pen, settings: Settings) -> dict[str, str]:
    told = told_of(event, pen, settings)
    by = f" ({told['by']})" if event.by else ""  # what the desk did by itself
    return {"label": f"{told['at']}: {happened(event, pen)}{by}", "words": one_line(quoted(event), 400)}


def _step(step: Step) -> dict[str, str]:
    return {
        "rule": one_line(step.rule, 60),
        "said": one_line(step.said, 300),
        "words": one_line(step.words, 300),
    }
