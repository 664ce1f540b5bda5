"""When the digest goes out: once per local day, whatever the clock does in between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailproc.settings import Digest


def digest_moment(day: date, digest: Digest) -> datetime:
    """The moment of a day's digest, in UTC.

    A time that a change of the clock skips is taken at the same distance from midnight as if
    there were no change (PEP 495, fold 0); one that occurs twice is the first of the two.
    """
    return datetime.combine(day, digest.time, tzinfo=digest.time_zone).astimezone(UTC)


def next_digest(now: datetime, digest: Digest) -> datetime:
    """The first digest strictly after ``now``, in UTC."""
    day = now.astimezone(digest.time_zone).date()
    moment = digest_moment(day, digest)
    return moment if moment > now else digest_moment(day + timedelta(days=1), digest)


def due_digest(now: datetime, digest: Digest) -> date:
    """The local day of the last digest that is due at ``now`` or before."""
    day = now.astimezone(digest.time_zone).date()
    return day if digest_moment(day, digest) <= now else day - timedelta(days=1)
