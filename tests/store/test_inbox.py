"""Mail is stored as it came, handled by one worker at a time, and has one outcome."""

from __future__ import annotations

import hashlib
import random
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from mailproc.message.arrival import Arrival, Position
from mailproc.policy.decision import Outcome
from mailproc.store import inbox
from mailproc.store.group_commit import GroupCommit
from mailproc.store.ledger import Ledger

if TYPE_CHECKING:
    from mailproc.store.engine import Database
    from tests.conftest import HandClock


def letter(number: int = 1, body: str = "Please hurry.") -> bytes:
    return (
        f"From: kim@norda.example\r\nTo: support@helpdesk.example\r\nMessage-ID: <{number}@norda.example>\r\n"
        f"Subject: Ticket {number}\r\n\r\n{body}\r\n"
    ).encode()


def arrival(raw: bytes, **given: object) -> Arrival:
    return Arrival(raw=raw, way="smtp", envelope_from="kim@norda.example", **given)  # type: ignore[arg-type]


def test_octets_come_back_as_they_were_received(database: Database, clock: HandClock) -> None:
    chance = random.Random(5)
    mails = [chance.randbytes(chance.randrange(1, 3000)) for _ in range(200)]
    with database.write() as connection:
        ids = inbox.add(connection, [arrival(raw) for raw in mails], clock())
    with database.read() as connection:
        kept = [inbox.raw(connection, id_) or b"" for id_ in ids]
    assert [hashlib.sha256(raw).digest() for raw in kept] == [hashlib.sha256(raw).digest() for raw in mails]


def test_envelopes_with_octets_no_database_takes_are_kept(database: Database, clock: HandClock) -> None:
    strange = Arrival(raw=letter(), way="smtp", envelope_from="k\udcffim\0@norda.example", peer="\0")
    with database.write() as connection:
        [id_] = inbox.add(connection, [strange], clock())
        entry = inbox.entry(connection, id_)
    assert entry is not None
    assert entry["envelope_from"] == "k\ufffdim\ufffd@norda.example"


def test_two_workers_never_hold_the_same_mail(database: Database, clock: HandClock) -> None:
    with database.write() as connection:
        inbox.add(connection, [arrival(letter(n)) for n in range(40)], clock())
    held: list[int] = []

    def work() -> None:
        for _ in range(10):
            with database.write() as connection:
                held.extend(mail.id for mail in inbox.claim(connection, clock(), 4))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(held) == len(set(held)) == 40


def test_a_claim_that_is_not_settled_ends(database: Database, clock: HandClock) -> None:
    with database.write() as connection:
        inbox.add(connection, [arrival(letter())], clock())
        [first] = inbox.claim(connection, clock(), 10)
        assert inbox.claim(connection, clock(), 10) == []
        clock.forward(minutes=2)
        [again] = inbox.claim(connection, clock(), 10)
    assert (first.id, first.attempts, again.id, again.attempts) == (again.id, 1, first.id, 2)


def test_mail_that_was_tried_before_comes_alone(database: Database, clock: HandClock) -> None:
    with database.write() as connection:
        [suspect] = inbox.add(connection, [arrival(letter(1))], clock())
        inbox.claim(connection, clock(), 10)
        inbox.release(connection, suspect, "fault", clock())
        fresh = inbox.add(connection, [arrival(letter(2)), arrival(letter(3))], clock())
        assert [mail.id for mail in inbox.claim(connection, clock(), 10)] == [suspect]
        assert [mail.id for mail in inbox.claim(connection, clock(), 10)] == fresh


def test_large_mails_are_not_all_held_in_memory_at_once(database: Database, clock: HandClock) -> None:
    with database.write() as connection:
        ids = inbox.add(connection, [arrival(letter(n, "x" * 20_000_000)) for n in range(3)], clock())
        assert [mail.id for mail in inbox.claim(connection, clock(), 10)] == ids[:1]


def test_an_outcome_is_final(database: Database, clock: HandClock) -> None:
    with database.write() as connection:
        [id_] = inbox.add(connection, [arrival(letter())], clock())
        inbox.settle(connection, id_, outcome=Outcome.ACCEPTED, code=None, now=clock())
        with pytest.raises(LookupError):
            inbox.settle(connection, id_, outcome=Outcome.REJECTED, code="cooldown", now=clock())
        assert inbox.outcomes(connection, clock() - timedelta(hours=1), clock() + timedelta(hours=1)) == {
            "accepted": 1
        }


def test_the_same_mail_is_recognised_whatever_way_it_took(database: Database, clock: HandClock) -> None:
    by_smtp = letter()
    by_imap = b"Received: from mx.example\n\tby imap.example\nX-Spam: no\n" + letter().replace(b"\r\n", b"\n")
    other = letter(body="Another matter under the same Message-ID.")
    with database.write() as connection:
        first, second, third = inbox.add(connection, [arrival(r) for r in (by_smtp, by_imap, other)], clock())
        assert inbox.recognise(connection, by_smtp, first) is None
        assert inbox.recognise(connection, by_imap, second) == first
        assert inbox.recognise(connection, other, third) is None


def test_a_handled_mail_cannot_be_replayed_but_a_quarantined_one_can(
    database: Database, clock: HandClock
) -> None:
    with database.write() as connection:
        answered, poison = inbox.add(connection, [arrival(letter(1)), arrival(letter(2))], clock())
        inbox.settle(connection, answered, outcome=Outcome.ACCEPTED, code=None, now=clock())
        inbox.quarantine(connection, poison, code="poison", trouble="it broke", now=clock())
        assert not inbox.replay(connection, answered)
        assert inbox.replay(connection, poison)
        assert [mail.id for mail in inbox.claim(connection, clock(), 10)] == [poison]


def test_mail_that_arrives_together_is_committed_together(database: Database, clock: HandClock) -> None:
    rung = threading.Event()
    store = GroupCommit(database, clock=clock, stored=rung.set)
    futures = [store.submit(arrival(letter(n))) for n in range(300)]
    ids = [future.result(timeout=20) for future in futures]
    store.close()
    assert rung.is_set()
    assert len(set(ids)) == 300


def test_a_mail_that_cannot_be_stored_takes_no_other_along(database: Database, clock: HandClock) -> None:
    store = GroupCommit(database, clock=clock, stored=lambda: None)
    impossible = Arrival(raw=letter(), way=None)  # type: ignore[arg-type]
    futures = [store.submit(one) for one in (arrival(letter(1)), impossible, arrival(letter(2)))]
    store.close()
    assert futures[0].result(timeout=5) != futures[2].result(timeout=5)
    assert futures[1].exception(timeout=5) is not None


def test_folder_position_and_mail_are_committed_together(database: Database, clock: HandClock) -> None:
    ledger = Ledger(database, clock)
    assert ledger.position("support") is None
    here = Arrival(raw=letter(), way="imap:support", mailbox="support", uidvalidity=7, uid=11)
    ledger.take("support", [here], Position(uidvalidity=7, last_uid=11))
    assert ledger.position("support") == Position(uidvalidity=7, last_uid=11)
    with database.write() as connection:
        [mail] = inbox.claim(connection, clock(), 5)
        assert ledger_moves(ledger) == []
        inbox.settle(connection, mail.id, outcome=Outcome.ACCEPTED, code=None, now=clock(), move=True)
    assert ledger_moves(ledger) == [11]
    ledger.moved("support", 7, [11])
    assert ledger_moves(ledger) == []


def ledger_moves(ledger: Ledger) -> list[int]:
    return list(ledger.to_move("support", 7))
