"""Working time over nights, weekends, holidays, and the two nights on which the clock is put."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.hours import WorkingTime, public_holidays, time_of
from mailproc.settings import Desk, Hours, Organisation, Settings

CHICAGO = ZoneInfo("America/Chicago")
STOCKHOLM = ZoneInfo("Europe/Stockholm")
OFFICE = Hours()


def office(zone=CHICAGO, **keys):
    return WorkingTime(Hours.model_validate(keys), zone)


def at(text, zone=CHICAGO):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-03-04T10:00", "2026-03-04T10:00"),
        ("2026-03-04T07:59", "2026-03-04T08:00"),
        ("2026-03-04T17:00", "2026-03-05T08:00"),
        ("2026-03-06T18:00", "2026-03-09T08:00"),
        ("2026-07-02T18:00", "2026-07-06T08:00"),
        ("2025-12-31T20:00", "2026-01-02T08:00"),
    ],
    ids=["at work", "before work", "closing is closed", "weekend", "holiday observed on Friday", "new year"],
)
def test_the_next_opening(moment, opens):
    hours = office(holidays="US")
    assert hours.next_opening(at(moment)) == at(opens)
    assert hours.is_open(at(moment)) is (moment == opens)


def test_an_hour_begun_at_half_past_four_ends_next_morning():
    assert office().add(at("2026-03-04T16:30"), timedelta(hours=1)) == at("2026-03-05T08:30")


def test_an_hour_that_fits_ends_at_closing_not_at_the_next_opening():
    assert office().add(at("2026-03-06T16:00"), timedelta(hours=1)) == at("2026-03-06T17:00")


def test_a_clock_that_is_put_forward_at_night_takes_nothing_from_the_day():
    start = at("2026-03-06T16:30")  # Friday; on Sunday the clock goes forward
    assert office().add(start, timedelta(hours=1)) == at("2026-03-09T08:30")
    assert office().between(start, at("2026-03-09T09:00")) == timedelta(hours=1, minutes=30)


@pytest.mark.parametrize(("night", "length"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-10-17", 8)])
def test_a_night_shift_is_as_long_as_its_night_really_is(night, length):
    shift = office(STOCKHOLM, days=["sat"], start="22:00", end="06:00")
    opening = at(f"{night}T22:00", STOCKHOLM).astimezone(UTC)
    assert shift.between(opening, opening + timedelta(days=2)) == timedelta(hours=length)
    assert shift.is_open(opening + timedelta(hours=length, minutes=-1))
    assert not shift.is_open(opening + timedelta(hours=length))


def test_hours_that_begin_in_the_hour_that_is_left_out_open_when_it_is_over():
    shop = office(STOCKHOLM, days=["sun"], start="02:30", end="12:00")
    assert shop.next_opening(at("2026-03-29T00:00", STOCKHOLM)) == at("2026-03-29T03:30", STOCKHOLM)


def test_days_off_of_a_part_of_a_country_and_of_the_house():
    hours = office(ZoneInfo("Europe/Berlin"), holidays="DE-BY", closed=["2026-06-05"])
    corpus_christi_eve = datetime(2026, 6, 3, 18, tzinfo=ZoneInfo("Europe/Berlin"))
    assert hours.next_opening(corpus_christi_eve).date() == date(2026, 6, 8)
    assert date(2026, 6, 4) not in public_holidays("DE-BE", 2026)


def test_the_clients_day_is_the_desks_day_where_they_are():
    settings = Settings(desk=Desk(time_zone=CHICAGO), hours=OFFICE)
    norda = Organisation(name="Norda", time_zone=STOCKHOLM)
    assert time_of(norda, settings).next_opening(at("2026-03-04T10:00")) == at("2026-03-05T08:00", STOCKHOLM)
    assert time_of(None, settings).is_open(at("2026-03-04T10:00"))


def test_without_hours_it_never_closes():
    always = WorkingTime(None, CHICAGO)
    sunday = at("2026-03-08T01:30")
    assert always.is_open(sunday)
    assert always.add(sunday, timedelta(hours=1)) - sunday.astimezone(UTC) == timedelta(hours=1)


def test_hours_that_never_open_are_a_fault_and_no_endless_search():
    with pytest.raises(ValueError, match="never open"):
        office(days=[]).next_opening(at("2026-03-04T10:00"))


clock_times = st.sampled_from([time(0), time(2, 30), time(8), time(16, 15), time(23)])
moments = st.integers(0, 1_000 * 24 * 60).map(
    lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)
hours = st.builds(
    WorkingTime,
    st.builds(
        Hours,
        days=st.sets(st.sampled_from(["mon", "wed", "sat", "sun"]), min_size=1).map(tuple),
        start=clock_times,
        end=clock_times,
        holidays=st.sampled_from([None, "SE", "US-TX"]),
    ),
    st.sampled_from([CHICAGO, STOCKHOLM, ZoneInfo("America/Havana"), ZoneInfo("Australia/Lord_Howe")]),
)


@given(hours, moments, st.timedeltas(timedelta(seconds=1), timedelta(days=4)))
def test_what_is_added_lies_between(hours, start, duration):
    end = hours.add(start, duration)
    assert hours.between(start, end) == duration
    assert hours.is_open(end - timedelta(microseconds=1))
    assert hours.between(end, start) == timedelta()
