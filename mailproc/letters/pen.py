"""Writes for one reader: in their language, and by their clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.letters.dates import local, zone_name
from mailproc.letters.quoting import mailto

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

    from mailproc.letters.dates import Calendar
    from mailproc.letters.words import Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Pen:
    """What wording needs to know of its reader. ``now`` is the time of writing."""

    language: str
    zone: tzinfo
    now: datetime
    calendar: Calendar
    say: Words
    desk_address: str
    subject: str = ""

    def moment(self, moment: datetime) -> str:
        """``Tuesday 24 November at 14:30 (UTC+1)``, on the reader's clock."""
        there = local(moment, self.zone)
        return self.say(
            "dates.moment",
            day=self.calendar.on(there.date(), self.today),
            time=self.calendar.at(there),
            zone=zone_name(there),
        )

    def day(self, day: date) -> str:
        """``Friday 27 November``."""
        return self.calendar.on(day, self.today)

    @property
    def today(self) -> date:
        """The reader's day."""
        return local(self.now, self.zone).date()

    def status(self, status: str) -> str:
        """A status in words; one without words is told as it is."""
        try:
            return self.say(f"status.{status.lower().replace(' ', '_')}")
        except LookupError:
            return status.lower()

    def reply_link(self, word: str) -> str:
        """The link that answers this letter with one word."""
        return mailto(self.desk_address, subject=self.subject, body=word)
