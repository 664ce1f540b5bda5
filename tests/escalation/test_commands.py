"""A command is a word at the beginning of an answer; prose is none."""

from __future__ import annotations

import pytest

from mailproc.escalation.command import Verb, read_command
from mailproc.escalation.status import TRANSITIONS, Status, Step, after, possible
from mailproc.languages import LANGUAGES, lexicon


@pytest.mark.parametrize(
    ("text", "verb", "words"),
    [
        ("ACK", Verb.ACK, ""),
        ("ack", Verb.ACK, ""),
        ("Ack.", Verb.ACK, ""),
        ("*ACK*", Verb.ACK, ""),
        ("GRANT", Verb.ACK, ""),
        ("DECLINE too late for this release", Verb.DECLINE, "too late for this release"),
        ("Decline: two other tickets come first.\nWe look at it on Monday.", Verb.DECLINE,
         "two other tickets come first.\nWe look at it on Monday."),
        ("PROPOSE: restart the gateway", Verb.PROPOSE, "restart the gateway"),
        ("This has been resolved: the supplier restarted it", Verb.RESOLVED, "the supplier restarted it"),
        ("This has been resolved — we changed the cable", Verb.RESOLVED, "we changed the cable"),
        ("Still down!", Verb.STILL_DOWN, ""),
        ("no longer urgent", Verb.NO_LONGER_URGENT, ""),
        ("STATUS?", Verb.STATUS, ""),
        ("Did you receive it?", Verb.STATUS, ""),
        ("CONFIRM", Verb.CONFIRM, ""),
    ],
)  # fmt: skip
def test_an_order_is_understood(text: str, verb: Verb, words: str) -> None:
    command = read_command(text)
    assert command is not None
    assert (command.verb, command.words) == (verb, words)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We are on it.",
        "Ack of this mail would be nice",
        "Acknowledging receipt",
        "Close to a solution, I think",
        "This has been resolved only in part, the shop is still closed",
        "I would not close it yet",
        "Note that the office is closed tomorrow",
        "Level with me: when is it done?",
        "Thank you!\nACK",
    ],
)
def test_prose_is_no_order(text: str) -> None:
    assert read_command(text) is None


def test_every_status_can_be_reached_and_left() -> None:
    assert set(TRANSITIONS.values()) == set(Status)
    back_to_the_start = {step for (_, step), status in TRANSITIONS.items() if status is Status.STARTED}
    assert back_to_the_start == {Step.RAISE, Step.STILL_DOWN}
    for status in Status:
        assert possible(status), status


def test_what_is_over_can_only_be_opened_again() -> None:
    assert possible(Status.CLOSED) == possible(Status.CANCELED) == (Step.REOPEN,)
    assert after(Status.CLOSED, Step.ACK) is None


def test_only_a_proposed_solution_is_accepted_or_rejected() -> None:
    for status in Status:
        allowed = status is Status.SOLUTION_PROPOSED
        assert (after(status, Step.ACCEPT) is not None) == allowed
        assert (after(status, Step.REJECT) is not None) == allowed


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("Löst: leverantören startade om den", Verb.RESOLVED),
        ("Das Problem ist gelöst – danke", Verb.RESOLVED),
        ("Toujours en panne", Verb.STILL_DOWN),
        ("Ya no es urgente.", Verb.NO_LONGER_URGENT),
        ("解決しました：再起動しました", Verb.RESOLVED),
        ("Erledigt", Verb.RESOLVED),
    ],
)
def test_orders_are_understood_in_peoples_own_words(text: str, verb: Verb) -> None:
    command = read_command(text)
    assert command is not None
    assert command.verb is verb


def test_no_word_means_two_things() -> None:
    meant: dict[str, set[str]] = {}
    for code in LANGUAGES:
        for verb in Verb:
            for word in lexicon(code).phrases(f"commands.{verb}"):
                meant.setdefault(word.casefold(), set()).add(verb)
    assert {word: verbs for word, verbs in meant.items() if len(verbs) > 1} == {}


def test_the_words_behind_a_command_are_kept_as_they_were_written() -> None:
    command = read_command("CLOSE: The certificate had expired. It is renewed!")
    assert command is not None
    assert command.words == "The certificate had expired. It is renewed!"
    for alone in ("ACK.", "Ack!", "ACK"):
        command = read_command(alone)
        assert command is not None
        assert command.words == ""
