"""Prose is offered back as one word, and an answer to an answer never goes on for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailproc.desk.prose import TALKS_ALONE
from mailproc.settings import Desk as DeskTable
from mailproc.settings import Person
from mailproc.store import outbox
from tests.desk.conftest import GOOD_REASON, DeskAtWork
from tests.desk.test_answers import KIM, PRIYA, answer, opened, status, timeline

if TYPE_CHECKING:
    from pathlib import Path

    from mailproc.store.engine import Database
    from tests.conftest import HandClock


def test_the_word_that_fits_is_offered_and_does_it(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    [offer] = answer(desk, alert, "We are on it, I will call them.", sender=PRIYA)
    assert offer.kind == "offer"
    assert "reply with the single word ACK" in " ".join(offer.text.split())
    assert status(desk) == "started"
    assert "note" in timeline(desk)
    answer(desk, offer, "ACK", sender=PRIYA)
    assert status(desk) == "acknowledged"


def test_what_was_written_goes_with_the_word(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    [offer] = answer(desk, alert, "The certificate is renewed, please try again now.", sender=PRIYA)
    assert "PROPOSE%3A%20The%20certificate" in offer.headers.get_body(("html",)).get_content()
    letters = answer(desk, offer, "PROPOSE", sender=PRIYA)
    [proposal] = [letter for letter in letters if letter.to == "kim@norda.example"]
    assert "The certificate is renewed, please try again now." in " ".join(proposal.text.split())
    assert status(desk) == "solution_proposed"


def test_a_bare_word_elsewhere_has_no_words_of_an_offer(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    answer(desk, alert, "The certificate is renewed, please try again now.", sender=PRIYA)
    [refusal] = answer(desk, alert, "PROPOSE", sender=PRIYA)
    assert "PROPOSE for ticket SBM-51007 needs a few words" in refusal.text
    assert status(desk) == "acknowledged"


@pytest.mark.parametrize("words", ["We are not on it.", "Who is on it?", "Nice weather in Malmö."])
def test_what_means_nothing_gets_the_list(desk: DeskAtWork, words: str) -> None:
    _, alert = opened(desk)
    [help_] = answer(desk, alert, words, sender=PRIYA)
    assert help_.kind == "answer"
    assert "ACK: you take it on" in help_.text


def test_who_asks_for_another_ticket_asks_for_that(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    answer(desk, alert, f"Please escalate ticket SBM-6000 as well. {GOOD_REASON}", sender=PRIYA)
    assert {row["ticket"] for row in desk.open_escalations()} == {"SBM-51007", "SBM-6000"}


def test_a_requester_is_asked_whether_the_solution_failed(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    letters = answer(desk, alert, "PROPOSE please sign in again", sender=PRIYA)
    [proposal] = [letter for letter in letters if letter.to == "kim@norda.example"]
    letters = answer(desk, proposal, "Sorry, that didn't help at all.", sender=KIM)
    told = {letter.to: letter for letter in letters}
    assert set(told) == {"kim@norda.example", "priya@helpdesk.example"}
    assert "REJECT" in told["kim@norda.example"].text
    assert "that didn't help at all" in told["priya@helpdesk.example"].text
    assert status(desk) == "solution_proposed"
    answer(desk, told["kim@norda.example"], "REJECT", sender=KIM)
    assert status(desk) == "solution_rejected"
    assert "that didn't help at all" in str(timeline_words(desk))


def timeline_words(desk: DeskAtWork) -> list[str]:
    from mailproc.store import escalations

    with desk.database.read() as connection:
        entry = escalations.entry(connection, 1)
    assert entry is not None
    return [event["said"] for event in entry["events"] if event["kind"] == "solution rejected"]


def test_a_machine_without_marks_is_not_answered_for_ever(desk: DeskAtWork) -> None:
    _, letter = opened(desk)
    answers = 0
    for _ in range(30):
        letters = answer(desk, letter, "Thank you for your message. I am out of reach.", sender=PRIYA)
        if not letters:
            break
        [letter] = letters
        answers += 1
    assert answers == TALKS_ALONE
    assert "note" in timeline(desk)


@pytest.mark.parametrize("stripped", [False, True], ids=["as sent", "marks taken off"])
def test_two_desks_do_not_talk_to_each_other_for_ever(
    desk: DeskAtWork, clock: HandClock, tmp_path: Path, stripped: bool
) -> None:
    """Each desk is a member of staff, and a customer, of the other; their letters are carried by hand."""
    from mailproc.store.engine import Database
    from mailproc.store.migrate import migrate

    there = Database(f"sqlite:///{tmp_path}/other.db")
    migrate(there)
    one = desk_of(desk.database, desk, "support@helpdesk.example", "help@partner.example")
    two = desk_of(there, desk, "help@partner.example", "support@helpdesk.example")
    one.put(one.mail(f"EMERGENCY: escalate SBM-51007. {GOOD_REASON}"))
    one.work()
    carried: set[tuple[str, int]] = set()
    rounds = 0
    while carry(one, two, carried, stripped) + carry(two, one, carried, stripped):
        rounds += 1
        assert rounds < 30
    there.close()
    assert len(carried) <= (30 if stripped else 10)


def desk_of(database: Database, desk: DeskAtWork, address: str, other: str) -> DeskAtWork:
    people = (*desk.settings.people, Person(name="The others", email=other, roles=("pm",)))
    changes = {"desk": DeskTable(name="Support", address=address), "people": people}
    return DeskAtWork(database, desk.settings.model_copy(update=changes), desk.clock)


def carry(sender: DeskAtWork, reader: DeskAtWork, carried: set[tuple[str, int]], stripped: bool) -> int:
    """Brings the letters of one desk to the other, which answers them; how many there were."""
    to = reader.settings.desk.address
    with sender.database.read() as connection:
        rows = [
            outbox.entry(connection, row["id"])
            for row in outbox.listing(connection, limit=1000)
            if row["channel"] == "mail" and row["recipient"].startswith(to.partition("@")[0])
        ]
    fresh = [row for row in rows if row and (to, row["id"]) not in carried]
    for row in fresh:
        carried.add((to, row["id"]))
        raw = row["content"]
        if stripped:  # a gateway that takes off every mark of a machine
            marks = (b"Auto-Submitted:", b"X-Auto-Response-Suppress:", b"X-Mailproc-Loop:")
            raw = b"\r\n".join(line for line in raw.split(b"\r\n") if not line.startswith(marks))
        reader.put(raw, envelope_from=row["envelope_from"], envelope_to=(to,))
    reader.work()
    return len(fresh)
