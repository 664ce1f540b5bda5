"""Answers only once the mail is on disk: what arrives during one commit shares the next.

There is no timer. A lone mail is committed at once; under load the batches grow by themselves.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

import structlog

from mailproc.store import inbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mailproc.message.arrival import Arrival
    from mailproc.store.engine import Database

_BATCH = 100

log = structlog.get_logger("mailproc.store")


class GroupCommit:
    """One thread that stores arrivals. ``submit`` gives a future with the mail's id.

    ``stored`` is called after each commit. Without the ``thread`` no mail is taken: watch it.
    """

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime], stored: Callable[[], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._stored = stored
        self._waiting: queue.SimpleQueue[tuple[Arrival, Future[int]] | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self._run, name="store", daemon=True)
        self.thread.start()

    def submit(self, arrival: Arrival) -> Future[int]:
        """A future that ends when the mail is durable, or with the fault that prevented it."""
        future: Future[int] = Future()
        self._waiting.put((arrival, future))
        return future

    def close(self, timeout: float | None = None) -> None:
        """Stores what was submitted, then ends; waits for that ``timeout`` seconds at most."""
        self._waiting.put(None)
        self.thread.join(timeout)

    def _run(self) -> None:
        ended = False
        while not ended:
            first = self._waiting.get()
            if first is None:
                return
            batch = [first]
            while len(batch) < _BATCH:
                try:
                    following = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    ended = True
                    break
                batch.append(following)
            wanted = [one for one in batch if one[1].set_running_or_notify_cancel()]
            if wanted:
                self._commit(wanted)

    def _commit(self, batch: list[tuple[Arrival, Future[int]]]) -> None:
        try:
            with self._database.write() as connection:
                ids = inbox.add(connection, [arrival for arrival, _ in batch], self._clock())
        except Exception as fault:
            self._refuse(batch, fault)
            return
        for (_, future), id_ in zip(batch, ids, strict=True):
            future.set_result(id_)
        try:
            self._stored()
        except Exception:  # the mail is on disk; whoever handles it looks by itself too
            log.exception("nobody was told of stored mail")

    def _refuse(self, batch: list[tuple[Arrival, Future[int]]], fault: Exception) -> None:
        """A lone sender hears 451 and keeps the mail; of several, the sound ones are still taken."""
        if len(batch) == 1:
            batch[0][1].set_exception(fault)
            return
        for one in batch:
            self._commit([one])
