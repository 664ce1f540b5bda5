"""What follows an emergency: the one letter that debriefs, and the asking for reports that are owed (S6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.escalation.command import Verb
from mailproc.escalation.timeline import Event
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.matter import about_for_staff, buttons, called, happened, quoted, told_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from mailproc.letters.matter import Happening, Matter
    from mailproc.letters.pen import Pen
    from mailproc.settings import Person, Settings

TIMELINE_SHOWN = 25
"""Events of a timeline that are shown: the first, and the latest."""

_ASKS_WITH: dict[str, Verb] = {Event.POST_MORTEM: Verb.POSTMORTEM, Event.ROOT_CAUSE: Verb.RCA}
"""The word that brings each report."""


def debrief(
    matter: Matter,
    happening: Happening,
    events: Sequence[Happening],
    pen: Pen,
    settings: Settings,
    *,
    author: Person | None,
    is_author: bool,
) -> Draft:
    """To one of those who had to do with it: what happened, how long it took, and who was on it.

    ``events`` are the timeline, oldest first. ``author`` writes the post mortem, None where none is asked.
    """
    taken = next((event.at for event in events if event.kind == Event.ACKNOWLEDGED), None)
    data = {
        **about_for_staff(matter, pen, settings),
        **told_of(happening, pen, settings),
        "words": quoted(happening),
        "lasted": _lasting(happening.at - matter.accepted_at, pen),
        "taken_after": _lasting(taken - matter.accepted_at, pen) if taken else "",
        "worked_on": ", ".join(_hands(events, settings)),
        "timeline": [_line(event, pen, settings) for event in _shortened(events)],
        "is_author": is_author,
        "author": author.name if author and not is_author else "",
        "buttons": buttons([Verb.POSTMORTEM] if is_author else [], pen),
    }
    return Draft(name="debrief", kind=LetterKind.OVER, data=data)


def owed(
    matter: Matter, report: str, pen: Pen, settings: Settings, *, author: Person, is_last: bool, times: int
) -> Draft:
    """A report is asked for again; ``is_last`` tells the managers that it never came."""
    verb = _ASKS_WITH[report]
    data = {
        **about_for_staff(matter, pen, settings),
        "author": author.name,
        "times": times,
        "is_last": is_last,
        "form_text": pen.say(f"example.{verb}"),
        "buttons": buttons([verb], pen),
    }
    return Draft(name=f"owed.{report.replace(' ', '_')}", kind=LetterKind.STAFF_NEWS, data=data)


def _shortened(events: Sequence[Happening]) -> Sequence[Happening]:
    """The timeline in short: its beginning stays, and of a long one the latest."""
    if len(events) <= TIMELINE_SHOWN:
        return events
    return (*events[:1], *events[-TIMELINE_SHOWN + 1 :])


def _hands(events: Sequence[Happening], settings: Settings) -> list[str]:
    """The members of staff on a timeline, each once, in order."""
    names = {person.name for person in settings.people}
    return list(dict.fromkeys(event.by for event in events if event.by in names))


def _line(event: Happening, pen: Pen, settings: Settings) -> str:
    by = f" ({called(event.by, pen, settings)})" if event.by else ""  # what the desk did by itself
    return f"{pen.moment(event.at)}: {happened(event, pen)}{by}"


def _lasting(duration: timedelta, pen: Pen) -> str:
    return pen.calendar.lasting(duration)
