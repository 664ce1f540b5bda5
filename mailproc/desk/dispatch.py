"""Empties the outbox: the attempt is written down before it is made, its end recorded, given up loudly."""

from __future__ import annotations

import queue
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from mailproc.delivery.parcel import Permanent, Sent, Transient
from mailproc.delivery.retry import next_attempt
from mailproc.store import outbox

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

    from mailproc.delivery.parcel import DeliveryOutcome
    from mailproc.desk.undelivered import Undelivered
    from mailproc.store.engine import Database
    from mailproc.store.outbox import Claimed

LOOK_EVERY = 5.0
"""Seconds between looks at the outbox when nobody rang: another process may have written to it."""

log = structlog.get_logger("mailproc.dispatch")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """An attempt and how it ended."""

    message: Claimed
    outcome: DeliveryOutcome


class Dispatcher:
    """Sends the messages of some channels with a few threads.

    One loop claims and records in the same transaction; ``carry`` makes one attempt and may take its
    time. Channels that must not wait for each other get a dispatcher each: an SMS does not queue
    behind a mail server that hangs.
    """

    def __init__(
        self,
        database: Database,
        *,
        channels: Sequence[str],
        carry: Callable[[Claimed], DeliveryOutcome],
        undelivered: Undelivered,
        clock: Callable[[], datetime],
        threads: int,
        give_up_after: timedelta,
        hold: timedelta,
    ) -> None:
        self._database = database
        self._channels = tuple(channels)
        self._carry = carry
        self._undelivered = undelivered
        self._clock = clock
        self._threads = threads
        self._give_up_after = give_up_after
        self._hold = hold
        self._ended: queue.SimpleQueue[Ended | None] = queue.SimpleQueue()
        self._under_way = 0

    def ring(self) -> None:
        """Something was put into the outbox."""
        self._ended.put(None)

    def run(self, stopping: threading.Event) -> None:
        """Works until stopped; attempts under way are then finished and recorded."""
        with ThreadPoolExecutor(self._threads, thread_name_prefix="dispatch") as pool:
            ended: list[Ended] = []
            while not stopping.is_set() or self._under_way:
                room = 0 if stopping.is_set() else 2 * self._threads - self._under_way
                claimed, wait = self._record_and_claim(ended, room)
                for message in claimed:
                    self._under_way += 1
                    pool.submit(self._attempt, message)
                ended = self._wait(wait if room > len(claimed) else LOOK_EVERY)
            if ended:
                self._record_and_claim(ended, 0)

    def _record_and_claim(self, ended: Sequence[Ended], room: int) -> tuple[list[Claimed], float]:
        """One transaction: what ended is written, what is due is taken, and when to look again."""
        with self._database.write() as connection:
            now = self._clock()
            for one in ended:
                self._record(connection, one, now)
            claimed = self._claim(connection, now, room)
            due = outbox.next_due(connection, self._channels)
        wait = LOOK_EVERY if due is None else (due - now).total_seconds()
        return claimed, max(0.0, min(wait, LOOK_EVERY))

    def _claim(self, connection: Connection, now: datetime, room: int) -> list[Claimed]:
        return outbox.claim(connection, now, room, self._channels, self._hold) if room > 0 else []

    def _attempt(self, message: Claimed) -> None:
        try:
            outcome = self._carry(message)
        except Exception as fault:  # a fault of ours is no reason to lose a letter
            log.error("attempt failed", outbox=message.id, exc_info=fault)
            outcome = Transient(detail=f"{type(fault).__name__}")
        self._ended.put(Ended(message=message, outcome=outcome))

    def _wait(self, seconds: float) -> list[Ended]:
        """Sleeps until something ended, somebody rang, or the time is over."""
        ended: list[Ended] = []
        try:
            one = self._ended.get(timeout=seconds)
            while True:
                if one is not None:
                    ended.append(one)
                    self._under_way -= 1
                one = self._ended.get_nowait()
        except queue.Empty:
            return ended

    def _record(self, connection: Connection, ended: Ended, now: datetime) -> None:
        message, outcome = ended.message, ended.outcome
        log.info(
            "attempt ended",
            outbox=message.id,
            mail=message.mail_id,
            kind=message.kind,
            attempt=message.attempts,
            outcome=type(outcome).__name__.lower(),
            detail=outcome.detail,
        )
        match outcome:
            case Sent():
                outbox.sent(connection, message.id, now, outcome.detail)
                self._undelivered.all_well(connection, message)
            case Transient():
                self._try_again(connection, message, outcome.detail, now)
            case Permanent():
                self._give_up(connection, message, outcome.detail, now)

    def _try_again(self, connection: Connection, message: Claimed, detail: str, now: datetime) -> None:
        at = next_attempt(message.attempts, message.created_at, now, self._give_up_after, random.random())
        if at is None:
            self._give_up(connection, message, f"given up after many tries: {detail}", now)
            return
        outbox.again(connection, message.id, at, detail)

    def _give_up(self, connection: Connection, message: Claimed, detail: str, now: datetime) -> None:
        outbox.failed(connection, message.id, detail)
        self._undelivered.give_up(connection, message, detail, now)
