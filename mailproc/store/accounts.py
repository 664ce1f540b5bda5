"""Misused emergencies, counted for each account: an organisation, else a single address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from mailproc.store.tables import misuse

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def note_misuse(connection: Connection, account: str, *, escalation_id: int, now: datetime) -> None:
    """Counts an emergency that was none."""
    connection.execute(insert(misuse).values(account=account, at=now, escalation_id=escalation_id))


def misuses(connection: Connection, account: str, since: datetime) -> int:
    """How often an account misused emergencies since a moment, those that were lifted aside."""
    query = select(func.count()).where(
        misuse.c.account == account, misuse.c.at > since, misuse.c.lifted_at.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def lift(connection: Connection, account: str, *, by: str, now: datetime) -> int:
    """Lets an account begin anew; how many misuses do not count any more."""
    counted = (misuse.c.account == account) & misuse.c.lifted_at.is_(None)
    return connection.execute(update(misuse).where(counted).values(lifted_at=now, lifted_by=by)).rowcount


def listing(connection: Connection, since: datetime) -> list[dict[str, Any]]:
    """Every account with misuses that count since a moment: how many, the last one and its escalation.

    The most misuses first.
    """
    query = (
        select(
            misuse.c.account,
            func.count().label("misuses"),
            func.max(misuse.c.at).label("last"),
            func.max(misuse.c.escalation_id).label("escalation_id"),
        )
        .where(misuse.c.at > since, misuse.c.lifted_at.is_(None))
        .group_by(misuse.c.account)
        .order_by(func.count().desc(), misuse.c.account)
    )
    return [dict(row._mapping) for row in connection.execute(query)]
