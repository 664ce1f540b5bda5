"""A year of a desk: whatever people do, the promises hold."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from mailproc.escalation.conduct import ORDERS
from mailproc.escalation.status import Status, Step, after
from mailproc.rehearse import Stage
from mailproc.settings import Organisation, Person
from mailproc.store import escalations
from mailproc.store.engine import Database
from mailproc.store.migrate import migrate
from mailproc.store.tables import digest, mail
from tests.conftest import HandClock
from tests.desk.conftest import DeskAtWork, settings
from tests.year.calendar import Calendar
from tests.year.people import KINDS, Customers, Staff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.desk.conftest import Reply

pytestmark = pytest.mark.timeout(240)

BEGIN = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
END = BEGIN + timedelta(days=365)
MATTERS = int(os.environ.get("MAILPROC_YEAR_MATTERS", "120"))
"""How much is asked in the year; a hundred of these become escalations."""

STAFF = ("priya@helpdesk.example", "omar@helpdesk.example", "marta@helpdesk.example")
STEPS = {order.happening: order.step for order in ORDERS.values() if order.step} | {"raised": Step.RAISE}
CHICAGO = ZoneInfo("America/Chicago")


class Year:
    """What a year leaves behind."""

    def __init__(self, desk: DeskAtWork, letters: list[tuple[datetime, Reply]]) -> None:
        self.desk = desk
        self.letters = letters
        with desk.database.read() as connection:
            rows = escalations.listing(connection, only_open=False, limit=10_000)
            self.escalations = [escalations.entry(connection, row["id"]) or {} for row in rows]
            self.mails = [dict(row._mapping) for row in connection.execute(select(mail))]
            self.digests = [dict(row._mapping) for row in connection.execute(select(digest))]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    base = tmp_path_factory.mktemp("year")
    database = Database(f"sqlite:///{base}/desk.db")
    migrate(database)
    configured = settings(
        base,
        people=(
            Person(name="Priya Nair", email=STAFF[0], roles=("pm", "duty")),
            Person(name="Omar Haddad", email=STAFF[1], roles=("pm",)),
            Person(name="Marta Kowal", email=STAFF[2], roles=("manager",)),
        ),
        organisation=(
            Organisation(name="Norda", domains=("norda.example",)),
            Organisation(name="Velo", domains=("velo.example",)),
        ),
    )
    desk = DeskAtWork(database, configured, HandClock(BEGIN))
    random = Random(2026)

    def read(letter: Reply) -> None:
        if letter.headers["Reply-To"] or letter.kind == "digest":
            (staff if letter.to in STAFF else customers).read(letter)

    calendar = Calendar(desk, read)
    customers, staff = Customers(desk, calendar, random), Staff(desk, calendar, random)
    for number in range(MATTERS):
        at = BEGIN + random.random() * (END - BEGIN - timedelta(days=20))
        calendar.plan(at, lambda number=number: customers.ask(number, KINDS[number % len(KINDS)]))
    calendar.pass_until(END)
    yield Year(desk, calendar.letters)
    database.close()


def test_much_happened(year: Year) -> None:
    assert len(year.escalations) >= MATTERS // 2
    kinds = {event["kind"] for row in year.escalations for event in row["events"]}
    assert kinds >= {
        "started",
        "acknowledged",
        "solution proposed",
        "solution accepted",
        "closed",
        "declined",
    }
    assert kinds >= {"solution rejected", "joined", "raised", "misused", "everybody alerted"}
    assert {row["language"] for row in year.escalations} == {"en", "de", "sv"}


def test_every_status_followed_from_the_one_before(year: Year) -> None:
    for row in year.escalations:
        status: Status | None = Status.STARTED
        for event in row["events"]:
            step = STEPS.get(event["kind"])
            if step is Step.STILL_DOWN and status is not None:
                status = after(status, step) or status
            elif step is not None and status is not None:
                status = after(status, step)
            assert status is not None, (row["ticket"], [each["kind"] for each in row["events"]])
        assert row["status"] == status
        assert (row["closed_at"] is not None) == Status(row["status"]).is_over


def test_nothing_is_left_lying(year: Year) -> None:
    left = [row for row in year.escalations if row["closed_at"] is None]
    assert [(row["ticket"], [(event["kind"], event["at"]) for event in row["events"]]) for row in left] == []


def test_nobody_was_mailed_twice_about_one_event(year: Year) -> None:
    told = Counter(
        (at, letter.to, letter.headers["Reply-To"].addresses[0].addr_spec)
        for at, letter in year.letters
        if letter.headers["Reply-To"]
    )
    assert [key for key, times in told.items() if times > 1] == []


def test_an_emergency_is_chased_to_the_minute_until_somebody_has_it(year: Year) -> None:
    chased = Counter(at for at, letter in year.letters if letter.kind == "chase" and letter.to == STAFF[0])
    due = 0
    for row in year.escalations:
        alerted = next((event["at"] for event in row["events"] if event["kind"] == "everybody alerted"), None)
        if alerted is None:
            continue
        calmed = next(event["at"] for event in row["events"] if event["at"] > alerted and event["by"])
        for round in (1, 2):
            at = alerted + round * timedelta(minutes=15)
            assert (at in chased) == (calmed > at), (row["ticket"], round)
            due += calmed > at
    assert due > 3


def test_a_proposal_is_recalled_after_two_days_and_closed_after_five(year: Year) -> None:
    answered = ("solution accepted", "solution rejected", "solution proposed", "closed", "misused")
    seen = Counter[str]()
    for row in year.escalations:
        for event, others in _with_followers(row["events"]):
            if event["kind"] != "solution proposed":
                continue
            next_ = next((each for each in others if each["kind"] in answered), None)
            assert next_ is not None, (row["ticket"], [(each["kind"], each["at"]) for each in row["events"]])
            assert next_["at"] <= event["at"] + timedelta(days=5)
            if next_["at"] == event["at"] + timedelta(days=5):
                assert (next_["kind"], next_["by"]) == ("closed", "support@helpdesk.example")
                reminders = [at for at, letter in year.letters if letter.to == row["requester"]]
                assert event["at"] + timedelta(days=2) in reminders
                seen["closed by itself"] += 1
    assert seen["closed by itself"] > 0


def _with_followers(events: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    return [(event, events[place + 1 :]) for place, event in enumerate(events)]


def test_each_morning_has_its_digest_on_time(year: Year) -> None:
    for reader in STAFF[:2]:
        moments = [at for at, letter in year.letters if letter.kind == "digest" and letter.to == reader]
        assert {(at.astimezone(CHICAGO).hour, at.astimezone(CHICAGO).minute) for at in moments} == {(7, 30)}
        days = [at.astimezone(CHICAGO).date() for at in moments]
        assert all(late - early == timedelta(days=1) for early, late in pairwise(days))
        assert len(days) >= 350


def test_the_sums_of_every_day_balance(year: Year) -> None:
    assert {row["outcome"] for row in year.mails} <= {
        *("accepted", "rejected", "completed", "joined", "raised", "queued", "command"),
        *("ordinary", "automatic", "bounce", "bulk", "duplicate"),
    }
    daily = sorted((row for row in year.digests if row["name"] == "daily"), key=lambda row: row["day"])
    assert all(early["until"] == late["since"] for early, late in pairwise(daily))
    told = sum(
        1 for row in year.mails for each in daily if each["since"] <= row["received_at"] < each["until"]
    )
    assert told == sum(1 for row in year.mails if row["received_at"] < daily[-1]["until"])


def test_the_same_year_again_is_the_same_year(year: Year, tmp_path: Path) -> None:
    stage = Stage(year.desk.office, tmp_path)
    with year.desk.database.read() as connection:
        rehearsed = list(stage.rehearse(connection))
    stage.close()
    assert len(rehearsed) == len(year.mails)
    assert [each.difference for each in rehearsed if each.difference] == []
