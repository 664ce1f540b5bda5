"""What the policy needs to know beyond the mail, read in the transaction that will decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.desk.audience import everybody_knows
from mailproc.policy.decision import Facts
from mailproc.policy.digest_day import next_digest
from mailproc.policy.organisations import same_house
from mailproc.store import escalations, inbox, outbox

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.consider import Considered
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.decision import KnownEscalation
    from mailproc.settings import Settings
    from mailproc.store.inbox import StoredMail

LOOP_HEADER = "X-Mailproc-Loop"
"""Marks the letters of a desk with its address; one that comes back is never answered."""


def gather(
    connection: Connection,
    stored: StoredMail,
    considered: Considered,
    settings: Settings,
    now: datetime,
    *,
    gaps: int = 0,
) -> Facts:
    """The facts about one mail at the time ``now``."""
    request = considered.request
    same_mail = inbox.recognise(connection, stored.raw, stored.id)
    # Whoever is not the one unambiguous sender is answered, and has nobody's rights (RFC 5322 §3.6.2).
    email = request.requester.email if request.requester and considered.mail.sender else ""
    organisation = settings.organisation_of(email)
    digest_at = next_digest(now, settings.digest)
    latest = None
    if request.ticket:
        escalations.lock_ticket(connection, request.ticket)
        latest = escalations.latest(connection, request.ticket)
    is_staff = settings.person(email) is not None
    return Facts(
        now=now,
        next_digest=digest_at,
        next_digest_day=digest_at.astimezone(settings.digest.time_zone).date(),
        own_mail=_is_own(connection, considered.mail, settings),
        same_mail=same_mail,
        known_sender=bool(
            is_staff or organisation or (email and escalations.was_accepted_before(connection, email))
        ),
        is_staff=is_staff,
        organisation=organisation.name if organisation else None,
        latest=latest,
        takes_part=latest is not None and takes_part(connection, latest, email, settings),
        everybody_knows=latest is not None and latest.is_open and _everybody_knows(connection, latest),
        stale=_is_stale(considered.mail, stored, settings),
        gaps=gaps,
    )


def _is_own(connection: Connection, mail: IncomingMail, settings: Settings) -> bool:
    if mail.reply_author and settings.is_own_address(mail.reply_author.email):
        return True
    if any(settings.is_own_address(value.strip()) for value in mail.header_values(LOOP_HEADER)):
        return True
    return bool(mail.message_id and outbox.by_message_id(connection, mail.message_id))


def takes_part(connection: Connection, latest: KnownEscalation, email: str, settings: Settings) -> bool:
    """True for the requester, everybody who joined, and their organisation (P10)."""
    if not email:
        return False
    if same_house(email, latest.requester, settings):
        return True
    return email in escalations.participants(connection, latest.id)


def _everybody_knows(connection: Connection, latest: KnownEscalation) -> bool:
    row = escalations.entry(connection, int(latest.id))
    return row is not None and everybody_knows(row)


def _is_stale(mail: IncomingMail, stored: StoredMail, settings: Settings) -> bool:
    """Mail that was written long before it came: nobody is woken for last week's emergency."""
    return mail.date is not None and stored.received_at - mail.date > settings.desk.stale_after
