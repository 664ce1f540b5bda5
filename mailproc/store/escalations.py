"""Escalations and their timelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, null, select, update

from mailproc.escalation.status import Status
from mailproc.escalation.timeline import Event
from mailproc.policy.decision import KnownEscalation
from mailproc.policy.organisations import FREE_MAIL
from mailproc.policy.tickets import to_record as to_ticket_record
from mailproc.reading.request import Level
from mailproc.store.tables import ESCALATION_OPEN, escalation, event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.message.mail import Address
    from mailproc.policy.decision import Decision
    from mailproc.policy.tickets import Ticket

LOCK_TIMELINE = 0x6D61696B
LOCK_TICKETS = 0x6D61696C
"""First key of PostgreSQL's advisory locks on tickets; the second is the hash of the ticket."""


MOST_LOOKED_BACK_AT = 200
"""Escalations of one account that are looked through for earlier ones of the same matter."""


def lock_ticket(connection: Connection, ticket: str) -> None:
    """Two mails about one ticket are decided one after the other. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(LOCK_TIMELINE, 0)))
        connection.execute(select(func.pg_advisory_xact_lock(LOCK_TICKETS, func.hashtext(ticket))))


def lock_timeline(connection: Connection) -> None:
    """Waits for every transaction that may still write an event: a digest sees all that came before it."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK_TIMELINE, 0)))


def latest(connection: Connection, ticket: str) -> KnownEscalation | None:
    """The ticket's last escalation, open or closed; canceled ones start no cooldown and do not count."""
    row = connection.execute(
        select(escalation)
        .where(escalation.c.ticket == ticket, escalation.c.status != Status.CANCELED)
        .order_by(escalation.c.accepted_at.desc())
        .limit(1)
    ).one_or_none()
    return known(dict(row._mapping)) if row is not None else None


def known(row: dict[str, Any]) -> KnownEscalation:
    """An escalation as the policy sees it."""
    return KnownEscalation(
        id=str(row["id"]),
        ticket=row["ticket"],
        level=Level(row["level"]),
        status=row["status"],
        accepted_at=row["accepted_at"],
        closed_at=row["closed_at"],
        requester=row["requester"],
        organisation=row["organisation"],
    )


