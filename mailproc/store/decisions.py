"""What was decided about each mail, with the steps that led there."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from mailproc.policy.decision import Verdict
from mailproc.reading.record import to_record
from mailproc.store.tables import decision

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.policy.decision import Decision


def record(
    connection: Connection,
    made: Decision,
    *,
    mail_id: int,
    now: datetime,
    escalation_id: int | None = None,
    completes: int | None = None,
) -> None:
    """Keeps the decision with its ordered trace (B2). ``completes`` is the rejected mail it answers (B1)."""
    request = made.request
    connection.execute(
        insert(decision).values(
            mail_id=mail_id,
            decided_at=now,
            verdict=made.verdict,
            code=made.code,
            route=made.route,
            ticket=request.ticket,
            level=request.level,
            requester=request.requester.email if request.requester else None,
            language=request.language,
            escalation_id=escalation_id,
            completes=completes,
            procedure=made.procedure,
            understood=to_record(request),
            trace=[asdict(step) for step in made.trace],
        )
    )


def record_anew(
    connection: Connection,
    made: Decision,
    *,
    mail_id: int,
    now: datetime,
    escalation_id: int | None,
    completes: int | None = None,
) -> None:
    """Keeps a later decision about a mail instead of the earlier one."""
    forget(connection, mail_id)
    record(connection, made, mail_id=mail_id, now=now, escalation_id=escalation_id, completes=completes)


def forget(connection: Connection, mail_id: int) -> None:
    """Makes room for another decision, as when a mail is replayed."""
    connection.execute(decision.delete().where(decision.c.mail_id == mail_id))


def of_mail(connection: Connection, mail_id: int) -> dict[str, Any] | None:
    """The stored decision of a mail, or None."""
    row = connection.execute(select(decision).where(decision.c.mail_id == mail_id)).one_or_none()
    return dict(row._mapping) if row else None


def was_completed(connection: Connection, made: dict[str, Any]) -> bool:
    """True where a later answer has completed a request that was sent back, at once or step by step (B1)."""
    mail_id, verdict = made["mail_id"], made["verdict"]
    while mail_id is not None and verdict != Verdict.ACCEPTED:
        query = select(decision.c.mail_id, decision.c.verdict).where(
            decision.c.requester == made["requester"], decision.c.completes == mail_id
        )
        further = connection.execute(query.order_by(decision.c.mail_id.desc()).limit(1)).one_or_none()
        mail_id, verdict = (further.mail_id, further.verdict) if further else (None, verdict)
    return bool(verdict == Verdict.ACCEPTED)


def was_accepted_before(connection: Connection, email: str) -> bool:
    """True when an earlier request of this person was accepted: a known sender."""
    query = (
        select(decision.c.mail_id)
        .where(
            decision.c.requester == email,
            decision.c.verdict == Verdict.ACCEPTED,
            decision.c.route != "command",
        )
        .limit(1)
    )
    return connection.execute(query).scalar() is not None
