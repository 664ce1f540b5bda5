"""The thread that stores mail outlives whoever waits for it, and whoever is told of it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mailproc.store import inbox
from mailproc.store.group_commit import GroupCommit
from tests.store.test_inbox import arrival, letter

if TYPE_CHECKING:
    from mailproc.store.engine import Database
    from tests.conftest import HandClock


def test_a_client_that_no_longer_waits_ends_nothing(database: Database, clock: HandClock) -> None:
    store = GroupCommit(database, clock=clock, stored=lambda: None)
    with database.write() as connection:  # the store has to wait for its turn, or takes another
        inbox.add(connection, [arrival(letter(1))], clock())
        futures = [store.submit(arrival(letter(number))) for number in range(2, 20)]
        cancelled = [future.cancel() for future in futures[1::2]]
    assert any(cancelled)
    assert all(future.result(timeout=10) for future in futures if not future.cancelled())
    assert store.submit(arrival(letter(20))).result(timeout=10)
    store.close()


def test_a_fault_of_whoever_is_told_ends_nothing(database: Database, clock: HandClock) -> None:
    told = threading.Semaphore(0)

    def stored() -> None:
        told.release()
        raise RuntimeError("slipped")

    store = GroupCommit(database, clock=clock, stored=stored)
    for number in range(3):
        assert store.submit(arrival(letter(number))).result(timeout=10)
        assert told.acquire(timeout=10)
    assert store.thread.is_alive()
    store.close(timeout=10)
    assert not store.thread.is_alive()
