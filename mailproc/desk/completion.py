"""An answer that brings what was missing finishes the request it answers, at its original time (B1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailproc.policy.decision import Code, Outcome
from mailproc.policy.organisations import same_house
from mailproc.reading.complete import complete
from mailproc.reading.record import from_record
from mailproc.store import decisions, inbox

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.consider import Considered
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Settings


_WRONG_TICKET = frozenset({Code.UNKNOWN_TICKET, Code.NOT_AUTHORISED})
"""Faults that the number of another ticket mends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """A rejected request with what its answer brought.

    ``first`` is the rejected mail, ``requested_at`` when the very first of them came, and ``gaps`` how
    often it was sent back before.
    """

    request: EscalationRequest
    first: int
    requested_at: datetime
    gaps: int


def find_completion(connection: Connection, considered: Considered, settings: Settings) -> Completion | None:
    """The request that a mail completes; None where it answers no rejection, or brings nothing for it."""
    thread = considered.thread
    if thread is None or thread.mail_id is None or considered.mail.is_automatic:
        return None
    made = decisions.of_mail(connection, thread.mail_id)
    mail = inbox.entry(connection, thread.mail_id)
    if made is None or mail is None or mail["outcome"] != Outcome.REJECTED:
        return None
    sender = considered.mail.sender
    if sender is None or not made["requester"] or not same_house(sender.email, made["requester"], settings):
        return None
    first = from_record(made["understood"])
    request = _continued(first, considered, settings)
    if made["code"] in _WRONG_TICKET:  # an answer that holds the right number is no new request
        anew = replace(considered, request=replace(considered.request, ticket=None, candidates=()))
        corrected = _continued(replace(first, ticket=None), anew, settings)
        request = corrected if corrected and corrected.ticket else request
    if request is None:
        return None
    requested_at, gaps = mail["received_at"], 1
    while made["completes"] is not None:
        mail, made = (
            inbox.entry(connection, made["completes"]) or mail,
            decisions.of_mail(connection, made["completes"]) or {"completes": None},
        )
        requested_at, gaps = mail["received_at"], gaps + 1
    return Completion(request=request, first=thread.mail_id, requested_at=requested_at, gaps=gaps)


def _continued(
    first: EscalationRequest, considered: Considered, settings: Settings
) -> EscalationRequest | None:
    """The first request as it stands after the answer; None where the answer is about something else.

    An answer that names another ticket is a request of its own: its words win. One that asks again and
    brings nothing leaves the request as it was.
    """
    answer = considered.request
    if answer.is_request and answer.ticket and first.ticket and answer.ticket != first.ticket:
        return None
    completed = complete(first, answer, considered.mail, settings)
    if completed is None and answer.is_request:
        return first
    return completed
