"""How often something may happen: so many a minute for each, and never more names in memory than allowed."""

from __future__ import annotations

from collections import OrderedDict

_MOST_NAMES = 10_000


class Pace:
    """A bucket for each name, which holds ``most`` and fills up again in ``seconds``.

    The clock is the caller's, in seconds from any start. Past ``_MOST_NAMES`` the name that was not heard of
    for the longest time is forgotten, which is in its favour and keeps the memory small.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._a_second = most / seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, now: float) -> bool:
        """Takes one from the bucket of a name; False where it is empty."""
        left = self._now_in(name, now)
        self._put(name, left - 1 if left >= 1 else left, now)
        return left >= 1

    def is_empty(self, name: str, now: float) -> bool:
        """True where ``take`` would be refused."""
        return self._now_in(name, now) < 1

    def _now_in(self, name: str, now: float) -> float:
        left, at = self._left.get(name, (float(self._most), now))
        return min(float(self._most), left + (now - at) * self._a_second)

    def _put(self, name: str, left: float, now: float) -> None:
        self._left[name] = (left, now)
        self._left.move_to_end(name)
        if len(self._left) > _MOST_NAMES:
            self._left.popitem(last=False)
