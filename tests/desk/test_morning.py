"""The digest: once a local day, at 07:30 by the wall clock, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from mailproc.policy.digest_day import digest_moment, due_digest, next_digest
from mailproc.settings import Digest
from tests.desk.conftest import GOOD_REASON, DeskAtWork, settings
from tests.desk.test_answers import PRIYA, answer, opened

if TYPE_CHECKING:
    from pathlib import Path

    from mailproc.store.engine import Database
    from tests.conftest import HandClock

CHICAGO = ZoneInfo("America/Chicago")


def test_three_years_have_a_digest_each_day_at_half_past_seven() -> None:
    digest = Digest(time_zone=CHICAGO)
    moment = datetime(2025, 12, 31, 20, 0, tzinfo=UTC)
    days: list[date] = []
    while len(days) < 1096:
        moment = next_digest(moment, digest)
        local = moment.astimezone(CHICAGO)
        assert (local.hour, local.minute) == (7, 30)
        assert due_digest(moment, digest) == local.date()
        days.append(local.date())
    assert days == [date(2026, 1, 1) + timedelta(days=n) for n in range(1096)]


def test_a_digest_in_the_hour_that_the_clock_skips_still_goes_out_once() -> None:
    digest = Digest.model_validate({"time": "02:30", "time_zone": "America/Chicago"})
    before = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
    moments = [next_digest(before, digest)]
    moments.append(next_digest(moments[-1], digest))
    assert [due_digest(moment, digest) for moment in moments] == [date(2026, 3, 8), date(2026, 3, 9)]


def test_the_digest_tells_what_is_new_once(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}", subject="Web shop")
    clock.now = digest_moment(date(2026, 11, 24), desk.settings.digest) - timedelta(minutes=1)
    assert desk.make_digest() == []
    clock.forward(minutes=1)
    [digest] = desk.make_digest()
    assert digest.to == "priya@helpdesk.example"
    assert "SBM-48213" in digest.text
    assert "4,000 euros an hour" in digest.text
    assert "kim@norda.example" in digest.text
    assert digest.headers["Auto-Submitted"] == "auto-generated"
    assert desk.make_digest() == []
    clock.forward(days=1)
    [next_day] = desk.make_digest()
    assert "SBM-48213" in next_day.text  # still open


def test_a_night_of_silence_ends_with_one_late_digest(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    clock.forward(days=1)
    assert len(desk.make_digest()) == 1
    desk.receive(f"Escalate ticket SBM-48214. {GOOD_REASON}")
    clock.forward(days=3)
    [late] = desk.make_digest()
    assert "SBM-48214" in late.text
    assert desk.make_digest() == []


def test_a_clock_that_is_set_back_repeats_no_digest(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    clock.forward(days=1)
    assert len(desk.make_digest()) == 1
    clock.forward(hours=-20)
    assert desk.make_digest() == []
    clock.forward(hours=20)
    assert desk.make_digest() == []


def test_a_desk_that_starts_after_its_hour_has_no_digest_that_day(desk: DeskAtWork, clock: HandClock) -> None:
    assert desk.make_digest() == []


def test_a_preview_shows_the_next_digest(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    with desk.database.read() as connection:
        letter = desk.office.morning.preview(connection, day=None, now=clock())
    assert "SBM-48213" in letter.text
    assert "24 November" in letter.subject + letter.text


def test_an_emergency_keeps_its_reason_whatever_happens_afterwards(
    desk: DeskAtWork, clock: HandClock
) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    answer(desk, alert, "NOTE they have not paid since May", sender=PRIYA)
    clock.forward(days=1)
    [digest] = desk.make_digest()
    assert "Production is completely down" in digest.text
    assert "not paid" not in digest.text
    assert "more than once" not in digest.text


def test_what_was_only_worked_on_is_not_new(desk: DeskAtWork, clock: HandClock) -> None:
    _, alert = opened(desk)
    clock.forward(days=1)
    assert len(desk.make_digest()) == 1
    answer(desk, alert, "ACK", sender=PRIYA)
    clock.forward(days=1)
    [digest] = desk.make_digest()
    assert "Nothing to decide" in digest.subject


@pytest.mark.parametrize(
    ("first_day", "hour"),
    [(datetime(2026, 3, 7, tzinfo=CHICAGO), 2), (datetime(2026, 10, 31, tzinfo=CHICAGO), 1)],
)
def test_each_local_day_has_its_digest_once_while_the_clock_changes(
    database: Database, clock: HandClock, tmp_path: Path, first_day: datetime, hour: int
) -> None:
    own = {"digest_time": time(hour, 30), "time_zone": CHICAGO, "digest_days": ("sat", "sun", "mon")}
    plain = settings(tmp_path)
    [priya] = plain.people
    desk = DeskAtWork(database, plain.model_copy(update={"people": (priya.model_copy(update=own),)}), clock)
    clock.now = first_day.astimezone(UTC)
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    days = []
    for _ in range(4 * 24):
        clock.forward(hours=1)
        days += [clock().astimezone(CHICAGO).strftime("%a") for _ in desk.make_digest()]
    assert days == ["Sat", "Sun", "Mon"]
