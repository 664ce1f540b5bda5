"""Calls for emergencies: how many went out lately, and those that wait to be told together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from mailproc.policy.decision import Outcome
from mailproc.reading.request import Level
from mailproc.store.tables import decision, event, gathered, mail, outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """An emergency that waits to be told together with others. ``round`` is that of its chase, 0 at first."""

    escalation_id: int
    round: int
    at: datetime


def lately(connection: Connection, kinds: Sequence[str], since: datetime) -> int:
    """How many events of these kinds stand on timelines since a moment."""
    query = select(func.count()).where(event.c.at > since, event.c.kind.in_(kinds))
    return int(connection.execute(query).scalar_one())


def without_escalation(connection: Connection, since: datetime) -> int:
    """How many emergencies came in since a moment that were alerted although something is missing in them."""
    query = (
        select(func.count())
        .select_from(mail)
        .join(decision, decision.c.mail_id == mail.c.id)
        .where(
            mail.c.received_at > since,
            mail.c.outcome == Outcome.REJECTED,
            decision.c.level == Level.EMERGENCY,
        )
    )
    return int(connection.execute(query).scalar_one())


def strangers_announced(connection: Connection, since: datetime) -> int:
    """How many emergencies of unknown senders the person on duty was told about since a moment."""
    query = (
        select(func.count(func.distinct(outbox.c.mail_id)))
        .select_from(mail)
        .join(outbox, outbox.c.mail_id == mail.c.id)
        .where(mail.c.received_at > since, outbox.c.key.like("stranger:%"))
    )
    return int(connection.execute(query).scalar_one())


def gather(connection: Connection, escalation_id: int, *, round: int, now: datetime) -> None:
    """Lets an emergency wait for the next time they are told together."""
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(gathered).values(escalation_id=escalation_id, round=round, at=now)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["escalation_id"], set_={"round": round})
    )


def let_go(connection: Connection, escalation_id: int) -> None:
    """An emergency need not be told any more."""
    connection.execute(delete(gathered).where(gathered.c.escalation_id == escalation_id))


def take_gathered(connection: Connection) -> list[Gathered]:
    """All that wait, oldest first. They are gone when the transaction commits."""
    rows = connection.execute(delete(gathered).returning(gathered)).all()
    found = [Gathered(escalation_id=row.escalation_id, round=row.round, at=row.at) for row in rows]
    return sorted(found, key=lambda one: (one.at, one.escalation_id))
