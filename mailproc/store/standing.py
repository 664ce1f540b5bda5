"""What stands open, what has ended, and what was sent back: the rows that a digest tells of."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mailproc.policy.decision import Verdict
from mailproc.store.tables import ESCALATION_OPEN, decision, escalation, event, mail

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, TextClause


def open_escalations(connection: Connection, until: datetime) -> list[dict[str, Any]]:
    """What is open, accepted before a moment: oldest first, each with its timeline under ``events``."""
    return _with_events(connection, (ESCALATION_OPEN, escalation.c.accepted_at < until), until)


def ended_escalations(connection: Connection, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """What was closed or canceled in [since, until), oldest first, each with its timeline."""
    ended = (escalation.c.closed_at >= since, escalation.c.closed_at < until)
    return _with_events(connection, ended, until)


def _with_events(
    connection: Connection, conditions: tuple[ColumnElement[bool] | TextClause, ...], until: datetime
) -> list[dict[str, Any]]:
    chosen = select(escalation.c.id).where(*conditions)
    timelines = defaultdict(list)
    happened = (
        select(event)
        .where(event.c.escalation_id.in_(chosen), event.c.at < until)
        .order_by(event.c.at, event.c.id)
    )
    for row in connection.execute(happened):
        timelines[row.escalation_id].append(dict(row._mapping))
    rows = connection.execute(select(escalation).where(*conditions).order_by(escalation.c.accepted_at))
    return [{**row._mapping, "events": timelines[row.id]} for row in rows]


def sent_back(connection: Connection, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The requests that were rejected in [since, until) and not completed since, each with its mail."""
    completed = select(decision.c.completes).where(decision.c.completes.is_not(None))
    query = (
        select(decision, mail.c.subject, mail.c.sender, mail.c.received_at)
        .join(mail, mail.c.id == decision.c.mail_id)
        .where(
            decision.c.decided_at >= since,
            decision.c.decided_at < until,
            decision.c.verdict == Verdict.REJECTED,
            decision.c.mail_id.not_in(completed),
        )
        .order_by(decision.c.decided_at, decision.c.mail_id)
    )
    return [dict(row._mapping) for row in connection.execute(query)]
