"""A letter that came back is found by its token, and given up once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from mailproc.letters.letter import LetterKind
from mailproc.store.tables import outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

_HAS_LEFT = ("sending", "waiting", "sent")  # a bounce may overtake the record of its letter's departure


@dataclass(frozen=True, kw_only=True, slots=True)
class SentLetter:
    """A letter as the outbox remembers it, without its content."""

    id: int
    kind: str
    recipient: str
    subject: str
    mail_id: int | None


def by_token(connection: Connection, token: str, domain: str) -> SentLetter | None:
    """The letter whose Message-ID is ``<kind.token@domain>``, of whatever kind; None where we wrote none."""
    message_ids = [f"<{kind}.{token}@{domain}>" for kind in LetterKind]  # exact, so that the index serves
    query = select(outbox).where(outbox.c.message_id.in_(message_ids), outbox.c.channel == "mail").limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return SentLetter(
        id=row.id, kind=row.kind, recipient=row.recipient, subject=row.subject, mail_id=row.mail_id
    )


def give_up(connection: Connection, letter: SentLetter, detail: str) -> bool:
    """Marks a letter as failed, for a person to release again; False where it never left, or has failed."""
    chosen = (outbox.c.id == letter.id) & outbox.c.state.in_(_HAS_LEFT)
    return bool(
        connection.execute(update(outbox).where(chosen).values(state="failed", detail=detail)).rowcount
    )
