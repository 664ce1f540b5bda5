"""An emergency that nobody has acknowledged: asked again, up the list, and the end told honestly (P9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.escalation.command import Verb
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.matter import Matter, about, about_for_staff, buttons
from mailproc.letters.quoting import one_line

if TYPE_CHECKING:
    from datetime import datetime

    from mailproc.letters.pen import Pen
    from mailproc.letters.words import Words
    from mailproc.settings import Settings


def chase(matter: Matter, pen: Pen, settings: Settings, *, waiting_since: datetime, round: int) -> Draft:
    """To one of those who are asked. ``round`` 0 is the first alert, 1 the first reminder, 2 up the list."""
    data = {
        **about_for_staff(matter, pen, settings),
        "waiting_since": pen.moment(waiting_since),
        "waiting": pen.calendar.lasting(pen.now - waiting_since),
        "round": round,
        "buttons": buttons([Verb.ACK], pen),
    }
    return Draft(name="chase", kind=LetterKind.CHASE, data=data)


def exhausted(matter: Matter, pen: Pen, settings: Settings) -> Draft:
    """To the requester, when everybody has been asked and nobody has confirmed."""
    return Draft(name="exhausted", kind=LetterKind.NEWS, data=about(matter, pen, settings))


def short_chase(matter: Matter, code: str, say: Words, desk_name: str) -> tuple[str, str]:
    """Title and body for SMS and chat: ticket, level and code, no names and no quotes."""
    gaps = {
        "ticket": one_line(matter.ticket, 60),
        "level": say(f"level.{matter.level}"),
        "code": one_line(code, 20),
        "desk_name": desk_name,
    }
    return say("title", **gaps), say("body", **gaps)
