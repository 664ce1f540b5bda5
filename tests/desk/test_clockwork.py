"""The clock strikes while somebody answers: neither waits for the other, and nothing is told twice."""

from __future__ import annotations

import time
from threading import Thread
from typing import TYPE_CHECKING

from mailproc.escalation.command import Command, Verb
from mailproc.escalation.timeline import Event
from mailproc.store import escalations, timers
from tests.desk.test_answers import EMERGENCY, opened

if TYPE_CHECKING:
    from tests.conftest import HandClock
    from tests.desk.conftest import DeskAtWork

DEADLINE = 20.0


def test_an_acknowledgement_in_the_very_moment_of_the_chase(desk: DeskAtWork, clock: HandClock) -> None:
    opened(desk, EMERGENCY)
    clock.forward(minutes=16)
    [found] = desk.open_escalations()
    striking = Thread(target=strike, args=(desk,))
    with desk.database.write() as connection:
        escalations.locked_entry(connection, found["id"])
        striking.start()
        wait_until_it_waits(desk, striking)
        ack = Command(verb=Verb.ACK, words="", written="ACK")
        priya = desk.settings.people[0]
        said = desk.office.life.order(connection, found["id"], ack, priya, clock())
    striking.join(DEADLINE)
    assert not striking.is_alive()
    assert said == Event.ACKNOWLEDGED
    with desk.database.read() as connection:
        row = escalations.entry(connection, found["id"]) or {}
        assert Event.CHASED not in [event["kind"] for event in row["events"]]
        assert not timers.is_wound(connection, "chase")


def strike(desk: DeskAtWork) -> None:
    with desk.database.write() as connection:
        desk.office.clockwork.strike(connection, desk.clock())


def wait_until_it_waits(desk: DeskAtWork, striking: Thread) -> None:
    """Until the clockwork waits for the escalation. SQLite has one writer: there it cannot even begin."""
    if desk.database.name.startswith("sqlite"):
        return
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until and striking.is_alive():
        with desk.database.read() as connection:
            query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            if connection.exec_driver_sql(query).scalar_one():
                return
    raise AssertionError("the clockwork never waited")