def of_account(
    connection: Connection, organisation: str | None, requester: str, since: datetime
) -> list[dict[str, Any]]:
    """What an organisation or a requester escalated since then, each with its reason, the newest first.

    Where no organisation is known, everybody of the requester's mail domain counts, unless it is free mail's.
    """
    whose, domain = escalation.c.requester == requester, requester.rpartition("@")[2]
    if organisation:
        whose |= escalation.c.organisation == organisation
    elif domain and domain not in FREE_MAIL:
        whose |= escalation.c.requester.endswith(f"@{domain}", autoescape=True)
    query = (
        select(
            escalation.c.ticket,
            escalation.c.requester,
            escalation.c.accepted_at,
            escalation.c.closed_at,
            escalation.c.known_ticket,
            event.c.said,
        )
        .join(event, event.c.escalation_id == escalation.c.id)
        .where(whose, escalation.c.accepted_at >= since, event.c.kind == Event.STARTED)
        .order_by(escalation.c.accepted_at.desc())
        .limit(MOST_LOOKED_BACK_AT)
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def know_ticket(connection: Connection, escalation_id: int, ticket: Ticket) -> None:
    """Keeps what the directory now tells of an escalation's ticket, for letters to staff."""
    values = {"known_ticket": to_ticket_record(ticket)}
    connection.execute(update(escalation).where(escalation.c.id == escalation_id).values(values))


def participants(connection: Connection, escalation_id: str) -> set[str]:
    """The addresses of everybody who asked for, or joined, an escalation, and did not leave it again."""
    query = select(event.c.by).where(
        event.c.escalation_id == int(escalation_id),
        event.c.by != "",
        event.c.kind != Event.JOINED_FOR_A_WHILE,
    )
    return set(connection.execute(query).scalars())


def start(
    connection: Connection,
    made: Decision,
    *,
    mail_id: int,
    organisation: str | None,
    requested_at: datetime,
    now: datetime,
) -> int:
    """Opens an escalation for an accepted request; its id.

    ``requested_at`` is when it was first asked for: before ``now`` where a rejection was completed (B1).
    """
    request = made.request
    if request.requester is None or request.ticket is None or request.level is None:
        raise ValueError("an escalation needs a requester, a ticket and a level")
    is_doubted = request.misuse is not None or made.restricted
    level = Level.HIGHER_PRIORITY if is_doubted else request.level
    values = {
        "ticket": request.ticket,
        "level": level,
        "status": Status.STARTED,
        "requested_at": requested_at,
        "accepted_at": now,
        "requester": request.requester.email,
        "requester_name": request.requester.name,
        "organisation": organisation,
        "language": request.language,
        "questioned": is_doubted,
        "mail_id": mail_id,
        "procedure": made.procedure,
        "known_ticket": to_ticket_record(made.known_ticket) if made.known_ticket else null(),
    }
    return int(connection.execute(insert(escalation).values(values).returning(escalation.c.id)).scalar_one())


def change(
    connection: Connection,
    escalation_id: int,
    *,
    now: datetime,
    status: Status | None = None,
    level: Level | None = None,
    acknowledged_by: str | None = None,
    assigned_to: str | None = None,
) -> None:
    """Writes what a command changed; what is None stays. A status that ends it dates the end."""
    values: dict[str, Any] = {}
    if status is not None:
        values |= {"status": status, "closed_at": now if status.is_over else None}
    if level is not None:
        values |= {"level": level, "questioned": False}
    if acknowledged_by is not None:
        values["acknowledged_by"] = acknowledged_by
    if assigned_to is not None:
        values["assigned_to"] = assigned_to
    if values:
        connection.execute(update(escalation).where(escalation.c.id == escalation_id).values(values))


def level_of(connection: Connection, escalation_id: int) -> Level | None:
    """How urgent an escalation is; None where there is none."""
    found = connection.execute(select(escalation.c.level).where(escalation.c.id == escalation_id)).scalar()
    return Level(found) if found else None


def put_on_tier(connection: Connection, escalation_id: int, *, tier: int, form: str | None = None) -> None:
    """Notes the rung of the ladder that has an escalation, counted from 0; ``form`` is how it got there."""
    values = {"tier": tier} | ({"form": form} if form else {})
    connection.execute(update(escalation).where(escalation.c.id == escalation_id).values(values))


def add_event(
    connection: Connection,
    escalation_id: int,
    *,
    kind: Event,
    by: str,
    words: str,
    mail_id: int | None,
    now: datetime,
    reasons: dict[str, str] | None = None,
) -> int:
    """Writes one line onto an escalation's timeline; its id. ``reasons`` are why it was handed over."""
    values = {
        "escalation_id": escalation_id,
        "at": now,
        "kind": kind,
        "by": by,
        "said": words,
        "evidence": [],
        "reasons": reasons,
        "mail_id": mail_id,
    }
    return int(connection.execute(insert(event).values(values).returning(event.c.id)).scalar_one())


def split_off(connection: Connection, event_id: int) -> None:
    """The voice that an event brought leaves its escalation; the timeline keeps that it was there."""
    connection.execute(update(event).where(event.c.id == event_id).values(kind=Event.JOINED_FOR_A_WHILE))


def record_event(
    connection: Connection,
    made: Decision,
    *,
    escalation_id: int,
    kind: Event,
    mail_id: int,
    now: datetime,
    copied: Sequence[Address] = (),
) -> None:
    """Writes what a mail brought onto the escalation's timeline, with those who were ``copied`` in it."""
    request = made.request
    connection.execute(
        insert(event).values(
            escalation_id=escalation_id,
            at=now,
            kind=kind,
            by=request.requester.email if request.requester else "",
            level=request.level,
            said=request.motivation or "",
            evidence=[_evidence(item) for item in request.evidence],
            earlier=list(made.earlier) or null(),
            copied=[{"email": reader.email, "name": reader.name} for reader in copied] or null(),
            mail_id=mail_id,
        )
    )


def _evidence(item: Any) -> dict[str, Any]:
    return {
        "kind": str(item.kind),
        "sentence": item.sentence,
        "words": item.words,
        "due": item.due.isoformat() if item.due else None,
    }


def listing(connection: Connection, *, only_open: bool, limit: int = 50) -> list[dict[str, Any]]:
    """The newest escalations, newest first."""
    query = select(escalation).order_by(escalation.c.id.desc()).limit(limit)
    if only_open:
        query = query.where(ESCALATION_OPEN)
    return [dict(row._mapping) for row in connection.execute(query)]


def locked_entry(connection: Connection, escalation_id: int) -> dict[str, Any] | None:
    """One escalation for a change: whoever comes second waits, and reads what the first one wrote."""
    ticket = connection.execute(select(escalation.c.ticket).where(escalation.c.id == escalation_id)).scalar()
    if ticket is None:
        return None
    lock_ticket(connection, ticket)
    return entry(connection, escalation_id)


def entry(connection: Connection, escalation_id: int) -> dict[str, Any] | None:
    """One escalation with its timeline under ``events``, or None."""
    row = connection.execute(select(escalation).where(escalation.c.id == escalation_id)).one_or_none()
    if row is None:
        return None
    events = connection.execute(
        select(event).where(event.c.escalation_id == escalation_id).order_by(event.c.at, event.c.id)
    )
    return {**row._mapping, "events": [dict(found._mapping) for found in events]}
