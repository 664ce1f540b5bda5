"""Working time: when somebody is at work, and how far apart two moments are in hours of work.

Two designs were weighed. *Counting minutes* through the week is short, and wrong on the two nights a year
on which the clock is put. *Spans*: each working day is one span between two moments in UTC, made from local
times by the time zone database; everything else is arithmetic on spans. The second was built.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from mailproc.settings import Hours, Organisation, Person, Settings

_DAY = timedelta(days=1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FURTHEST = 800
"""Days that are looked through for an opening: hours without one in two years never open."""


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """The working time that ``hours`` describe; without hours it never closes.

    ``default_zone`` is where it is local time, unless the hours name a zone. Moments are aware datetimes
    of any zone; those that are returned are in UTC. ``ValueError`` for hours that never open.
    """

    hours: Hours | None
    default_zone: ZoneInfo

    def is_open(self, moment: datetime) -> bool:
        """True while there is work at that moment; the moment of closing is outside."""
        return self.hours is None or self.next_opening(moment) == moment

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself while it is open, else the beginning of the next span."""
        moment = moment.astimezone(UTC)
        if self.hours is None:
            return moment
        opening, _ = next(self._spans(moment))
        return max(opening, moment)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """When so much working time will have passed; the moment of closing counts to the day that ends."""
        start = start.astimezone(UTC)
        if self.hours is None or duration <= timedelta():
            return start + max(duration, timedelta())
        left = duration
        for opening, closing in self._spans(start):
            begin = max(opening, start)
            if begin + left <= closing:
                return begin + left
            left -= closing - begin
        raise AssertionError("spans have no end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between two moments; none if the second is not the later one."""
        # In UTC: two moments of one zone are subtracted as their clocks show them (PEP 495).
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end <= start:
            return timedelta()
        if self.hours is None:
            return end - start
        passed = timedelta()
        for opening, closing in self._spans(start):
            if opening >= end:
                break
            passed += min(closing, end) - max(opening, start)
        return passed

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Every span of work that ends after a moment, in order, in UTC."""
        assert self.hours is not None
        zone = self.hours.time_zone or self.default_zone
        day = moment.astimezone(zone).date() - _DAY  # a night shift of the day before may still be at work
        last_opening = day
        while day - last_opening <= timedelta(days=_FURTHEST):
            if self._is_working_day(day):
                opening, closing = _span(self.hours, day, zone)
                if max(moment, opening) < closing:  # on a night with the clock put forward there may be none
                    yield opening, closing
                last_opening = day
            day += _DAY
        raise ValueError("these hours never open")

    def _is_working_day(self, day: date) -> bool:
        hours = self.hours
        assert hours is not None
        if _WEEKDAYS[day.weekday()] not in hours.days or day in hours.closed:
            return False
        return hours.holidays is None or day not in public_holidays(hours.holidays, day.year)


def _span(hours: Hours, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """One working day. Hours that end at or before their beginning last into the next day.

    A local time that the clock leaves out or repeats is taken as ``fold=0`` (PEP 495): the same for an end
    and a beginning, so days that touch neither overlap nor leave a gap.
    """
    ends_on = day if hours.end > hours.start else day + _DAY
    opening = datetime.combine(day, hours.start, tzinfo=zone)
    closing = datetime.combine(ends_on, hours.end, tzinfo=zone)
    return opening.astimezone(UTC), closing.astimezone(UTC)


def desk_time(settings: Settings) -> WorkingTime:
    """When the desk is at work."""
    return WorkingTime(settings.hours, settings.desk.time_zone)


def time_of(who: Person | Organisation | None, settings: Settings) -> WorkingTime:
    """When a person or a client is at work: by hours of their own, else by the desk's, which are the same
    times of day where they are; for nobody in particular the desk's."""
    desk = settings.hours
    if who is None:
        return desk_time(settings)
    zone = who.time_zone or (desk.time_zone if desk else None) or settings.desk.time_zone
    if who.hours is not None:
        return WorkingTime(who.hours, zone)
    return WorkingTime(desk.model_copy(update={"time_zone": zone}) if desk else None, zone)


@lru_cache(maxsize=512)
def public_holidays(where: str, year: int) -> frozenset[date]:
    """The public holidays of a country (``SE``) or one of its parts (``US-TX``), ISO 3166, in a year.

    Raises ``LookupError`` for a place that is not known.
    """
    # Imported when it is needed: it takes a tenth of a second, and most desks have no use for it.
    import holidays

    country, _, part = where.upper().partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=year, expand=False)
    except NotImplementedError as error:
        raise LookupError(str(error)) from error
    return frozenset(found)
