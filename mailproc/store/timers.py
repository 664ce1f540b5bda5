"""What the desk has promised to do later: a row each, so that no restart forgets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from mailproc.store.tables import timer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A promise whose time has come. ``round`` counts repetitions, from 1."""

    id: int
    kind: str
    round: int
    due_at: datetime
    escalation_id: int | None
    mail_id: int | None


def wind(
    connection: Connection,
    kind: str,
    due_at: datetime,
    *,
    escalation_id: int | None = None,
    mail_id: int | None = None,
    round: int = 1,
) -> None:
    """Promises something for a moment; an earlier promise of the same kind about the same is replaced."""
    connection.execute(
        delete(timer).where(
            timer.c.kind == kind,
            timer.c.escalation_id.is_not_distinct_from(escalation_id),
            timer.c.mail_id.is_not_distinct_from(mail_id),
        )
    )
    connection.execute(
        insert(timer).values(
            kind=kind, due_at=due_at, round=round, escalation_id=escalation_id, mail_id=mail_id
        )
    )


def is_wound(connection: Connection, kind: str) -> bool:
    """True while something of this kind is promised, about whatever it is."""
    return connection.execute(select(timer.c.id).where(timer.c.kind == kind).limit(1)).scalar() is not None


def stop(connection: Connection, escalation_id: int, kinds: Sequence[str] | None = None) -> None:
    """Takes promises about an escalation back; all of them where no kinds are named."""
    chosen = timer.c.escalation_id == escalation_id
    if kinds is not None:
        chosen &= timer.c.kind.in_(kinds)
    connection.execute(delete(timer).where(chosen))


def stop_about(connection: Connection, mail_id: int) -> None:
    """Takes all promises about a mail back."""
    connection.execute(delete(timer).where(timer.c.mail_id == mail_id))


def due(connection: Connection, now: datetime, limit: int = 50) -> list[Due]:
    """The promises whose time has come, oldest first. Each is there until it is taken."""
    query = select(timer).where(timer.c.due_at <= now).order_by(timer.c.due_at, timer.c.id).limit(limit)
    return [Due(**row._mapping) for row in connection.execute(query)]


def take(connection: Connection, promise: Due) -> bool:
    """Takes a promise to keep it; False where somebody kept it, or took it back, meanwhile."""
    return connection.execute(delete(timer).where(timer.c.id == promise.id)).rowcount == 1


def next_due(connection: Connection) -> datetime | None:
    """When the next promise becomes due; None where nothing is promised."""
    return connection.execute(select(timer.c.due_at).order_by(timer.c.due_at).limit(1)).scalar()
