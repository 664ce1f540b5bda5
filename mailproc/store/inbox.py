"""Mail that was taken: stored raw, claimed by one worker at a time, settled with exactly one outcome."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, or_, select, update

from mailproc.policy.decision import Outcome
from mailproc.store.tables import MAIL_PENDING, mail, raw_mail, seen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from mailproc.message.arrival import Arrival

CLAIM = timedelta(seconds=60)
"""How long a worker may hold a mail before another may take it over."""


BATCH_OCTETS = 32_000_000
"""Octets of all mails that one worker holds at a time; a larger mail comes alone."""


HANDLED = frozenset(
    {
        Outcome.ACCEPTED,
        Outcome.REJECTED,
        Outcome.COMPLETED,
        Outcome.JOINED,
        Outcome.RAISED,
        Outcome.QUEUED,
        Outcome.COMMAND,
    }
)
"""Outcomes of mail that the desk answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredMail:
    """A mail as the store holds it. ``attempts`` counts this attempt too."""

    id: int
    received_at: datetime
    way: str
    peer: str
    envelope_from: str | None
    envelope_to: tuple[str, ...]
    attempts: int
    size: int
    raw: bytes

    @property
    def is_oversize(self) -> bool:
        """True for mail too large to take: only its headers are stored."""
        return self.size > len(self.raw)

    @property
    def hops(self) -> int:
        """How many servers have written themselves on top of the mail."""
        head = self.raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        return (b"\n" + head.lower()).count(b"\nreceived:")

    @property
    def by_imap(self) -> bool:
        """True for mail that lies in a mailbox shared with people."""
        return self.way.startswith("imap:")


