"""The service desk manager's week: what was asked, what was missing, and what the team can learn from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailproc.letters import chart
from mailproc.letters.digest import counted
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind, Picture
from mailproc.letters.matter import Happening, happened
from mailproc.letters.quoting import one_line

if TYPE_CHECKING:
    from datetime import date, datetime

    from mailproc.letters.pen import Pen
    from mailproc.policy.decision import Code

SHOWN = 20
"""Entries of a list that are shown; the rest is counted."""

CHART = "days"
"""What the picture is called inside its letter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """The requests of one local day: taken up as one or the other, and sent back."""

    day: date
    emergencies: int = 0
    higher_priority: int = 0
    sent_back: int = 0

    @property
    def parts(self) -> tuple[int, int, int]:
        """The parts of its bar, from below."""
        return self.emergencies, self.higher_priority, self.sent_back


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """The requests from ``first`` to ``last``, both days included. ``days`` are drawn, the last day last.

    ``before`` counts the requests of the week before. ``corrections`` counts the happenings with which staff
    put right what the desk or a requester had done, ``misuse`` emergencies that were none by account,
    ``knowledge_gaps`` hand-overs for lack of knowledge by subject, ``""`` for none named.
    """

    first: date
    last: date
    written_at: datetime
    emergencies: int = 0
    higher_priority: int = 0
    sent_back: int = 0
    completed: int = 0
    before: int = 0
    days: tuple[Day, ...] = ()
    reasons: tuple[tuple[Code, int], ...] = ()
    misuse: tuple[tuple[str, int], ...] = ()
    knowledge_gaps: tuple[tuple[str, int], ...] = ()
    corrections: tuple[tuple[str, int], ...] = ()

    @property
    def requests(self) -> int:
        """All requests of the week."""
        return self.emergencies + self.higher_priority + self.sent_back


def week(content: Week, pen: Pen) -> Draft:
    """The weekly letter."""
    drawn = any(sum(day.parts) for day in content.days)
    data = {
        "first": pen.day(content.first),
        "last": pen.day(content.last),
        "requests": content.requests,
        "emergencies": content.emergencies,
        "higher_priority": content.higher_priority,
        "rejected": content.sent_back,
        "completed": content.completed,
        "before": content.before,
        "chart": CHART if drawn else "",
        "chart_from": pen.day(content.days[0].day) if content.days else "",
        "chart_to": pen.day(content.days[-1].day) if content.days else "",
        "highest": max((sum(day.parts) for day in content.days), default=0),
        "bars": [_day(day, pen) for day in content.days if sum(day.parts)],
        "reasons": [counted(pen.say(f"fault.{code}.short"), count) for code, count in content.reasons],
        "misuse": _named(content.misuse),
        "knowledge_gaps": _named(
            tuple((subject or pen.say("week.no_subject"), count) for subject, count in content.knowledge_gaps)
        ),
        "corrections": [
            counted(happened(Happening(kind=kind, by="", at=pen.now), pen), count)
            for kind, count in content.corrections
        ],
    }
    pictures = (Picture(name=CHART, png=chart.bars([day.parts for day in content.days])),) if drawn else ()
    return Draft(name="week", kind=LetterKind.REPORT, data=data, pictures=pictures)


def _named(counts: tuple[tuple[str, int], ...]) -> list[dict[str, Any]]:
    return [counted(one_line(name, 90), count) for name, count in counts[:SHOWN]]


def _day(day: Day, pen: Pen) -> dict[str, Any]:
    return {
        "day": pen.calendar.short(day.day),
        "emergencies": day.emergencies,
        "higher_priority": day.higher_priority,
        "rejected": day.sent_back,
    }
