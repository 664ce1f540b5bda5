"""What the policy needs to know beyond the mail, read in the transaction that will decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.desk.audience import everybody_knows
from mailproc.policy.accounts import account_of, counted_since, is_too_much
from mailproc.policy.decision import Facts
from mailproc.policy.editions import next_decision
from mailproc.policy.organisations import is_member, is_partner, same_house
from mailproc.policy.procedures import procedure_of
from mailproc.policy.recurrence import Recurrence
from mailproc.policy.tickets import NOT_LOOKED_UP, is_closed, lacking, may_escalate, organisation_name
from mailproc.reading.notification import is_from_ticket_system
from mailproc.store import accounts, calls, decisions, escalations, inbox, outbox

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.consider import Considered
    from mailproc.desk.directory import Directory
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.decision import KnownEscalation
    from mailproc.policy.tickets import Ticket
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
    directory: Directory | None = None,
) -> Facts:
    """The facts about one mail at the time ``now``. ``directory`` is asked for tickets not looked up yet."""
    request = considered.request
    same_mail = inbox.recognise(connection, stored.raw, stored.id)
    # Whoever is not the one unambiguous sender is answered, and has nobody's rights (RFC 5322 §3.6.2).
    email = request.requester.email if request.requester and considered.mail.sender else ""
    organisation = settings.organisation_of(email)
    digest_at = next_decision(now, settings)
    latest = None
    if request.ticket:
        escalations.lock_ticket(connection, request.ticket)
        latest = escalations.latest(connection, request.ticket)
    is_staff = settings.person(email) is not None
    lookup = considered.tickets.get(request.ticket or "", NOT_LOOKED_UP)
    if directory and request.is_request and request.ticket and request.ticket not in considered.tickets:
        lookup = directory.look_up(connection, request.ticket, now)
    ticket = lookup.ticket
    belongs = _belongs(considered.mail, email, ticket, settings)
    account = (organisation_name(ticket, settings) if ticket else "") or (organisation and organisation.name)
    is_known = bool(
        is_staff
        or organisation
        or belongs
        or is_partner(email, settings)
        or (gaps and considered.thread and considered.thread.signed_for == email)  # the address is theirs
        or (email and decisions.was_accepted_before(connection, email))
    )
    return Facts(
        now=now,
        next_digest=digest_at,
        next_digest_day=digest_at.astimezone(settings.digest.time_zone).date(),
        own_mail=_is_own(connection, considered.mail, settings),
        same_mail=same_mail,
        known_sender=is_known,
        is_staff=is_staff,
        organisation=account or None,
        latest=latest,
        takes_part=bool(belongs) or (latest is not None and takes_part(connection, latest, email, settings)),
        lookup=lookup,
        belongs=belongs,
        ticket_closed=ticket is not None and is_closed(ticket, settings.directory),
        ticket_lacks=lacking(ticket, settings.directory) if ticket else (),
        recurrence=(
            directory.recurrence(connection, request, lookup, account or None, now)
            if directory is not None and request.is_request
            else Recurrence()
        ),
        everybody_knows=latest is not None and latest.is_open and _everybody_knows(connection, latest),
        stale=_is_stale(considered.mail, stored, settings),
        gaps=gaps,
        procedure=procedure_of(considered.mail, request, settings, stored.envelope_to),
        notices_left=_notices_left(connection, settings, now) if request.is_emergency and not is_known else 0,
        restricted=request.is_emergency and not is_staff and _is_restricted(connection, email, settings, now),
    )


def _belongs(mail: IncomingMail, email: str, ticket: Ticket | None, settings: Settings) -> bool | None:
    """Whether the ticket is the sender's: by the directory, else by the ticket system itself (P10)."""
    told = may_escalate(email, ticket, settings) if ticket is not None else None
    return True if told is None and is_from_ticket_system(mail, settings) else told


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
    if same_house(email, latest.requester, settings) or is_member(email, latest.organisation, settings):
        return True
    return email in escalations.participants(connection, latest.id)


def _everybody_knows(connection: Connection, latest: KnownEscalation) -> bool:
    row = escalations.entry(connection, int(latest.id))
    return row is not None and everybody_knows(row)


def _notices_left(connection: Connection, settings: Settings, now: datetime) -> int:
    rule = settings.emergency
    return max(0, rule.stranger_notices - calls.strangers_announced(connection, now - rule.stranger_within))


def _is_restricted(connection: Connection, email: str, settings: Settings, now: datetime) -> bool:
    organisation = settings.organisation_of(email)
    account = account_of(organisation.name if organisation else None, email)
    since = counted_since(now, settings.emergency)
    return is_too_much(accounts.misuses(connection, account, since), settings.emergency)


def _is_stale(mail: IncomingMail, stored: StoredMail, settings: Settings) -> bool:
    """Mail that was written long before it came: nobody is woken for last week's emergency."""
    return mail.date is not None and stored.received_at - mail.date > settings.desk.stale_after
