"""Whoever waits hears from the desk at the promised time, and whoever works is reminded before (S5)."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailproc.settings import Hours, Updates
from tests.desk.conftest import GOOD_REASON, DeskAtWork
from tests.desk.test_answers import EMERGENCY, KIM, PRIYA, answer, opened, strike

if TYPE_CHECKING:
    from typing import Any

    from tests.conftest import HandClock


def with_settings(desk: DeskAtWork, **changes: Any) -> DeskAtWork:
    return DeskAtWork(desk.database, desk.settings.model_copy(update=changes), desk.clock)


def told(desk: DeskAtWork) -> list[str]:
    return sorted(letter.to for letter in strike(desk))


def test_the_requester_is_promised_news_and_hears_at_that_time(desk: DeskAtWork, clock: HandClock) -> None:
    _, alert = opened(desk)
    letters = answer(desk, alert, "ACK", sender=PRIYA)
    [news] = [letter for letter in letters if letter.to == "kim@norda.example"]
    assert "again by Monday 23 November at 11:00 (UTC-6)" in " ".join(news.text.split())
    clock.forward(minutes=105)
    [reminder] = strike(desk)
    assert reminder.to == "priya@helpdesk.example"
    assert "UPDATE" in reminder.text
    clock.forward(minutes=15)
    [still] = strike(desk)
    assert still.to == "kim@norda.example"
    text = " ".join(still.text.split())
    assert "Priya Nair is still working on ticket SBM-51007." in text
    assert "again by Monday 23 November at 13:00 (UTC-6)" in text
    assert told(desk) == []


def test_an_update_in_time_is_the_news_and_begins_the_interval_anew(
    desk: DeskAtWork, clock: HandClock
) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    clock.forward(minutes=110)
    assert told(desk) == ["priya@helpdesk.example"]
    answer(desk, alert, "UPDATE we test the fix", sender=PRIYA)
    clock.forward(minutes=100)
    assert told(desk) == []
    clock.forward(minutes=20)
    assert told(desk) == ["kim@norda.example"]  # the machine slept: nobody is reminded of what is past


def test_a_proposal_and_the_end_stop_the_promise_and_a_rejection_renews_it(
    desk: DeskAtWork, clock: HandClock
) -> None:
    letter, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    answer(desk, alert, "PROPOSE please try again", sender=PRIYA)
    clock.forward(hours=3)
    assert told(desk) == []
    answer(desk, letter, "REJECT no better", sender=KIM)
    clock.forward(minutes=106)
    assert told(desk) == ["priya@helpdesk.example"]
    answer(desk, letter, "RESOLVED our provider mended the line", sender=KIM)
    clock.forward(hours=3)
    assert told(desk) == []
    answer(desk, letter, "STILL DOWN", sender=KIM)
    clock.forward(minutes=106)
    assert told(desk) == ["priya@helpdesk.example"]
    answer(desk, alert, "CLOSE the line is up", sender=PRIYA)
    clock.forward(hours=3)
    assert told(desk) == []


def test_after_a_long_silence_there_is_one_letter_and_the_next_promise_holds(
    desk: DeskAtWork, clock: HandClock
) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    clock.forward(hours=7, minutes=30)
    assert told(desk) == ["kim@norda.example"]
    clock.forward(minutes=16)
    assert told(desk) == ["priya@helpdesk.example"]
    clock.forward(minutes=15)
    assert told(desk) == ["kim@norda.example"]


def test_everybody_who_asked_hears_and_whoever_it_was_assigned_to_is_reminded(
    desk: DeskAtWork, clock: HandClock
) -> None:
    erik = desk.settings.people[0].model_copy(
        update={"name": "Erik Lund", "email": "erik@helpdesk.example", "roles": (), "alerts": ()}
    )
    desk = with_settings(desk, people=(*desk.settings.people, erik))
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    desk.receive(EMERGENCY, sender="Ola <ola@norda.example>")
    letters = answer(desk, alert, "ASSIGN Erik", sender=PRIYA)
    assert sorted(letter.to for letter in letters) == ["erik@helpdesk.example", "priya@helpdesk.example"]
    clock.forward(minutes=106)
    assert told(desk) == ["erik@helpdesk.example"]
    clock.forward(minutes=15)
    assert told(desk) == ["kim@norda.example", "ola@norda.example"]


def test_higher_priority_has_no_interval_unless_one_is_set(desk: DeskAtWork, clock: HandClock) -> None:
    _, alert = opened(desk, f"Please escalate ticket SBM-51007. {GOOD_REASON}", "Our web shop")
    answer(desk, alert, "ACK", sender=PRIYA)
    clock.forward(days=3)
    assert told(desk) == []
    answer(desk, alert, "LEVEL emergency", sender=PRIYA)
    clock.forward(minutes=121)
    assert told(desk) == ["kim@norda.example"]


def test_in_working_hours_nothing_is_promised_for_the_night(desk: DeskAtWork, clock: HandClock) -> None:
    hours = Hours(start=time(8), end=time(17), time_zone=ZoneInfo("America/Chicago"))
    desk = with_settings(desk, hours=hours, updates=Updates(in_hours=True))
    clock.forward(hours=7)  # Monday 16:00 in Chicago: one hour is left of the day
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    clock.forward(hours=12)
    assert told(desk) == []
    clock.forward(hours=5)  # Tuesday 09:00
    assert told(desk) == ["kim@norda.example"]


def test_nobody_can_be_assigned_who_is_not_known(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    [refusal] = answer(desk, alert, "ASSIGN Nobody Inparticular", sender=PRIYA)
    assert "ASSIGN Erik Lund" in refusal.text
