"""Which digests there are, for whom, and when: by the desk's clock, or by a reader's own."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailproc.policy.digest_day import digest_before, due_digest, next_digest
from mailproc.policy.editions import editions, next_decision, next_edition
from mailproc.settings import Digest, Operator, Person, Report, Settings

PRIYA = Person(name="Priya Nair", email="priya@helpdesk.example", roles=("pm",))
KENJI = Person(
    name="Kenji Sato",
    email="kenji@helpdesk.example",
    roles=("pm",),
    time_zone=ZoneInfo("Asia/Tokyo"),
    digest_time=time(9),
    digest_days=("mon", "tue", "wed", "thu", "fri"),
)
MARTA = Person(name="Marta Wolf", email="marta@helpdesk.example", roles=("manager",))
OPERATOR = Operator(email="ops@helpdesk.example")
FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)


def desk(*people: Person, **changes: object) -> Settings:
    return Settings(operator=OPERATOR, people=people, **changes)  # type: ignore[arg-type]


def table(settings: Settings) -> dict[str, list[str]]:
    return {edition.name: [reader.email for reader in edition.readers] for edition in editions(settings)}


def test_a_desk_has_a_digest_an_operators_day_and_a_managers_week() -> None:
    assert table(desk(PRIYA, MARTA)) == {
        "daily": ["priya@helpdesk.example"],
        "operator": ["ops@helpdesk.example"],
        "weekly": ["marta@helpdesk.example"],
    }


def test_without_project_managers_the_operator_reads_the_digest_and_nobody_the_week() -> None:
    assert table(desk()) == {"daily": ["ops@helpdesk.example"], "operator": ["ops@helpdesk.example"]}


def test_who_sets_an_hour_has_it_by_the_own_clock() -> None:
    settings = desk(PRIYA, KENJI)
    assert table(settings) == {
        "daily kenji@helpdesk.example": ["kenji@helpdesk.example"],
        "daily": ["priya@helpdesk.example"],
        "operator": ["ops@helpdesk.example"],
    }
    own, shared, _ = editions(settings)
    assert next_digest(FRIDAY, own.schedule) == datetime(2026, 11, 30, 0, 0, tzinfo=UTC)  # 9:00 in Tokyo
    assert next_digest(FRIDAY, shared.schedule) == datetime(2026, 11, 28, 13, 30, tzinfo=UTC)


def test_a_time_zone_alone_moves_nobodys_digest() -> None:
    abroad = PRIYA.model_copy(update={"time_zone": ZoneInfo("Asia/Tokyo")})
    [first, *_] = editions(desk(abroad))
    assert next_digest(FRIDAY, first.schedule) == datetime(2026, 11, 28, 13, 30, tzinfo=UTC)


def test_a_decision_is_promised_for_when_somebody_reads() -> None:
    at_work = {"digest_days": ("mon", "tue", "wed", "thu", "fri")}
    weekend_off = desk(PRIYA.model_copy(update=at_work))
    assert next_decision(FRIDAY, weekend_off) == datetime(2026, 11, 30, 13, 30, tzinfo=UTC)
    assert next_decision(FRIDAY, desk(PRIYA)) == datetime(2026, 11, 28, 13, 30, tzinfo=UTC)
    on_holiday = desk(PRIYA.model_copy(update={"digest_days": ()}))
    assert next_decision(FRIDAY, on_holiday) == datetime(2026, 11, 28, 13, 30, tzinfo=UTC)


def test_own_reports_take_the_place_of_those_that_come_by_themselves() -> None:
    own = Report(name="europe", kind="decisions", to=("manager",), days=("mon",))
    settings = desk(PRIYA, MARTA, report=(own, Report(name="never", kind="operator", days=())))
    assert list(table(settings)) == ["daily", "europe"]
    assert next_edition(FRIDAY, settings) == datetime(2026, 11, 28, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "zone", ["America/Chicago", "Europe/Stockholm", "Pacific/Apia", "Australia/Lord_Howe"]
)
def test_a_year_of_workdays_each_has_its_digest_once(zone: str) -> None:
    digest = Digest(time=time(2, 30), time_zone=ZoneInfo(zone), days=("mon", "tue", "wed", "thu", "fri"))
    moment, days = datetime(2025, 12, 31, 23, 0, tzinfo=UTC) + timedelta(days=1), []
    while len(days) < 260:
        before, moment = moment, next_digest(moment, digest)
        days.append(due_digest(moment, digest))
        assert due_digest(moment - timedelta(seconds=1), digest) < days[-1]
        if len(days) > 1:
            assert digest_before(days[-1], digest) == before
    assert len(set(days)) == 260
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4}
