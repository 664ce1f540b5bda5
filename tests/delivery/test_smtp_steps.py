"""What goes wrong at each step of SMTP, and what it means for the letter."""

from __future__ import annotations

import socket
import time

import pytest

from mailproc.delivery.parcel import Permanent, Sent, Transient

from .scripted import DROP, SILENCE, Scripted
from .sending import courier, parcel

BEFORE_THE_DOT = ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY"]
ABOUT_THE_LETTER = ["MAIL", "RCPT", "DATA", "DOT"]


def test_a_letter_arrives_as_it_was_written() -> None:
    with Scripted() as server:
        outcome = courier(server.port).deliver(parcel())
    assert outcome == Sent(detail="250 taken")
    [mail] = server.mails
    assert mail.mail == f"MAIL FROM:<desk@example.com> SIZE={len(parcel().content)}"
    assert mail.rcpt == "RCPT TO:<ann@example.org>"
    assert mail.content == parcel().content


def test_the_null_sender_is_written_as_such() -> None:
    with Scripted(offers=()) as server:
        courier(server.port).deliver(parcel(sender=""))
    assert server.mails[0].mail == "MAIL FROM:<>"


@pytest.mark.parametrize("step", BEFORE_THE_DOT)
def test_a_drop_before_the_dot_is_tried_again_later(step: str) -> None:
    with Scripted({step: DROP}) as server:
        sender = courier(server.port)
        assert isinstance(sender.deliver(parcel()), Transient)
        assert server.mails == []
        assert server.verbs().count("MAIL") <= 1, "a fresh connection is not replaced"
        server.script.clear()
        assert isinstance(sender.deliver(parcel()), Sent)


def test_a_drop_after_the_dot_is_a_doubt_that_is_not_resolved_by_a_second_copy() -> None:
    with Scripted({"DOT": DROP}) as server:
        outcome = courier(server.port).deliver(parcel())
    assert outcome == Transient(detail="no answer after the final dot")
    assert len(server.mails) == 1
    assert server.connections == 1


def test_a_drop_after_the_dot_is_not_repeated_on_a_kept_connection_either() -> None:
    with Scripted({"DOT": [None, DROP]}) as server:
        sender = courier(server.port)
        assert isinstance(sender.deliver(parcel()), Sent)
        assert sender.deliver(parcel()) == Transient(detail="no answer after the final dot")
    assert len(server.mails) == 2
    assert server.connections == 1


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", *ABOUT_THE_LETTER])
def test_4xx_at_any_step_is_for_later(step: str) -> None:
    with Scripted({step: "451 4.3.0 not now"}) as server:
        outcome = courier(server.port).deliver(parcel())
    assert isinstance(outcome, Transient)
    assert "451 4.3.0 not now" in outcome.detail


@pytest.mark.parametrize("step", ABOUT_THE_LETTER)
@pytest.mark.parametrize("answer", ["550 5.1.1 nobody here", "552 5.3.4 too big", "554 5.7.1 no"])
def test_5xx_about_the_letter_is_for_good(step: str, answer: str) -> None:
    with Scripted({step: answer}) as server:
        outcome = courier(server.port).deliver(parcel())
    assert isinstance(outcome, Permanent)
    assert answer in outcome.detail


@pytest.mark.parametrize("step", ["CONNECT", "EHLO"])
def test_5xx_about_us_is_for_later(step: str) -> None:
    with Scripted({step: "554 5.7.1 we do not know you"}) as server:
        outcome = courier(server.port).deliver(parcel())
    assert isinstance(outcome, Transient)
    assert "554 5.7.1 we do not know you" in outcome.detail


@pytest.mark.parametrize("answer", ["530 5.7.0 log in first", "503 5.5.1 say EHLO", "538 5.7.11 use TLS"])
def test_a_session_that_lacks_something_is_not_the_fault_of_the_letter(answer: str) -> None:
    with Scripted({"MAIL": [answer]}) as server:
        sender = courier(server.port)
        assert isinstance(sender.deliver(parcel()), Transient)
        assert isinstance(sender.deliver(parcel()), Sent)
    assert server.connections == 2, "that session is not used again"


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", *ABOUT_THE_LETTER])
def test_421_at_any_step_ends_the_connection(step: str) -> None:
    with Scripted({step: ["421 4.3.2 shutting down"]}) as server:
        sender = courier(server.port)
        outcome = sender.deliver(parcel())
        assert isinstance(outcome, Transient)
        assert "421 4.3.2 shutting down" in outcome.detail
        assert isinstance(sender.deliver(parcel()), Sent)
    assert server.connections == 2


@pytest.mark.parametrize("step", ["EHLO", *ABOUT_THE_LETTER])
def test_an_answer_that_makes_no_sense_is_for_later(step: str) -> None:
    with Scripted({step: "what?"}) as server:
        assert isinstance(courier(server.port).deliver(parcel()), Transient)


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT"])
def test_silence_ends_after_the_timeout(step: str) -> None:
    with Scripted({step: SILENCE}) as server:
        started = time.monotonic()
        outcome = courier(server.port, timeout=0.1).deliver(parcel())
    assert isinstance(outcome, Transient)
    assert 0.09 < time.monotonic() - started < 4
    assert server.connections == 1


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome = courier(port).deliver(parcel())
    assert isinstance(outcome, Transient)
    assert "refused" in outcome.detail


def test_a_server_that_just_restarts_is_reached_within_one_attempt() -> None:
    with Scripted({"CONNECT": [DROP, DROP]}) as server:
        assert isinstance(courier(server.port).deliver(parcel()), Sent)
    assert server.connections == 3


def test_the_words_of_the_server_are_one_printable_line() -> None:
    with Scripted({"RCPT": "550-5.1.1 \x1b[31mno\r\n550 such user" + "!" * 900}) as server:
        outcome = courier(server.port).deliver(parcel())
    assert isinstance(outcome, Permanent)
    assert outcome.detail.isprintable()
    assert outcome.detail.startswith("RCPT answered 550 5.1.1 [31mno such user!")
    assert len(outcome.detail) < 400