def add(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> list[int]:
    """Stores mails as they came; their ids, in order. Durable when the transaction commits."""
    rows = [_row(arrival, now) for arrival in arrivals]
    ids = list(
        connection.execute(insert(mail).returning(mail.c.id, sort_by_parameter_order=True), rows).scalars()
    )
    contents = [{"mail_id": id_, "content": arrival.raw} for id_, arrival in zip(ids, arrivals, strict=True)]
    connection.execute(insert(raw_mail), contents)
    return ids


def _row(arrival: Arrival, now: datetime) -> dict[str, Any]:
    return {
        "received_at": now,
        "way": arrival.way,
        "peer": arrival.peer,
        "envelope_from": arrival.envelope_from,
        "envelope_to": list(arrival.envelope_to),
        "size": arrival.oversize or len(arrival.raw),
        "mailbox": arrival.mailbox,
        "uidvalidity": arrival.uidvalidity,
        "uid": arrival.uid,
    }


def claim(connection: Connection, now: datetime, limit: int) -> list[StoredMail]:
    """Takes pending mail for this worker, oldest first, and counts the attempt.

    Mail that was tried before comes alone: if it ends the process, it takes nobody along.
    """
    free = or_(mail.c.claimed_until.is_(None), mail.c.claimed_until <= now)
    oldest = (
        select(mail.c.id, mail.c.attempts, mail.c.size)
        .where(and_(MAIL_PENDING, free))
        .order_by(mail.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = _batch(connection.execute(oldest).all())
    if not ids:
        return []
    connection.execute(
        update(mail).where(mail.c.id.in_(ids)).values(attempts=mail.c.attempts + 1, claimed_until=now + CLAIM)
    )
    rows = connection.execute(
        select(mail, raw_mail.c.content)
        .join(raw_mail, raw_mail.c.mail_id == mail.c.id)
        .where(mail.c.id.in_(ids))
        .order_by(mail.c.id)
    )
    return [_stored(row) for row in rows]


def _batch(found: Sequence[Any]) -> list[int]:
    """The first mail, with as many fresh ones as fit into memory with it."""
    if found and found[0].attempts:
        return [found[0].id]
    ids: list[int] = []
    octets = 0
    for row in found:
        octets += row.size
        if row.attempts or (ids and octets > BATCH_OCTETS):
            break
        ids.append(row.id)
    return ids


def stored(connection: Connection, mail_id: int, *, bare: bool = False) -> StoredMail | None:
    """One mail with its octets; None where they were not kept, unless ``bare`` asks for it all the same."""
    row = connection.execute(
        select(mail, raw_mail.c.content)
        .join(raw_mail, raw_mail.c.mail_id == mail.c.id, isouter=bare)
        .where(mail.c.id == mail_id)
    ).one_or_none()
    return _stored(row) if row else None


def _stored(row: Row[Any]) -> StoredMail:
    return StoredMail(
        id=row.id,
        received_at=row.received_at,
        way=row.way,
        peer=row.peer,
        envelope_from=row.envelope_from,
        envelope_to=tuple(row.envelope_to),
        attempts=row.attempts,
        size=row.size,
        raw=row.content or b"",
    )


def release(
    connection: Connection, mail_id: int, trouble: str, retry_at: datetime, *, tried: bool = True
) -> None:
    """Gives a mail back after a fault; it is tried again from ``retry_at`` on.

    ``tried`` is false where the fault was not the mail's: the attempt then does not count.
    """
    attempts = mail.c.attempts if tried else mail.c.attempts - 1
    connection.execute(
        update(mail)
        .where(mail.c.id == mail_id)
        .values(claimed_until=retry_at, trouble=trouble, attempts=attempts)
    )


def settle(
    connection: Connection,
    mail_id: int,
    *,
    outcome: Outcome,
    code: str | None,
    now: datetime,
    sender: str = "",
    subject: str = "",
    message_id: str | None = None,
    move: bool = False,
) -> None:
    """Writes the one outcome of a mail. Raises LookupError when it already has another."""
    done = connection.execute(
        update(mail)
        .where(mail.c.id == mail_id, mail.c.outcome == Outcome.PENDING)
        .values(
            outcome=outcome,
            code=code,
            decided_at=now,
            claimed_until=None,
            sender=sender,
            subject=subject,
            message_id=message_id,
            move_due=move,
        )
    )
    if done.rowcount != 1:
        raise LookupError(f"mail {mail_id} has an outcome already")


def correct(connection: Connection, mail_id: int, outcome: Outcome, now: datetime) -> None:
    """Staff give a decided mail another outcome; the day's sum stays the same (B5)."""
    decided = and_(mail.c.id == mail_id, mail.c.outcome != Outcome.PENDING)
    connection.execute(update(mail).where(decided).values(outcome=outcome, code=None, decided_at=now))


def quarantine(connection: Connection, mail_id: int, *, code: str, trouble: str, now: datetime) -> None:
    """Sets a mail aside, raw kept, with its reason (M5)."""
    connection.execute(
        update(mail)
        .where(mail.c.id == mail_id, mail.c.outcome == Outcome.PENDING)
        .values(outcome=Outcome.QUARANTINED, code=code, decided_at=now, claimed_until=None, trouble=trouble)
    )


def replay(connection: Connection, mail_id: int) -> bool:
    """Sends a quarantined or ignored mail through the desk again; False where it may not be.

    Only mail without an effect, and whose raw text is still there, can be replayed.
    """
    may = [Outcome.QUARANTINED, Outcome.ORDINARY, Outcome.AUTOMATIC, Outcome.BULK, Outcome.BOUNCE]
    has_raw = select(raw_mail.c.mail_id).where(raw_mail.c.mail_id == mail_id).exists()
    done = connection.execute(
        update(mail)
        .where(mail.c.id == mail_id, mail.c.outcome.in_(may), has_raw)
        .values(
            outcome=Outcome.PENDING, code=None, decided_at=None, attempts=0, trouble=None, claimed_until=None
        )
    )
    if done.rowcount:
        connection.execute(delete(seen).where(seen.c.mail_id == mail_id))
    return bool(done.rowcount)


def recognise(connection: Connection, raw: bytes, mail_id: int) -> int | None:
    """The id of the mail that this one repeats, else None; from now on this one is known (M3).

    Two workers that hold two copies wait for each other on the fingerprint's key.
    """
    mark = fingerprint(raw)
    known = connection.execute(select(seen.c.mail_id).where(seen.c.fingerprint == mark)).scalar()
    if known is not None:
        return None if known == mail_id else int(known)
    connection.execute(insert(seen).values(fingerprint=mark, mail_id=mail_id))
    return None


def was_handled(connection: Connection, raw: bytes) -> bool:
    """True when the first copy of a mail was answered as a request."""
    query = (
        select(mail.c.outcome)
        .join(seen, seen.c.mail_id == mail.c.id)
        .where(seen.c.fingerprint == fingerprint(raw))
    )
    return connection.execute(query).scalar() in HANDLED


_AUTHOR_HEADERS = (b"from", b"sender", b"to", b"cc", b"date", b"subject", b"message-id")


def fingerprint(raw: bytes) -> str:
    """Message-ID together with a hash of the author's headers and the body, never ``Received``.

    Line ends and trailing blank lines differ between SMTP and IMAP stores, so they do not count.
    """
    lines = raw.replace(b"\r\n", b"\n")
    head, _, body = lines.partition(b"\n\n")
    digest = hashlib.sha256()
    counted = False
    for line in head.split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            counted = line.partition(b":")[0].strip().lower() in _AUTHOR_HEADERS
        if counted:
            digest.update(line.strip() + b"\n")
    digest.update(b"\n" + body.rstrip())
    return digest.hexdigest()


def forget_raw(connection: Connection, mail_id: int) -> None:
    """Drops the raw text of a mail that is kept elsewhere."""
    connection.execute(delete(raw_mail).where(raw_mail.c.mail_id == mail_id))


def raw(connection: Connection, mail_id: int) -> bytes | None:
    """The octets as received; None where they were not kept."""
    return connection.execute(select(raw_mail.c.content).where(raw_mail.c.mail_id == mail_id)).scalar()


def outcomes(connection: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """How many mails received in [since, until) came to which outcome (B5)."""
    rows = connection.execute(
        select(mail.c.outcome, func.count().label("mails"))
        .where(mail.c.received_at >= since, mail.c.received_at < until)
        .group_by(mail.c.outcome)
    )
    return {row.outcome: row.mails for row in rows}


def received(connection: Connection, since: datetime, until: datetime) -> int:
    """How many mails were received in [since, until), counted apart from their outcomes (B5)."""
    query = select(func.count(mail.c.id)).where(mail.c.received_at >= since, mail.c.received_at < until)
    return int(connection.execute(query).scalar_one())


def codes(connection: Connection, since: datetime, until: datetime, outcome: Outcome) -> dict[str, int]:
    """How many mails of an outcome, received in [since, until), had which code."""
    rows = connection.execute(
        select(mail.c.code, func.count().label("mails"))
        .where(mail.c.received_at >= since, mail.c.received_at < until, mail.c.outcome == outcome)
        .group_by(mail.c.code)
    )
    return {row.code: row.mails for row in rows}


def has_mail_before(connection: Connection, moment: datetime) -> bool:
    """True when the desk was at work before a moment."""
    query = select(mail.c.id).where(mail.c.received_at < moment).limit(1)
    return connection.execute(query).scalar() is not None


def listing(connection: Connection, *, outcome: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """The newest mails, newest first."""
    query = select(mail).order_by(mail.c.id.desc()).limit(limit)
    if outcome:
        query = query.where(mail.c.outcome == outcome)
    return [dict(row._mapping) for row in connection.execute(query)]


def entry(connection: Connection, mail_id: int) -> dict[str, Any] | None:
    """One mail's row, or None."""
    row = connection.execute(select(mail).where(mail.c.id == mail_id)).one_or_none()
    return dict(row._mapping) if row else None


def passed_on(
    connection: Connection, *, message_id: str | None, sender: str, subject: str, since: datetime
) -> int | None:
    """The newest mail of which somebody passes a copy on: by Message-ID, else by sender and subject."""
    same = and_(mail.c.sender == sender, mail.c.subject == subject, mail.c.received_at >= since)
    chosen = mail.c.message_id == message_id if message_id else same
    return connection.execute(select(mail.c.id).where(chosen).order_by(mail.c.id.desc()).limit(1)).scalar()


def outcome_of(connection: Connection, message_id: str) -> str | None:
    """The outcome of the newest decided mail with a Message-ID; None while there is none."""
    query = select(mail.c.outcome).where(mail.c.message_id == message_id).order_by(mail.c.id.desc()).limit(1)
    return connection.execute(query).scalar()
