"""The time that a digest tells of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from mailproc.policy.editions import Appointment


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """``day`` is the digest's local day and ``due_at`` its promised moment; it tells of [since, until)."""

    day: date
    due_at: datetime
    since: datetime
    until: datetime
    schedule: Appointment
