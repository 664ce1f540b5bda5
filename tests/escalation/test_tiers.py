"""The clocks of a tier, read from a timeline; and how a manager writes more time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.escalation.tiers import BEGINS, Clock, Mark, clock, is_paused, override
from mailproc.policy.hours import WorkingTime
from mailproc.settings import Hours, Tier

TIER = Tier(name="Tier 3", roles=("tier 3",))
OFFICE = WorkingTime(Hours(), ZoneInfo("America/Chicago"))
START = datetime(2026, 3, 6, 15, tzinfo=UTC)  # a Friday, nine o'clock in Chicago


@pytest.mark.parametrize(
    ("words", "hours", "reason"),
    [
        ("2h the vendor sends a patch", 2, "the vendor sends a patch"),
        ("2 hours: waiting for the vendor", 2, "waiting for the vendor"),
        ("90 min – a second look", 1.5, "a second look"),
        ("1,5 Std. der Hersteller antwortet", 1.5, "der Hersteller antwortet"),
        ("2 timmar leverantören svarar", 2, "leverantören svarar"),
        ("2 heures l'éditeur répond", 2, "l'éditeur répond"),
        ("2 tuntia odotamme toimittajaa", 2, "odotamme toimittajaa"),
        ("2 godz. czekamy", 2, "czekamy"),
        ("3時間 ベンダー待ち", 3, "ベンダー待ち"),
        ("1 d the office is closed", 24, "the office is closed"),
    ],
)
def test_more_time_is_read(words, hours, reason):
    given_time = override(words)
    assert given_time is not None
    assert (given_time.lasts, given_time.reason) == (timedelta(hours=hours), reason)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "2h",
        "2 hours.",
        "because of the vendor",
        "0h nothing",
        "40 d too long",
        "2 apples a day",
        "2 orders are waiting",
        "3 times tried",
        "h x",
    ],
)
def test_time_without_a_reason_or_a_reason_without_time(words):
    assert override(words) is None


@pytest.mark.parametrize(
    ("words", "due"), [("2h patch", "2026-03-06T17:00"), ("3d patch", "2026-03-09T15:00")]
)
def test_hours_are_hours_of_work_and_days_those_of_the_calendar(words, due):
    marks = [Mark(kind="handed over", at=START), Mark(kind="overridden", at=START, words=words)]
    assert clock(marks, TIER, OFFICE).plan_due == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_hostile_words_take_no_time():
    begun = process_time()
    for words in ("9" * 100_000, "2h " + "-" * 100_000, "2" + " " * 100_000, "2h" * 50_000):
        override(words)
    assert process_time() - begun < 0.1


kinds = st.sampled_from(
    [
        "planned",
        "fixed",
        "paused",
        "resumed",
        "still down",
        "resolved by requester",
        "note",
        "assigned",
        "closed",
    ]
)
timelines = st.lists(st.tuples(kinds, st.integers(0, 3_000)), max_size=12)


@given(timelines)
def test_what_happens_later_never_brings_a_limit_forward(steps):
    """Whatever is done, a tier has its full time; and nothing is due before it began."""
    at, marks = START, [Mark(kind="handed over", at=START)]
    for kind, minutes in steps:
        at += timedelta(minutes=minutes)
        marks.append(Mark(kind=kind, at=at))
    shown = clock(marks, TIER, OFFICE)
    for due, full in ((shown.plan_due, TIER.plan), (shown.fix_due, TIER.fix)):
        assert due is None or due >= OFFICE.add(START, full)
    if marks[-1].kind in ("closed", "fixed", "paused"):
        assert shown.next is None


def test_a_new_tier_begins_with_its_full_time():
    later = START + timedelta(hours=20)
    for kind in BEGINS:
        marks = [Mark(kind="handed over", at=START), Mark(kind="paused", at=START), Mark(kind=kind, at=later)]
        assert clock(marks, TIER, OFFICE).plan_due == OFFICE.add(later, TIER.plan)
        assert not is_paused(marks)
    assert clock([], TIER, OFFICE) == Clock()
