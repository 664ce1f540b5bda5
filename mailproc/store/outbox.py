"""Everything that leaves is a row first: written with the decision, claimed, attempted, recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mailproc.store.tables import OUTBOX_DUE, outbox

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

_WITHOUT_CONTENT = [column for column in outbox.c if column.name != "content"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A message to be sent to one recipient.

    ``key`` says which effect it is; a second row with the same key is not written (B3).
    ``channel`` is ``mail``, ``alert`` or ``ordinary``. ``content`` is None where the octets of the mail
    ``mail_id`` are handed on as they came. It leaves at ``not_before``, where that is still to come.
    """

    key: str
    channel: str
    kind: str
    recipient: str
    content: bytes | None
    envelope_from: str = ""
    subject: str = ""
    message_id: str | None = None
    mail_id: int | None = None
    escalation_id: int | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A row that this worker may attempt now.

    ``attempts`` counts this attempt too, and ``created_at`` is when the row was written; both start again
    when a person releases it.
    """

    id: int
    channel: str
    kind: str
    recipient: str
    envelope_from: str
    subject: str
    content: bytes | None
    mail_id: int | None
    attempts: int
    created_at: datetime


def put(connection: Connection, messages: Sequence[Outgoing], *, now: datetime, held: bool) -> int:
    """Writes messages to the outbox; how many were new. ``held`` ones wait for a person."""
    if not messages:
        return 0
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    leaves_at = [max(now, message.not_before or now) for message in messages]
    # What waits for its time begins to age then: the days in which it is tried count from there.
    rows = [
        {
            "key": message.key,
            "channel": message.channel,
            "kind": message.kind,
            "envelope_from": message.envelope_from,
            "recipient": message.recipient,
            "subject": message.subject,
            "message_id": message.message_id,
            "content": message.content,
            "mail_id": message.mail_id,
            "escalation_id": message.escalation_id,
            "state": "held" if held else "waiting",
            "created_at": moment,
            "next_attempt_at": moment,
        }
        for message, moment in zip(messages, leaves_at, strict=True)
    ]
    statement = dialect.insert(outbox).on_conflict_do_nothing(index_elements=["key"])
    return int(connection.execute(statement, rows).rowcount)


def claim(
    connection: Connection,
    now: datetime,
    limit: int,
    channels: Sequence[str],
    hold: timedelta,
    *,
    under_way: Collection[int] = (),
) -> list[Claimed]:
    """Takes messages that are due, and writes the attempt down before it is made.

    An attempt that is not over after ``hold`` is repeated by whoever looks, with the same Message-ID;
    but never by the one who has it ``under_way``.
    """
    due = (
        select(outbox.c.id)
        .where(OUTBOX_DUE, outbox.c.next_attempt_at <= now, outbox.c.channel.in_(channels))
        .where(outbox.c.id.not_in(under_way))
        .order_by(outbox.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.execute(due).scalars())
    if not ids:
        return []
    rows = connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(state="sending", attempts=outbox.c.attempts + 1, next_attempt_at=now + hold)
        .returning(outbox)
    )
    claimed = [
        Claimed(
            id=row.id,
            channel=row.channel,
            kind=row.kind,
            recipient=row.recipient,
            envelope_from=row.envelope_from,
            subject=row.subject,
            content=row.content,
            mail_id=row.mail_id,
            attempts=row.attempts,
            created_at=row.created_at,
        )
        for row in rows
    ]
    return sorted(claimed, key=lambda message: message.id)


def sent(connection: Connection, message_id: int, now: datetime, detail: str) -> None:
    """The next hop has it."""
    _finish(connection, message_id, state="sent", sent_at=now, detail=detail)


def again(connection: Connection, message_id: int, at: datetime, detail: str) -> None:
    """It is tried again at ``at``."""
    _finish(connection, message_id, state="waiting", next_attempt_at=at, detail=detail)


def failed(connection: Connection, message_id: int, detail: str) -> None:
    """It was given up."""
    _finish(connection, message_id, state="failed", detail=detail)


def _finish(connection: Connection, message_id: int, **values: Any) -> None:
    connection.execute(
        update(outbox).where(outbox.c.id == message_id, outbox.c.state == "sending").values(**values)
    )


def next_due(
    connection: Connection, channels: Sequence[str], *, under_way: Collection[int] = ()
) -> datetime | None:
    """When the next message becomes due, those ``under_way`` aside; None when nothing waits."""
    return connection.execute(
        select(outbox.c.next_attempt_at)
        .where(OUTBOX_DUE, outbox.c.channel.in_(channels), outbox.c.id.not_in(under_way))
        .order_by(outbox.c.next_attempt_at)
        .limit(1)
    ).scalar()


def waits(connection: Connection, mail_id: int) -> bool:
    """True while a mail still has to be handed on to somebody."""
    query = (
        select(outbox.c.id)
        .where(outbox.c.mail_id == mail_id, outbox.c.channel == "ordinary", outbox.c.state != "sent")
        .limit(1)
    )
    return connection.execute(query).scalar() is not None


def release(connection: Connection, ids: Sequence[int] | None, now: datetime) -> int:
    """Lets held or failed messages go, as if new; all held ones when ``ids`` is None. How many."""
    chosen = outbox.c.state == "held" if ids is None else _may_move(ids, ("held", "failed"))
    as_new = {"state": "waiting", "attempts": 0, "created_at": now, "next_attempt_at": now}
    return connection.execute(update(outbox).where(chosen).values(as_new)).rowcount


def drop(connection: Connection, ids: Sequence[int]) -> int:
    """Gives messages up before they are sent. How many."""
    chosen = _may_move(ids, ("held", "failed", "waiting"))
    return connection.execute(update(outbox).where(chosen).values(state="dropped")).rowcount


def drop_alerts(connection: Connection, key: str, mail_ids: Sequence[int]) -> None:
    """Gives up the alerts beside mail that still wait: those whose key begins so, and those of some mails."""
    about = or_(outbox.c.key.startswith(key, autoescape=True), outbox.c.mail_id.in_(list(mail_ids)))
    chosen = and_(outbox.c.channel == "alert", outbox.c.state == "waiting", about)
    connection.execute(update(outbox).where(chosen).values(state="dropped"))


def _may_move(ids: Sequence[int], states: Sequence[str]) -> Any:
    return and_(outbox.c.id.in_(list(ids)), outbox.c.state.in_(states))


def listing(connection: Connection, *, state: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """The newest messages, newest first, without their content."""
    query = select(*_WITHOUT_CONTENT).order_by(outbox.c.id.desc()).limit(limit)
    if state:
        query = query.where(outbox.c.state == state)
    return [dict(row._mapping) for row in connection.execute(query)]


def entry(connection: Connection, id_: int) -> dict[str, Any] | None:
    """One message with its content, or None."""
    row = connection.execute(select(outbox).where(outbox.c.id == id_)).one_or_none()
    return dict(row._mapping) if row else None


def of_mail(connection: Connection, mail_id: int) -> list[dict[str, Any]]:
    """All that left because of one mail, in order."""
    query = select(outbox).where(outbox.c.mail_id == mail_id).order_by(outbox.c.id)
    return [dict(row._mapping) for row in connection.execute(query)]


def recipients(connection: Connection, escalation_id: int, kinds: Sequence[str]) -> list[str]:
    """Everybody who was sent a letter of these kinds about an escalation."""
    query = select(outbox.c.recipient).where(
        outbox.c.escalation_id == escalation_id, outbox.c.kind.in_(kinds), outbox.c.channel == "mail"
    )
    return list(connection.execute(query).scalars())


def lately(connection: Connection, escalation_id: int, recipient: str, since: datetime) -> int:
    """How many letters somebody was written about an escalation since a moment."""
    query = select(func.count(outbox.c.id)).where(
        outbox.c.escalation_id == escalation_id,
        outbox.c.recipient == recipient,
        outbox.c.created_at >= since,
    )
    return int(connection.execute(query).scalar_one())


def conversation(connection: Connection, escalation_id: int, recipient: str) -> list[str]:
    """The Message-IDs of all letters that somebody had about an escalation, oldest first."""
    query = (
        select(outbox.c.message_id)
        .where(
            outbox.c.escalation_id == escalation_id,
            outbox.c.recipient == recipient,
            outbox.c.message_id.is_not(None),
        )
        .order_by(outbox.c.id)
    )
    return list(connection.execute(query).scalars())


def by_message_id(connection: Connection, message_id: str) -> dict[str, Any] | None:
    """The letter of ours with a Message-ID, without its content; None where we wrote none."""
    query = select(*_WITHOUT_CONTENT).where(outbox.c.message_id == message_id).limit(1)
    row = connection.execute(query).one_or_none()
    return dict(row._mapping) if row else None
