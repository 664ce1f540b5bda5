"""Tells a loop to end, and whether it still looks: a thread that hangs is seen by the watchdog."""

from __future__ import annotations

import threading
import time


class StopSign(threading.Event):
    """The stop sign as one loop sees it: each look at it is a sign of life.

    A loop that rests at it is expected back when its rest is over.
    """

    def __init__(self, patience: float) -> None:
        """``patience``: seconds without a look after which the loop counts as stalled."""
        super().__init__()
        self._patience = patience
        self._expected = time.monotonic()

    def beat(self) -> None:
        """The loop gets on with its work."""
        self._expected = time.monotonic()

    def is_set(self) -> bool:
        """The loop looks."""
        self.beat()
        return super().is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """The loop rests."""
        self._expected = time.monotonic() + (timeout or 0.0)
        return super().wait(timeout)

    def is_overdue(self, now: float) -> bool:
        """True for a loop that hangs. ``now`` is of the monotonic clock."""
        return now - self._expected > self._patience
