"""Whatever a server leaves out or turns round, no mail is passed over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailproc.message.arrival import Position
from tests.intake.conftest import MemoryLedger, Reader
from tests.intake.odd_imap import ALWAYS, OddImap, served

Read = Callable[..., Reader]
START = Position(uidvalidity=7, last_uid=0)
ITEMS = ("RFC822.SIZE", "BODY.PEEK")


def mails(count: int) -> dict[int, bytes]:
    return {uid: b"Subject: number %d\r\n\r\nHello\r\n" % uid for uid in range(1, count + 1)}


def subjects(*numbers: int) -> list[str]:
    return [f"number {number}" for number in numbers]


def test_answers_in_any_order_are_taken_in_order(ledger: MemoryLedger, read: Read) -> None:
    ledger.at = START
    with served(OddImap(mails(55), backwards=True)) as server:
        reader = read(server, ledger).start_only()
        ledger.wait_until(lambda: ledger.at == Position(uidvalidity=7, last_uid=55))
        assert ledger.subjects == subjects(*range(1, 56))
        reader.stop()


def test_a_batch_that_fails_is_taken_again_though_answers_come_backwards(
    ledger: MemoryLedger, read: Read
) -> None:
    ledger.at = START
    ledger.fail = RuntimeError("database is locked")
    with served(OddImap(mails(55), backwards=True)) as server:
        reader = read(server, ledger).start_only()
        ledger.wait_until(lambda: ledger.at == Position(uidvalidity=7, last_uid=55))
        assert ledger.subjects == subjects(*range(1, 56))
        reader.stop()


@pytest.mark.parametrize("item", ITEMS)
def test_what_an_answer_left_out_is_asked_for_once_more(ledger: MemoryLedger, read: Read, item: str) -> None:
    ledger.at = START
    with served(OddImap(mails(3), withheld={2: 1}, item=item)) as server:
        reader = read(server, ledger).start_only()
        ledger.wait_until(lambda: len(ledger.taken) == 3)
        assert ledger.subjects == subjects(1, 2, 3)
        reader.stop()


@pytest.mark.parametrize("item", ITEMS)
def test_the_position_does_not_move_past_a_mail_that_is_listed_and_withheld(
    ledger: MemoryLedger, read: Read, item: str
) -> None:
    ledger.at = START
    with served(OddImap(mails(3), withheld={2: ALWAYS}, item=item)) as server:
        reader = read(server, ledger).start_only()
        for _ in range(4):  # twice on each of two connections
            assert server.left_out.acquire(timeout=10)
        assert ledger.at == START
        server.withheld = {}
        ledger.wait_until(lambda: len(ledger.taken) == 3)
        assert ledger.subjects == subjects(1, 2, 3)
        reader.stop()


@pytest.mark.parametrize("item", ITEMS)
def test_a_mail_that_was_deleted_meanwhile_holds_nothing_up(
    ledger: MemoryLedger, read: Read, item: str
) -> None:
    ledger.at = START
    with served(OddImap(mails(3), item=item, deleted={2})) as server:
        reader = read(server, ledger).start_only()
        ledger.wait_until(lambda: ledger.at == Position(uidvalidity=7, last_uid=3))
        assert ledger.subjects == subjects(1, 3)
        assert reader.troubles == []
        reader.stop()
