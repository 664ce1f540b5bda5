"""When a digest goes out: once on each of its local days, whatever the clock does in between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, get_args

from mailproc.settings import Weekday

if TYPE_CHECKING:
    from datetime import time as ClockTime  # noqa: N812 - a schedule has a time of its own
    from datetime import tzinfo

_WEEKDAYS: tuple[str, ...] = get_args(Weekday)
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


class Schedule(Protocol):
    """Days of the week, and an hour on the wall clock of a zone. There is at least one day."""

    @property
    def time(self) -> ClockTime: ...
    @property
    def time_zone(self) -> tzinfo: ...
    @property
    def days(self) -> tuple[Weekday, ...]: ...


def digest_moment(day: date, schedule: Schedule) -> datetime:
    """The moment of a day's digest, in UTC.

    A time that a change of the clock skips is taken at the same distance from midnight as if
    there were no change (PEP 495, fold 0); one that occurs twice is the first of the two.
    """
    return datetime.combine(day, schedule.time, tzinfo=schedule.time_zone).astimezone(UTC)


def next_digest(now: datetime, schedule: Schedule) -> datetime:
    """The first digest strictly after ``now``, in UTC."""
    day = now.astimezone(schedule.time_zone).date()
    while not (_is_digest_day(day, schedule) and digest_moment(day, schedule) > now):
        day += _DAY
    return digest_moment(day, schedule)


def due_digest(now: datetime, schedule: Schedule) -> date:
    """The local day of the last digest that is due at ``now`` or before."""
    day = now.astimezone(schedule.time_zone).date()
    while not (_is_digest_day(day, schedule) and digest_moment(day, schedule) <= now):
        day -= _DAY
    return day


def digest_before(day: date, schedule: Schedule) -> datetime:
    """The moment of the last digest before that of a day: where the first one ever begins to tell."""
    return digest_moment(due_digest(digest_moment(day, schedule) - _INSTANT, schedule), schedule)


def local_day(moment: datetime, schedule: Schedule) -> date:
    """The day of a moment on the schedule's clock."""
    return moment.astimezone(schedule.time_zone).date()


def _is_digest_day(day: date, schedule: Schedule) -> bool:
    return _WEEKDAYS[day.weekday()] in schedule.days
