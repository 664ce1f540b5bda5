"""Empties the outbox: the attempt is written down before it is made, its end recorded, given up loudly."""

from __future__ import annotations

import queue
import random
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import OperationalError

from mailproc.delivery.parcel import Permanent, Sent, Transient
from mailproc.delivery.retry import next_attempt
from mailproc.store import outbox

if TYPE_CHECKING:
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
    """Sends the messages of some channels, a few at a time.

    One loop claims and records in the same transaction; ``carry`` makes one attempt, in a thread of its
    own, and may take its time. Channels that must not wait for each other get a dispatcher each: an SMS
    does not queue behind a mail server that hangs.
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
        self._attempted: set[int] = set()
        self._unrecorded: list[Ended] = []

    def ring(self) -> None:
        """Something was put into the outbox."""
        self._ended.put(None)

    def run(self, stopping: threading.Event) -> None:
        """Works until stopped; attempts under way are then finished and recorded.

        A database that fails is waited for: how attempts ended is kept until it is recorded.
        """
        while True:
            is_stopping = stopping.is_set()
            wait = self._turn(0 if is_stopping else self._threads - len(self._attempted))
            if is_stopping and not self._under_way:
                return
            self._wait(wait)

    def _turn(self, room: int) -> float:
        """Records what ended and starts what is due; the seconds until the next look."""
        try:
            claimed, wait = self._record_and_claim(room)
        except Exception:
            log.exception("the outbox cannot be written; tried again", unrecorded=len(self._unrecorded))
            return LOOK_EVERY
        for message in claimed:
            self._start(message)
        return wait if room > len(claimed) else LOOK_EVERY

    def _start(self, message: Claimed) -> None:
        name = f"attempt {message.id}"
        # A daemon thread: an attempt that hangs must not hold up the end of the process.
        threading.Thread(target=self._attempt, args=(message,), name=name, daemon=True).start()
        self._attempted.add(message.id)

    @property
    def _under_way(self) -> set[int]:
        """What must not be claimed again: attempts that go on, and those whose end is not on disk yet."""
        return self._attempted | {ended.message.id for ended in self._unrecorded}

    def _record_and_claim(self, room: int) -> tuple[list[Claimed], float]:
        """One transaction: what ended is written, what is due is taken, and when to look again."""
        under_way = self._under_way
        with self._database.write() as connection:
            now = self._clock()
            for ended in self._unrecorded:
                self._record(connection, ended, now)
            claimed = self._claim(connection, now, room, under_way)
            due = outbox.next_due(connection, self._channels, under_way=under_way)
        self._unrecorded.clear()
        wait = LOOK_EVERY if due is None else (due - now).total_seconds()
        return claimed, max(0.0, min(wait, LOOK_EVERY))

    def _claim(self, connection: Connection, now: datetime, room: int, under_way: set[int]) -> list[Claimed]:
        if room <= 0:
            return []
        return outbox.claim(connection, now, room, self._channels, self._hold, under_way=under_way)

    def _attempt(self, message: Claimed) -> None:
        try:
            outcome = self._carry(message)
        except Exception as fault:  # a fault of ours is no reason to lose a letter
            log.error("attempt failed", outbox=message.id, exc_info=fault)
            outcome = Transient(detail=f"{type(fault).__name__}")
        self._ended.put(Ended(message=message, outcome=outcome))

    def _wait(self, seconds: float) -> None:
        """Sleeps until something ended, somebody rang, or the time is over."""
        with suppress(queue.Empty):
            one = self._ended.get(timeout=seconds)
            while True:
                if one is not None:
                    self._attempted.discard(one.message.id)
                    self._unrecorded.append(one)
                one = self._ended.get_nowait()

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
                end = partial(self._undelivered.all_well, connection, message)
                self._end_story(connection, message, end)
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
        end = partial(self._undelivered.give_up, connection, message, detail, now)
        self._end_story(connection, message, end)

    def _end_story(self, connection: Connection, message: Claimed, end: Callable[[], None]) -> None:
        """A fault over what follows one letter must not keep all others from being recorded."""
        try:
            with connection.begin_nested():
                end()
        except OperationalError:  # the database is away: the whole transaction is tried again
            raise
        except Exception:
            log.exception("what follows a letter could not be done", outbox=message.id)
