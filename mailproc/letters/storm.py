"""Many emergencies at once: one letter that lists them, each with a way of its own to take it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.matter import about_for_staff
from mailproc.letters.quoting import answer_subject, mailto, one_line, several_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailproc.letters.matter import Matter
    from mailproc.letters.pen import Pen
    from mailproc.letters.words import Words
    from mailproc.settings import Settings

LISTED_IN_SHORT = 5
"""Emergencies that an SMS names; the letter names all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """An emergency in a storm. ``words`` are the requester's; ``code`` and ``answer_to``, a signed address,
    are the reader's own.
    """

    matter: Matter
    words: str
    code: str
    answer_to: str


def storm(waiting: Sequence[Waiting], pen: Pen, settings: Settings, *, is_update: bool) -> Draft:
    """The letter to one member of staff: all that nobody has taken on, the oldest first."""
    data = {
        "count": len(waiting),
        "is_update": is_update,
        "items": [_item(one, pen, settings) for one in waiting],
        "ticket": one_line(waiting[0].matter.ticket, 60) if waiting else "",
    }
    return Draft(name="storm", kind=LetterKind.STORM, data=data)


def _item(one: Waiting, pen: Pen, settings: Settings) -> dict[str, Any]:
    facts = about_for_staff(one.matter, pen, settings)
    subject = answer_subject(facts["ticket"])
    return facts | {
        "words": several_lines(one.words, 400),
        "code": one_line(one.code, 20),
        "button": pen.say("answer.button", word="ACK"),
        "answer": mailto(one.answer_to, subject=subject, body="ACK"),
    }


def short_storm(emergencies: Sequence[tuple[str, str]], say: Words, desk_name: str) -> tuple[str, str]:
    """Title and body for SMS and chat: the first tickets with their codes, and how many more there are."""
    shown = [f"{one_line(ticket, 60)} {code}" for ticket, code in emergencies[:LISTED_IN_SHORT]]
    gaps = {
        "count": len(emergencies),
        "tickets": ", ".join(shown),
        "more": len(emergencies) - len(shown),
        "desk_name": desk_name,
    }
    return say("title", **gaps), say("body", **gaps)
