"""Days, times and shares as a language writes them; a time always with the zone it is meant in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime, time, tzinfo


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """A locale of the CLDR, and date patterns in its notation (Unicode TS 35 §4)."""

    locale: str
    day: str
    day_with_year: str
    time: str

    def on(self, day: date, today: date) -> str:
        """``Tuesday 24 November``, with the year where it is not this year's."""
        return _day(day, self.day if day.year == today.year else self.day_with_year, self.locale)

    def at(self, moment: datetime) -> str:
        """``14:30``, in the zone the moment carries."""
        return _time(moment.time().replace(second=0, microsecond=0), self.time, self.locale)

    def lasting(self, duration: timedelta) -> str:
        """``3 days``, ``20 hours``: how long, roughly."""
        return _duration(duration, self.locale)

    def hours(self, duration: timedelta) -> str:
        """``48 hours``: a rule's length, exactly, down to the minute."""
        return _hours(duration, self.locale)

    def short(self, day: date) -> str:
        """``24 Nov``."""
        return _short_day(day, self.locale)

    def percent(self, share: float) -> str:
        """``30%``, as the language writes it; ``share`` is 0.3."""
        return _percent(share, self.locale)


def zone_name(moment: datetime) -> str:
    """``UTC+1``: the offset as people write it; ``UTC`` alone for none."""
    minutes = round(offset.total_seconds() / 60) if (offset := moment.utcoffset()) else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def local(moment: datetime, zone: tzinfo) -> datetime:
    """The same moment on another clock; kept as it is where that clock would leave the calendar."""
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError):
        return moment


# Babel is imported with the first date: it costs 60 ms, which a program that writes none need not pay.


@lru_cache(maxsize=512)
def _day(day: date, pattern: str, locale: str) -> str:
    from babel.dates import format_date

    return format_date(day, pattern, locale=locale)


@lru_cache(maxsize=512)
def _time(clock: time, pattern: str, locale: str) -> str:
    from babel.dates import format_time

    return format_time(clock, pattern, locale=locale)


@lru_cache(maxsize=512)
def _duration(duration: timedelta, locale: str) -> str:
    from babel.dates import format_timedelta

    return format_timedelta(duration, locale=locale, threshold=1.5)


@lru_cache(maxsize=128)
def _short_day(day: date, locale: str) -> str:
    from babel.dates import format_skeleton

    return format_skeleton("MMMd", day, locale=locale)


@lru_cache(maxsize=128)
def _percent(share: float, locale: str) -> str:
    from babel.numbers import format_percent

    return format_percent(share, locale=locale)


@lru_cache(maxsize=32)
def _hours(duration: timedelta, locale: str) -> str:
    from babel.dates import format_timedelta

    hours = timedelta(hours=duration // timedelta(hours=1))
    parts = ((hours, "hour"), (duration - hours, "minute"))
    # The threshold keeps 48 hours from becoming two days.
    said = [
        format_timedelta(part, granularity=unit, threshold=1e6, locale=locale)  # type: ignore[arg-type]
        for part, unit in parts
        if part or unit == "hour"
    ]
    return " ".join(said)
