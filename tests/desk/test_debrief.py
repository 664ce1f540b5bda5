"""After an emergency everybody reads in one letter how it went, and its post mortem is shared (S6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailproc.languages import LANGUAGES, lexicon
from mailproc.settings import Debrief, Person
from tests.desk.conftest import GOOD_REASON, DeskAtWork, Reply
from tests.desk.test_answers import EMERGENCY, KIM, PRIYA, answer, opened, strike, timeline

if TYPE_CHECKING:
    from tests.conftest import HandClock

POST_MORTEM = "POSTMORTEM\nWhat happened: the certificate expired at night.\nWe change: it is watched."
BEN = Person(name="Ben Lee", email="ben@helpdesk.example", roles=("pm",))
MAUD = Person(name="Maud Roy", email="maud@helpdesk.example", roles=("manager",))


@pytest.fixture
def desk(desk: DeskAtWork) -> DeskAtWork:
    people = (*desk.settings.people, BEN, MAUD)
    return DeskAtWork(desk.database, desk.settings.model_copy(update={"people": people}), desk.clock)


def closed(desk: DeskAtWork, clock: HandClock) -> tuple[Reply, list[Reply]]:
    """An emergency that Priya took on and closed: the alert to her, and what her CLOSE brought."""
    id_ = desk.put(desk.mail(EMERGENCY, subject="EMERGENCY"))
    desk.work()
    [alert] = [letter for letter in desk.sent_for(id_) if letter.to == "priya@helpdesk.example"]
    clock.forward(minutes=10)
    answer(desk, alert, "ACK", sender=PRIYA)
    desk.receive(EMERGENCY, sender="Ola <ola@norda.example>")
    clock.forward(hours=3)
    return alert, answer(desk, alert, "CLOSE the certificate is renewed", sender=PRIYA)


def flat(letter: Reply) -> str:
    return " ".join(letter.text.split())


def test_everybody_reads_how_it_went_and_nobody_twice(desk: DeskAtWork, clock: HandClock) -> None:
    _, letters = closed(desk, clock)
    assert sorted(letter.to for letter in letters) == [
        "ben@helpdesk.example",
        "kim@norda.example",
        "ola@norda.example",
        "priya@helpdesk.example",
    ]
    to = {letter.to: flat(letter) for letter in letters}
    for reader in ("ben@helpdesk.example", "priya@helpdesk.example"):
        assert "Lasted: 3 hours" in to[reader]
        assert "Taken on after: 10 minutes" in to[reader]
        assert "Worked on by: Priya Nair" in to[reader]
        assert "joined by another mail" in to[reader]
    assert "POSTMORTEM" in to["priya@helpdesk.example"]
    assert "Priya Nair has been asked for a post mortem" in to["ben@helpdesk.example"]
    assert "POSTMORTEM" not in to["kim@norda.example"] + to["ola@norda.example"]


def test_the_post_mortem_is_chased_weekly_until_it_comes_and_shared(
    desk: DeskAtWork, clock: HandClock
) -> None:
    closed(desk, clock)
    for _ in range(2):
        clock.forward(days=7)
        [owed] = strike(desk)
        assert owed.to == "priya@helpdesk.example"
    letters = answer(desk, owed, POST_MORTEM, sender=PRIYA)
    shared = sorted(letter.to for letter in letters if "it is watched" in letter.text)
    assert shared == ["ben@helpdesk.example", "kim@norda.example", "ola@norda.example"]
    clock.forward(days=30)
    assert strike(desk) == []
    assert timeline(desk)[-1] == "post mortem"


def test_a_post_mortem_that_never_comes_is_told_to_the_manager_once(
    desk: DeskAtWork, clock: HandClock
) -> None:
    closed(desk, clock)
    told = []
    for _ in range(12):
        clock.forward(days=7)
        told += [letter.to for letter in strike(desk)]
    assert told == ["priya@helpdesk.example"] * 8 + ["maud@helpdesk.example"]


def test_infrastructure_as_the_cause_asks_for_a_technical_analysis_too(
    desk: DeskAtWork, clock: HandClock
) -> None:
    alert, _ = closed(desk, clock)
    letters = answer(desk, alert, f"{POST_MORTEM}\nCause: infrastructure, the load balancer", sender=PRIYA)
    asked = sorted(letter.to for letter in letters if "RCA" in letter.text)
    assert asked == ["ben@helpdesk.example", "priya@helpdesk.example"]
    clock.forward(days=7)
    [owed] = strike(desk)
    assert "RCA" in owed.text
    letters = answer(desk, owed, "RCA: it kept the old certificate in memory", sender=PRIYA)
    assert "kim@norda.example" in [letter.to for letter in letters if "in memory" in letter.text]
    clock.forward(days=30)
    assert strike(desk) == []


def test_staff_ask_for_a_technical_analysis_by_one_word(desk: DeskAtWork, clock: HandClock) -> None:
    alert, _ = closed(desk, clock)
    answer(desk, alert, POST_MORTEM, sender=PRIYA)
    letters = answer(desk, alert, "RCA", sender=PRIYA)
    assert sorted(letter.to for letter in letters) == ["ben@helpdesk.example", "priya@helpdesk.example"]
    clock.forward(days=7)
    assert [letter.to for letter in strike(desk)] == ["priya@helpdesk.example"]


def test_what_begins_again_owes_nothing_until_it_is_over_again(desk: DeskAtWork, clock: HandClock) -> None:
    alert, _ = closed(desk, clock)
    answer(desk, alert, "REOPEN it came back", sender=PRIYA)
    refusal = answer(desk, alert, POST_MORTEM, sender=PRIYA)[-1]
    assert "still being worked on" in flat(refusal)
    clock.forward(days=8)
    assert "post mortem" not in " ".join(letter.subject for letter in strike(desk))
    answer(desk, alert, "CLOSE now it holds", sender=PRIYA)
    clock.forward(days=7)
    assert [letter.subject for letter in strike(desk)] == ["SBM-51007: the post mortem is missing"]


def test_higher_priority_has_none_of_it(desk: DeskAtWork, clock: HandClock) -> None:
    letter, _ = opened(desk, f"Please escalate ticket SBM-51007. {GOOD_REASON}", "Our web shop")
    asks = answer(desk, letter, "CLOSE", sender=PRIYA, address="support@helpdesk.example")[-1]
    answer(desk, asks, "CLOSE done", sender=PRIYA)
    [refusal] = answer(desk, asks, POST_MORTEM, sender=PRIYA)
    assert "is for emergencies" in refusal.text
    clock.forward(days=30)
    assert strike(desk) == []


def test_it_can_be_switched_off(desk: DeskAtWork, clock: HandClock) -> None:
    quiet = desk.settings.model_copy(update={"debrief": Debrief(post_mortem=False)})
    desk = DeskAtWork(desk.database, quiet, clock)
    _, letters = closed(desk, clock)
    assert not any("POSTMORTEM" in letter.text for letter in letters)
    clock.forward(days=30)
    assert strike(desk) == []


def test_a_requester_writes_no_post_mortem(desk: DeskAtWork, clock: HandClock) -> None:
    closed(desk, clock)
    [letter] = [sent for sent in desk.everything_sent() if sent.to == "kim@norda.example"][:1]
    [refusal] = answer(desk, letter, POST_MORTEM, sender=KIM)
    assert "Only our staff can do that" in refusal.text


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_cause_is_understood_in_every_language(code: str) -> None:
    from mailproc.escalation.post_mortem import caused_by_infrastructure

    words = lexicon(code)
    label, cause = words.phrases("post_mortem.cause")[0], words.phrases("post_mortem.infrastructure")[0]
    assert caused_by_infrastructure(f"It was a long night.\n{label.capitalize()}: {cause}.")
    assert not caused_by_infrastructure(f"It was a long night.\n{label.capitalize()}: XYZ, {cause} XYZ")
    assert not caused_by_infrastructure(f"The {cause} was up all the time.")
