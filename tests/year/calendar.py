"""The year's clock: it goes from one moment at which something happens to the next, and never skips one."""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select

from mailproc.policy.digest_day import next_digest
from mailproc.store import timers
from mailproc.store.tables import outbox
from tests.desk.conftest import Reply, _reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tests.desk.conftest import DeskAtWork


class Calendar:
    """What people mean to do, and what the desk has promised, in the order of time."""

    def __init__(self, desk: DeskAtWork, read: Callable[[Reply], None]) -> None:
        """``read`` is called with each letter that leaves the desk, at the moment it leaves."""
        self._desk = desk
        self._read = read
        self._plans: list[tuple[datetime, int, Callable[[], None]]] = []
        self._number = count()
        self._last_letter = 0
        self.letters: list[tuple[datetime, Reply]] = []

    @property
    def now(self) -> datetime:
        return self._desk.clock()

    def plan(self, at: datetime, deed: Callable[[], None]) -> None:
        """Somebody means to do something at a moment."""
        heapq.heappush(self._plans, (at, next(self._number), deed))

    def pass_until(self, end: datetime) -> None:
        """Lets the time pass."""
        while (moment := self._next_moment(end)) < end:
            self._desk.clock.now = max(self.now, moment)
            while self._plans and self._plans[0][0] <= self.now:
                heapq.heappop(self._plans)[2]()
            self._desk.work()
            with self._desk.database.write() as connection:
                self._desk.office.morning.make_due(connection, self.now)
            with self._desk.database.write() as connection:
                self._desk.office.clockwork.strike(connection, self.now)
            self._deliver()
        self._desk.clock.now = end

    def _next_moment(self, end: datetime) -> datetime:
        with self._desk.database.read() as connection:
            promised = timers.next_due(connection)
        moments = [end, next_digest(self.now, self._desk.settings.digest)]
        moments += [promised] if promised else []
        moments += [self._plans[0][0]] if self._plans else []
        return min(moments)

    def _deliver(self) -> None:
        for letter in list(self._new_letters()):
            self.letters.append((self.now, letter))
            self._read(letter)

    def _new_letters(self) -> Iterator[Reply]:
        query = select(outbox).where(outbox.c.id > self._last_letter).order_by(outbox.c.id)
        with self._desk.database.read() as connection:
            for row in connection.execute(query).all():
                self._last_letter = row.id
                yield _reply(dict(row._mapping))
