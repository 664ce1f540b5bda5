"""When the requester is promised news of work that goes on: read from the timeline, by pure arithmetic.

Two designs were weighed. *A column* with the next moment is quick to read, and every command has to keep it
true. *The timeline*: the last event that the requester heard of begins the interval, so that a pause, a
reopening or a change of the level are just events. The second was built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.escalation.status import Status
from mailproc.escalation.timeline import Event
from mailproc.policy.hours import WorkingTime, desk_time
from mailproc.reading.request import Level

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from mailproc.settings import Settings

IN_WORK = frozenset({Status.ACKNOWLEDGED, Status.SOLUTION_REJECTED})
"""The statuses in which somebody works on a solution."""

COUNTS_FROM = frozenset(
    {
        Event.ACKNOWLEDGED,
        Event.UPDATE,
        Event.REOPENED,
        Event.RESUMED,
        Event.SOLUTION_REJECTED,
        Event.STILL_DOWN,
        Event.LEVEL_CHANGED,
        Event.RAISED,
        Event.CONFIRMED_AS_EMERGENCY,
    }
)
"""Events of which the requester hears, and which begin the interval anew."""

_RESTS = frozenset({Event.PAUSED, Event.RESOLVED_BY_REQUESTER})
_GOES_ON: dict[str, frozenset[str]] = {
    Event.RESUMED: frozenset({Event.PAUSED}),
    Event.STILL_DOWN: frozenset({Event.RESOLVED_BY_REQUESTER}),
    Event.REOPENED: _RESTS,
}
"""What lets the interval run again, and which rest it ends."""


def counted_from(status: Status, events: Iterable[tuple[str, datetime]]) -> datetime | None:
    """The moment from which the interval runs; None while no news is promised.

    ``events`` are the kinds and moments of a timeline, oldest first.
    """
    since: datetime | None = None
    resting: set[str] = set()
    for kind, at in events:
        if kind in _RESTS:
            resting.add(kind)
        resting -= _GOES_ON.get(kind, frozenset())
        if kind in COUNTS_FROM:
            since = at
    return since if status in IN_WORK and not resting else None


def updates_every(level: Level, settings: Settings) -> timedelta | None:
    """The promised interval of a level; None where none is."""
    updates = settings.updates
    return updates.emergency if level is Level.EMERGENCY else updates.higher_priority


def update_time(level: Level, settings: Settings) -> WorkingTime:
    """The time in which the interval is counted: the desk's hours, or for an emergency the clock around."""
    if level is not Level.EMERGENCY or settings.updates.in_hours:
        return desk_time(settings)
    return WorkingTime(None, settings.desk.time_zone)


def next_promise(since: datetime, every: timedelta, now: datetime, working: WorkingTime) -> datetime:
    """The first promised moment after ``now``, in working time; ``every`` is longer than nothing."""
    promised = working.add(since, every)
    while promised <= now:
        promised = working.add(promised, every)
    return promised
