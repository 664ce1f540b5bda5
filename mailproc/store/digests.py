"""Which days had their digest: one row a local day, so that no restart sends it twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from mailproc.store.tables import digest

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, kw_only=True, slots=True)
class LastDigest:
    """The last digest that was made: its local day, and the moment up to which it told."""

    day: date
    until: datetime


def last(connection: Connection, name: str) -> LastDigest | None:
    """The last digest of a name, or None before the first."""
    row = connection.execute(
        select(digest).where(digest.c.name == name).order_by(digest.c.day.desc()).limit(1)
    ).one_or_none()
    return LastDigest(day=row.day, until=row.until) if row else None


def begin(connection: Connection, name: str, *, day: date, since: datetime, until: datetime) -> bool:
    """Claims a day's digest; False when it was made already."""
    try:
        with connection.begin_nested():
            connection.execute(insert(digest).values(name=name, day=day, since=since, until=until))
    except IntegrityError:
        return False
    return True
