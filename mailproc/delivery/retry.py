"""A letter that could not leave is tried again in minutes, then in hours, and then given up."""

from __future__ import annotations

from datetime import datetime, timedelta

# Minutes first, for greylisting and restarts; then hours (RFC 5321 §4.5.4.1 wants at least 30 minutes
# in the long run, and four to five days in all).
_WAITS = tuple(timedelta(minutes=m) for m in (0.5, 1, 2, 5, 15, 30, 60, 120, 240))


def next_attempt(
    attempts: int, ready_at: datetime, now: datetime, give_up_after: timedelta, jitter: float
) -> datetime | None:
    """When to try again after ``attempts`` (at least 1) that failed; None to give up.

    ``ready_at`` is when the letter could first leave: written to the outbox, or released by a person.
    ``jitter`` in [0, 1) spreads the wait by a fifth to either side, so that what failed together does
    not come back together. The last attempt is made when ``give_up_after`` is over, not before.
    """
    last_at = ready_at + give_up_after
    if now >= last_at:
        return None
    wait = _WAITS[min(max(attempts, 1), len(_WAITS)) - 1]
    return min(now + wait * (0.8 + 0.4 * jitter), last_at)
