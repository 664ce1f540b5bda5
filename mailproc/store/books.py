"""The desk's books: every mail that came in has an outcome, every outcome a decision behind it (B5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, or_, select

from mailproc.policy.decision import Outcome
from mailproc.store.tables import MAIL_PENDING, decision, mail, outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

_WITHOUT_DECISION = (Outcome.PENDING, Outcome.QUARANTINED)
"""What is not decided yet, and what could not be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """The mail of a period: how many came in, and how many are accounted for by which outcome.

    The two are counted apart. An outcome that no decision stands behind accounts for nothing.
    """

    received: int
    outcomes: dict[Outcome, int]


def balance(connection: Connection, since: datetime, until: datetime) -> Balance:
    """The books of all mail received in [since, until).

    One statement sees one state of the store: mail that comes in between two would look like a difference.
    """
    decided = select(decision.c.mail_id).where(decision.c.mail_id == mail.c.id).exists()
    accounted = or_(mail.c.outcome.in_(_WITHOUT_DECISION), decided)
    rows = connection.execute(
        select(
            mail.c.outcome,
            func.count().label("received"),
            func.sum(case((accounted, 1), else_=0)).label("accounted"),
        )
        .where(mail.c.received_at >= since, mail.c.received_at < until)
        .group_by(mail.c.outcome)
    ).all()
    counted = {row.outcome: row.accounted for row in rows if row.accounted}
    return Balance(
        received=sum(row.received for row in rows),
        outcomes={outcome: counted[outcome] for outcome in Outcome if outcome in counted},
    )


def waiting_since_before(connection: Connection, moment: datetime) -> int:
    """How many mails came before a moment and have no outcome yet."""
    query = select(func.count(mail.c.id)).where(MAIL_PENDING, mail.c.received_at < moment)
    return int(connection.execute(query).scalar_one())


def set_aside(connection: Connection, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The mails that were quarantined in [since, until) and still are, oldest first."""
    is_new = and_(mail.c.decided_at >= since, mail.c.decided_at < until)
    query = select(mail).where(mail.c.outcome == Outcome.QUARANTINED, is_new).order_by(mail.c.id)
    return [dict(row._mapping) for row in connection.execute(query)]


def in_quarantine(connection: Connection) -> int:
    """How many mails are set aside by now."""
    query = select(func.count(mail.c.id)).where(mail.c.outcome == Outcome.QUARANTINED)
    return int(connection.execute(query).scalar_one())


def taken(connection: Connection, since: datetime, until: datetime) -> dict[str, tuple[int, datetime]]:
    """How many mails came each way in [since, until), and when the last one did."""
    rows = connection.execute(
        select(mail.c.way, func.count().label("mails"), func.max(mail.c.received_at).label("last"))
        .where(mail.c.received_at >= since, mail.c.received_at < until)
        .group_by(mail.c.way)
    )
    return {row.way: (row.mails, row.last) for row in rows}


def notices(connection: Connection, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The key and subject of every letter for help that the operator was sent in [since, until)."""
    is_new = and_(outbox.c.created_at >= since, outbox.c.created_at < until)
    query = (
        select(outbox.c.key, outbox.c.subject)
        .where(outbox.c.kind == "operator", outbox.c.channel == "mail", is_new)
        .order_by(outbox.c.id)
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def given_up(connection: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Those of some messages of the outbox that are given up and not released again, without content."""
    query = (
        select(outbox.c.recipient, outbox.c.subject, outbox.c.detail)
        .where(outbox.c.id.in_(ids), outbox.c.state == "failed")
        .order_by(outbox.c.id)
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def outbox_states(connection: Connection) -> dict[str, int]:
    """How many messages of the outbox are in each state; ``retried`` are those that wait for another try."""
    rows = connection.execute(select(outbox.c.state, func.count().label("messages")).group_by(outbox.c.state))
    counted = {row.state: row.messages for row in rows}
    retried = select(func.count(outbox.c.id)).where(outbox.c.state == "waiting", outbox.c.attempts > 0)
    return counted | {"retried": connection.execute(retried).scalar_one()}
