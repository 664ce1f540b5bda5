"""A week of requests, with the days before it for comparison."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from mailproc.escalation.timeline import Event
from mailproc.letters.week import Day, Week
from mailproc.policy.decision import Code
from mailproc.store import statistics

if TYPE_CHECKING:
    from collections import Counter
    from datetime import date, tzinfo

    from sqlalchemy import Connection

    from mailproc.desk.digests.period import Period

DRAWN = 30
"""Days that the chart shows."""

DAY = timedelta(days=1)

CORRECTIONS = (Event.TAKEN, Event.LEVEL_CHANGED, Event.SPLIT_OFF, Event.REOPENED)
"""The happenings with which staff put right what the desk had made of a mail."""


def week(connection: Connection, period: Period) -> Week:
    """The content of the weekly letter: the seven whole days before the digest's own, by its clock."""
    zone = period.schedule.time_zone
    drawn = [period.day - back * DAY for back in range(DRAWN, 0, -1)]
    counts = statistics.requests_by_day(connection, _midnight(drawn[0], zone), _midnight(period.day, zone))
    days = [_day(day, counts) for day in drawn]
    this_week, before = days[-7:], days[-14:-7]
    since, until = _midnight(this_week[0].day, zone), _midnight(period.day, zone)
    codes = statistics.reasons(connection, since, until)
    happened = statistics.happenings(connection, since, until)
    return Week(
        first=this_week[0].day,
        last=this_week[-1].day,
        written_at=period.until,
        emergencies=sum(day.emergencies for day in this_week),
        higher_priority=sum(day.higher_priority for day in this_week),
        sent_back=sum(day.sent_back for day in this_week),
        completed=statistics.completed(connection, since, until),
        before=sum(sum(day.parts) for day in before),
        days=tuple(days),
        reasons=tuple((Code(code), count) for code, count in codes.most_common()),
        misuse=tuple(statistics.misused(connection, since, until)),
        knowledge_gaps=tuple(statistics.knowledge_gaps(connection, since, until)),
        corrections=tuple((kind, happened[kind]) for kind in CORRECTIONS if happened[kind]),
    )


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _day(day: date, counts: dict[date, Counter[str]]) -> Day:
    count = counts.get(day)
    if count is None:
        return Day(day=day)
    return Day(
        day=day,
        emergencies=count["emergency"],
        higher_priority=count["higher_priority"],
        sent_back=count["rejected"],
    )
