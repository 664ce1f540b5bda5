"""The promised moment follows from the timeline, in the desk's time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailproc.escalation.progress import counted_from, next_promise
from mailproc.escalation.status import Status
from mailproc.policy.hours import WorkingTime
from mailproc.settings import Hours

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CLOCK_AROUND = WorkingTime(None, ZoneInfo("UTC"))
TWO_HOURS = timedelta(hours=2)


def timeline(*kinds: str) -> list[tuple[str, datetime]]:
    """Events an hour apart, from nine o'clock on."""
    return [(kind, NINE + timedelta(hours=number)) for number, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("kinds", "status", "hour"),
    [
        (("started",), Status.STARTED, None),
        (("started", "acknowledged"), Status.ACKNOWLEDGED, 1),
        (("started", "acknowledged", "note", "joined"), Status.ACKNOWLEDGED, 1),
        (("started", "acknowledged", "update"), Status.ACKNOWLEDGED, 2),
        (("started", "acknowledged", "solution proposed"), Status.SOLUTION_PROPOSED, None),
        (("started", "acknowledged", "solution proposed", "solution rejected"), Status.SOLUTION_REJECTED, 3),
        (("started", "acknowledged", "paused"), Status.ACKNOWLEDGED, None),
        (("started", "acknowledged", "paused", "update"), Status.ACKNOWLEDGED, None),
        (("started", "acknowledged", "paused", "resumed"), Status.ACKNOWLEDGED, 3),
        (("started", "acknowledged", "resolved by requester"), Status.ACKNOWLEDGED, None),
        (("started", "acknowledged", "resolved by requester", "still down"), Status.ACKNOWLEDGED, 3),
        (("started", "acknowledged", "closed"), Status.CLOSED, None),
        (("started", "acknowledged", "closed", "reopened"), Status.ACKNOWLEDGED, 3),
    ],
)
def test_the_interval_begins_with_the_last_word(
    kinds: tuple[str, ...], status: Status, hour: int | None
) -> None:
    since = None if hour is None else NINE + timedelta(hours=hour)
    assert counted_from(status, timeline(*kinds)) == since


def test_the_next_promise_is_always_still_to_come() -> None:
    for minutes in (0, 1, 119, 120, 121, 6_000):
        now = NINE + timedelta(minutes=minutes)
        promised = next_promise(NINE, TWO_HOURS, now, CLOCK_AROUND)
        assert now < promised <= now + TWO_HOURS
        assert (promised - NINE) % TWO_HOURS == timedelta(0)


def test_in_working_time_the_night_does_not_count() -> None:
    day = WorkingTime(Hours(start=time(8), end=time(17)), ZoneInfo("UTC"))
    assert next_promise(NINE + timedelta(hours=7), TWO_HOURS, NINE + timedelta(hours=7), day) == datetime(
        2026, 11, 24, 9, 0, tzinfo=UTC
    )
