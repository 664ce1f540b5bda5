"""The team's channel reads of each accepted request and of its end, and its failure disturbs nobody (E5)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mailproc.settings import Team, Tickets
from mailproc.store import outbox
from tests.desk.conftest import GOOD_REASON, DeskAtWork
from tests.desk.test_answers import EMERGENCY, PRIYA, answer, opened

if TYPE_CHECKING:
    from tests.conftest import HandClock


@pytest.fixture
def desk(desk: DeskAtWork) -> DeskAtWork:
    changes = {
        "team": Team(alerts=("json://127.0.0.1:9/",)),
        "tickets": Tickets(url="https://tickets.example/{ticket}"),
    }
    return DeskAtWork(desk.database, desk.settings.model_copy(update=changes), desk.clock)


def posts(desk: DeskAtWork) -> list[dict[str, str]]:
    with desk.database.read() as connection:
        ids = sorted(row["id"] for row in outbox.listing(connection) if row["channel"] == "team")
        rows = [outbox.entry(connection, id_) for id_ in ids]
    assert all(row and row["recipient"] == "team#0" for row in rows)
    return [json.loads(row["content"]) for row in rows if row]


def test_a_request_and_its_end_are_one_post_each(desk: DeskAtWork, clock: HandClock) -> None:
    _, alert = opened(desk)
    [asked] = posts(desk)
    assert asked["title"] == "Emergency: SBM-51007"
    assert "Norda" in asked["body"]
    assert "Outage" in asked["body"]
    assert asked["body"].endswith("https://tickets.example/SBM-51007")
    assert "completely down" not in asked["body"]
    answer(desk, alert, "ACK", sender=PRIYA)
    desk.receive(EMERGENCY, sender="Ola <ola@norda.example>")
    clock.forward(hours=3)
    answer(desk, alert, "CLOSE it works again", sender=PRIYA)
    [_, over] = posts(desk)
    assert over["title"] == "SBM-51007: closed"
    assert "by Priya Nair" in over["body"]
    assert "after 3 hours" in over["body"]
    assert "works again" not in over["body"]


def test_what_is_sent_back_or_declined_is_told_as_it_is(desk: DeskAtWork) -> None:
    desk.receive("Please escalate ticket SBM-9000, it is urgent!")
    assert posts(desk) == []
    letter, _ = opened(desk, f"Please escalate ticket SBM-51007. {GOOD_REASON}", "Our web shop")
    [asks] = answer(desk, letter, "DECLINE no", sender=PRIYA, address="support@helpdesk.example")
    answer(desk, asks, "DECLINE two other tickets come first", sender=PRIYA)
    assert [post["title"] for post in posts(desk)] == ["Higher Priority: SBM-51007", "SBM-51007: declined"]


def test_a_channel_that_fails_is_told_to_the_operator_once_a_day(desk: DeskAtWork, clock: HandClock) -> None:
    from mailproc.desk.undelivered import Undelivered

    opened(desk)
    with desk.database.write() as connection:
        claimed = outbox.claim(connection, clock(), 10, ["team"], clock() - clock())
        undelivered = Undelivered(desk.settings, desk.office.operator, "desk.example")
        for message in (*claimed, *claimed):
            undelivered.give_up(connection, message, "404 no such channel", clock())
    told = [letter for letter in desk.everything_sent() if letter.kind == "operator"]
    assert [letter.to for letter in told] == ["ops@helpdesk.example"]
    assert "404 no such channel" in told[0].text
