"""A rejection is completed by an answer that holds only what was missing, at the original time (B1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.store import escalations
from tests.desk.conftest import GOOD_REASON, DeskAtWork
from tests.desk.test_answers import KIM, answer

if TYPE_CHECKING:
    from tests.conftest import HandClock


def test_a_bare_ticket_id_completes_the_request(desk: DeskAtWork, clock: HandClock) -> None:
    first_asked = clock()
    [rejection] = desk.receive(f"Please escalate our web shop problem. {GOOD_REASON}", subject="Web shop")
    assert desk.outcome() == ("rejected", "missing_ticket_id")
    clock.forward(hours=2)
    letters = answer(desk, rejection, "SBM-48213", sender=KIM)
    assert desk.outcome() == ("completed", None)
    [accepted] = [letter for letter in letters if letter.to == "kim@norda.example"]
    assert "4,000 euros an hour" in accepted.text
    [escalation] = desk.open_escalations()
    assert escalation["ticket"] == "SBM-48213"
    assert (escalation["requested_at"], escalation["accepted_at"]) == (first_asked, clock())
    with desk.database.read() as connection:
        entry = escalations.entry(connection, escalation["id"])
    assert entry is not None
    assert "4,000 euros" in entry["events"][0]["said"]


def test_a_reason_alone_completes_the_request(desk: DeskAtWork) -> None:
    [rejection] = desk.receive("Please escalate ticket SBM-48213, it is very urgent!")
    answer(desk, rejection, "We lose 4,000 euros an hour because nobody can order.", sender=KIM)
    assert desk.outcome() == ("completed", None)
    assert desk.open_escalations()[0]["ticket"] == "SBM-48213"


def test_the_thread_is_enough_where_a_client_ignores_the_reply_address(desk: DeskAtWork) -> None:
    [rejection] = desk.receive("Please escalate ticket SBM-48213, it is very urgent!")
    answer(
        desk,
        rejection,
        "We lose 4,000 euros an hour because nobody can order.",
        sender=KIM,
        address="support@helpdesk.example",
    )
    assert desk.outcome() == ("completed", None)


def test_a_stranger_completes_nothing(desk: DeskAtWork) -> None:
    [rejection] = desk.receive("Please escalate ticket SBM-48213, it is very urgent!")
    answer(desk, rejection, "We lose 4,000 euros an hour.", sender="Eve <eve@curious.example>")
    assert desk.outcome()[0] != "completed"
    assert desk.open_escalations() == []


def test_thanks_for_the_letter_completes_nothing_and_is_left_alone(desk: DeskAtWork) -> None:
    [rejection] = desk.receive("Please escalate ticket SBM-48213, it is very urgent!")
    letters = answer(desk, rejection, "Thank you, I will ask my colleague.", sender=KIM)
    assert desk.outcome() == ("ordinary", "not_an_escalation")
    assert [letter for letter in letters if letter.kind != "ordinary"] == []


def test_a_second_gap_is_asked_about_once_more_and_then_a_person_takes_over(
    desk: DeskAtWork, clock: HandClock
) -> None:
    [first] = desk.receive("Please escalate my ticket, it is very urgent!", subject="Escalation")
    clock.forward(minutes=10)
    letters = answer(desk, first, "It is SBM-48213", sender=KIM)
    assert desk.outcome() == ("rejected", "missing_motivation")
    [second] = [letter for letter in letters if letter.to == "kim@norda.example"]
    clock.forward(minutes=10)
    letters = answer(desk, second, "Please escalate it, it is really very urgent!", sender=KIM)
    assert desk.outcome() == ("rejected", "missing_motivation")
    told = {letter.to: letter for letter in letters}
    assert "priya@helpdesk.example" in told
    assert "colleague" in told["kim@norda.example"].text


def test_another_ticket_in_the_answers_own_words_wins(desk: DeskAtWork) -> None:
    [rejection] = desk.receive("Please escalate ticket SBM-48213, it is very urgent!")
    answer(desk, rejection, f"Please escalate ticket SBM-50000 instead. {GOOD_REASON}", sender=KIM)
    assert desk.open_escalations()[0]["ticket"] == "SBM-50000"
