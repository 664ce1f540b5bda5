"""Connections are kept, shared, and replaced when they died while they rested."""

from __future__ import annotations

import threading

import pytest

from mailproc.delivery.parcel import DeliveryOutcome, Permanent, Sent, Transient

from .scripted import DROP, Scripted
from .sending import courier, parcel


def test_one_connection_carries_many_letters_without_a_reset() -> None:
    with Scripted() as server:
        sender = courier(server.port)
        assert all(isinstance(sender.deliver(parcel(id=str(n))), Sent) for n in range(20))
    assert server.connections == 1
    assert server.verbs() == ["EHLO", *["MAIL", "RCPT", "DATA"] * 20]


def test_each_thread_borrows_a_connection_of_its_own() -> None:
    outcomes: list[DeliveryOutcome] = []
    with Scripted() as server:
        sender = courier(server.port, connections=3)

        def send() -> None:
            outcomes.extend(sender.deliver(parcel()) for _ in range(25))

        threads = [threading.Thread(target=send) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
    assert len(outcomes) == 75
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert 1 <= server.connections <= 3
    assert len(server.mails) == 75


def test_a_restart_of_the_server_between_two_letters_goes_unnoticed() -> None:
    with Scripted() as server:
        sender = courier(server.port)
        sender.deliver(parcel(id="1"))
        server.cut_all()
        assert isinstance(sender.deliver(parcel(id="2")), Sent)
    assert server.connections == 2
    assert len(server.mails) == 2


def test_a_server_that_said_goodbye_while_the_connection_rested_is_called_again() -> None:
    with Scripted({"MAIL": [None, "421 4.4.2 timeout exceeded"]}) as server:
        sender = courier(server.port)
        sender.deliver(parcel())
        assert isinstance(sender.deliver(parcel()), Sent)
    assert server.connections == 2


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_dead_connection_is_replaced_once_only(step: str) -> None:
    with Scripted({step: [None, DROP, DROP]}) as server:
        sender = courier(server.port)
        sender.deliver(parcel())
        assert isinstance(sender.deliver(parcel()), Transient)
        assert server.connections == 2
        assert isinstance(sender.deliver(parcel()), Sent)
    assert len(server.mails) == 2


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_refused_letter_leaves_nothing_behind_for_the_next(step: str) -> None:
    with Scripted({step: ["550 5.1.1 nobody here"]}) as server:
        sender = courier(server.port)
        assert isinstance(sender.deliver(parcel()), Permanent)
        assert isinstance(sender.deliver(parcel()), Sent)
    assert server.connections == 1
    assert server.verbs().count("RSET") == 1


def test_a_refused_sender_needs_no_reset() -> None:
    with Scripted({"MAIL": ["452 4.3.1 disk full"]}) as server:
        sender = courier(server.port)
        assert isinstance(sender.deliver(parcel()), Transient)
        assert isinstance(sender.deliver(parcel()), Sent)
    assert server.connections == 1
    assert "RSET" not in server.verbs()


def test_a_reset_that_fails_costs_the_connection_not_the_verdict() -> None:
    with Scripted({"RCPT": ["550 5.1.1 nobody here"], "RSET": DROP}) as server:
        sender = courier(server.port)
        assert isinstance(sender.deliver(parcel()), Permanent)
        assert isinstance(sender.deliver(parcel()), Sent)
    assert server.connections == 2


def test_closing_says_goodbye_and_keeps_nothing() -> None:
    with Scripted() as server:
        sender = courier(server.port)
        sender.deliver(parcel())
        sender.close()
        sender.deliver(parcel())
    assert server.verbs().count("QUIT") == 2
    assert server.connections == 2


def test_verify_tries_everything_but_a_mail() -> None:
    with Scripted() as server:
        assert isinstance(courier(server.port).verify(), Sent)
    assert server.verbs() == ["EHLO", "NOOP", "QUIT"]


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "NOOP"])
def test_verify_says_what_is_wrong(step: str) -> None:
    with Scripted({step: "454 4.7.0 not today"}) as server:
        outcome = courier(server.port).verify()
    assert isinstance(outcome, Transient)
    assert "454 4.7.0 not today" in outcome.detail
