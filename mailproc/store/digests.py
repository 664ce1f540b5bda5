"""Which days had which digest: one row a digest and local day, so that no restart sends it twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from mailproc.store.tables import digest

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection, Row


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeDigest:
    """A digest that was made: its local day, and the period [since, until) it told of."""

    day: date
    since: datetime
    until: datetime


def is_empty(connection: Connection) -> bool:
    """True for a desk that never had a digest of any kind."""
    return connection.execute(select(digest.c.day).limit(1)).first() is None


def last(connection: Connection, name: str) -> MadeDigest | None:
    """The last digest of a name, or None before the first."""
    query = select(digest).where(digest.c.name == name).order_by(digest.c.day.desc()).limit(1)
    return _made(connection.execute(query).one_or_none())


def of_day(connection: Connection, name: str, day: date) -> MadeDigest | None:
    """The digest of a local day, or None when it was not made."""
    query = select(digest).where(digest.c.name == name, digest.c.day == day)
    return _made(connection.execute(query).one_or_none())


def _made(row: Row[Any] | None) -> MadeDigest | None:
    return MadeDigest(day=row.day, since=row.since, until=row.until) if row else None


def begin(connection: Connection, name: str, *, day: date, since: datetime, until: datetime) -> bool:
    """Claims a day's digest; False when it was made already."""
    try:
        with connection.begin_nested():
            connection.execute(insert(digest).values(name=name, day=day, since=since, until=until))
    except IntegrityError:
        return False
    return True
