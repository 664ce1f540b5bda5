"""A letter that could not leave rests for minutes, then hours, and is given up after five days."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.delivery.retry import next_attempt

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
FIVE_DAYS = timedelta(days=5)


def attempts_until_given_up(give_up_after: timedelta, jitter: float) -> list[datetime]:
    made = [START]
    while (at := next_attempt(len(made), START, made[-1], give_up_after, jitter)) is not None:
        made.append(at)
    return made


def test_minutes_then_hours() -> None:
    made = attempts_until_given_up(FIVE_DAYS, 0.5)
    waits = [later - earlier for earlier, later in itertools.pairwise(made)]
    assert [wait.total_seconds() / 60 for wait in waits[:11]] == [
        0.5,
        1,
        2,
        5,
        15,
        30,
        60,
        120,
        240,
        240,
        240,
    ]
    assert 30 < len(made) < 50


@given(jitter=st.floats(0, 1, exclude_max=True), hours=st.integers(1, 240))
def test_the_last_attempt_is_made_when_the_time_is_over(jitter: float, hours: int) -> None:
    made = attempts_until_given_up(timedelta(hours=hours), jitter)
    assert made[-1] == START + timedelta(hours=hours)
    assert made == sorted(set(made))


def test_what_failed_together_does_not_come_back_together() -> None:
    at = [next_attempt(6, START, START, FIVE_DAYS, jitter) for jitter in (0.0, 0.5, 0.999)]
    early, middle, late = (moment - START for moment in at if moment is not None)
    assert early == timedelta(minutes=24)
    assert middle == timedelta(minutes=30)
    assert timedelta(minutes=35) < late < timedelta(minutes=36)


@pytest.mark.parametrize("late", [FIVE_DAYS, FIVE_DAYS + timedelta(seconds=1), timedelta(days=400)])
def test_it_is_given_up(late: timedelta) -> None:
    assert next_attempt(3, START, START + late, FIVE_DAYS, 0.5) is None


def test_a_clock_that_was_set_back_does_not_give_up() -> None:
    before = START - timedelta(days=30)
    assert next_attempt(1, START, before, FIVE_DAYS, 0.5) == before + timedelta(seconds=30)
