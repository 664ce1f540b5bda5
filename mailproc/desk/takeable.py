"""Finds the mail that staff take as a request: the stored one, or the one inside what they forward."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailproc.desk.consider import opened
from mailproc.escalation.conduct import Refused
from mailproc.message.mail import OwnWords
from mailproc.policy.decision import Code, Outcome, Step, Verdict
from mailproc.policy.taking import read_as_request
from mailproc.reading.record import from_record
from mailproc.store import decisions, inbox

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.message.mail import IncomingMail
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Settings
    from mailproc.store.inbox import StoredMail

MAY_BE_TAKEN = frozenset({Outcome.REJECTED, Outcome.ORDINARY, Outcome.AUTOMATIC, Outcome.BULK})
"""Outcomes of mail that may hold a request all the same."""

LOOKED_BACK = timedelta(days=30)
"""How old a mail may be that is found again by its sender and subject."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Takeable:
    """A mail that can be taken: as it is stored, what it says, and what was understood of it.

    ``number`` is the mail whose outcome changes, ``asked_at`` when it was first asked for, and ``earlier``
    the trace of what was decided about it.
    """

    number: int
    stored: StoredMail
    mail: IncomingMail
    request: EscalationRequest
    asked_at: datetime
    earlier: tuple[Step, ...] = ()


def stored_mail(connection: Connection, mail_id: int, settings: Settings) -> Takeable | Refused:
    """A mail that the desk sent back or left alone, if its text is still there."""
    entry, made = inbox.entry(connection, mail_id), decisions.of_mail(connection, mail_id)
    if entry is None:
        return Refused(because="gone")
    if made is not None and _is_taken(connection, made):
        return Refused(because="taken_already")
    stored = inbox.stored(connection, mail_id)
    if entry["outcome"] == Outcome.COMMAND and stored is not None:  # a TAKE that lacked its ticket
        inside = _inside(stored, opened(stored.raw, settings), settings)
        return inside or Refused(because="not_to_take")
    if entry["outcome"] not in MAY_BE_TAKEN or entry["code"] == Code.OWN_MAIL:
        return Refused(because="not_to_take")
    if stored is None:
        return Refused(because="gone")
    mail = opened(stored.raw, settings)
    was_read = entry["outcome"] == Outcome.REJECTED and made is not None
    return Takeable(
        number=mail_id,
        stored=stored,
        mail=mail,
        request=from_record(made["understood"]) if made and was_read else read_as_request(mail, settings),
        asked_at=_first_asked(connection, entry, made),
        earlier=tuple(Step(**step) for step in made["trace"]) if made else (),
    )


def passed_on(
    connection: Connection, stored: StoredMail, mail: IncomingMail, settings: Settings, now: datetime
) -> Takeable | Refused | None:
    """The mail that staff forward: the stored one it is a copy of, else the copy itself; None without one."""
    inside = _inside(stored, mail, settings)
    if inside is None:
        return None
    author = inside.mail.sender
    known = inbox.passed_on(
        connection,
        message_id=inside.mail.message_id,
        sender=author.email if author else "",
        subject=inside.mail.subject,
        since=now - LOOKED_BACK,
    )
    if known is None or known == stored.id:
        return inside
    found = stored_mail(connection, known, settings)
    if isinstance(found, Refused) and found.because == "gone":
        entry = inbox.entry(connection, known)
        return replace(inside, number=known, asked_at=entry["received_at"] if entry else inside.asked_at)
    return found


def _is_taken(connection: Connection, made: dict[str, Any]) -> bool:
    """True where a decision opened an escalation, or where the request was completed afterwards."""
    if made["verdict"] == Verdict.ACCEPTED:
        return made["escalation_id"] is not None and made["route"] != "command"
    return decisions.was_completed(connection, made)


def holds_another(mail: IncomingMail) -> bool:
    """True for a mail with another one inside it, attached or forwarded as text."""
    return bool(mail.attached_mail or mail.words.forwarded)


def _inside(stored: StoredMail, mail: IncomingMail, settings: Settings) -> Takeable | None:
    """The mail inside a mail."""
    inner = _inner(mail)
    if inner is None:
        return None
    came_at = stored.received_at
    return Takeable(
        number=stored.id,
        stored=stored,
        mail=inner,
        request=read_as_request(inner, settings),
        asked_at=inner.date if inner.date and inner.date < came_at else came_at,
    )


def _inner(mail: IncomingMail) -> IncomingMail | None:
    """The first mail inside a mail, as if it had come by itself."""
    if mail.attached_mail:
        return mail.attached_mail[0]
    for forwarded in mail.words.forwarded[:1]:
        author = forwarded.sender
        return replace(
            mail,
            message_id=None,
            date=None,
            subject=forwarded.subject,
            sender=author if author and author.email else None,
            reply_author=author,
            from_all=(author,) if author else (),
            to=forwarded.to,
            cc=(),
            in_reply_to=(),
            references=(),
            text=forwarded.text,
            words=OwnWords(text=forwarded.text),
            signals=(),
            attachments=(),
        )
    return None


def _first_asked(connection: Connection, entry: dict[str, Any], made: dict[str, Any] | None) -> datetime:
    """When the first of the mails came that this one completes."""
    asked_at: datetime = entry["received_at"]
    while made is not None and made["completes"] is not None:
        first = inbox.entry(connection, made["completes"])
        asked_at = first["received_at"] if first else asked_at
        made = decisions.of_mail(connection, made["completes"])
    return asked_at
