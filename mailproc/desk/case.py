"""A decided mail, and what can be told of it at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailproc.escalation.timeline import Event
from mailproc.store import escalations

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.post import Post
    from mailproc.letters.letter import Letter
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.decision import Decision, Facts
    from mailproc.store.inbox import StoredMail
    from mailproc.store.outbox import Outgoing


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A decided mail.

    ``requested_at`` is when it was first asked for; ``key`` begins the keys of its letters.
    """

    stored: StoredMail
    mail: IncomingMail
    decision: Decision
    facts: Facts
    requested_at: datetime
    key: str

    @property
    def now(self) -> datetime:
        """The moment of the decision."""
        return self.facts.now


def handed_over(connection: Connection, case: Case, escalation_id: int | None) -> dict[str, Any] | None:
    """The escalation, where this mail has just handed it to a tier."""
    if case.decision.request.form is None or escalation_id is None:
        return None
    row = escalations.entry(connection, escalation_id)
    handed = any(
        event["kind"] == Event.HANDED_OVER and event["mail_id"] == case.stored.id
        for event in (row["events"] if row else ())
    )
    return row if handed and row is not None and row["tier"] is not None else None


def addressed(post: Post, case: Case, letter: Letter, key: str, escalation_id: int | None) -> Outgoing:
    """A letter about a decided mail, as a row of the outbox."""
    return post.letter(
        letter,
        key=f"{key}:{letter.to}",
        now=case.now,
        mail_id=case.stored.id,
        escalation_id=escalation_id,
    )
