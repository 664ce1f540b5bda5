"""Why a request is refused: one function per reason, its name the published code.

Every rule is asked, so that one letter names all faults (E2). A rule says None, or a Refusal with
the words it rests on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.policy.decision import Code, Refusal
from mailproc.policy.tickets import Check

if TYPE_CHECKING:
    from mailproc.policy.decision import Facts
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Policy


def missing_ticket_id(request: EscalationRequest, facts: Facts, policy: Policy) -> Refusal | None:
    """No ticket is named (E2)."""
    if request.ticket or request.several:
        return None
    return Refusal(code=Code.MISSING_TICKET_ID, why="no ticket ID was found in the mail")


def several_tickets(request: EscalationRequest, facts: Facts, policy: Policy) -> Refusal | None:
    """More than one ticket is asked for: priorities are weighed one by one."""
    if not request.several:
        return None
    return Refusal(
        code=Code.SEVERAL_TICKETS, why="several tickets are asked for", words=", ".join(request.several)
    )


def unknown_ticket(request: EscalationRequest, facts: Facts, policy: Policy) -> Refusal | None:
    """The directory has no such ticket (F5), and nobody has escalated it either."""
    if facts.lookup.check is not Check.UNKNOWN or facts.takes_part:
        return None
    return Refusal(
        code=Code.UNKNOWN_TICKET, why="the ticket directory does not have it", words=request.ticket or ""
    )


def ticket_closed(request: EscalationRequest, facts: Facts, policy: Policy) -> Refusal | None:
    """A closed ticket is not escalated (F5); one whose escalation is still open is talked about."""
    if not facts.ticket_closed or facts.is_outsider or (facts.latest is not None and facts.latest.is_open):
        return None
    status = facts.lookup.ticket.status if facts.lookup.ticket else ""
    return Refusal(code=Code.TICKET_CLOSED, why="the ticket is closed in its system", words=status)


def ticket_incomplete(request: EscalationRequest, facts: Facts, policy: Policy) -> Refusal | None:
    """Staff set a ticket up before they hand it over (F5). An emergency is never refused for form."""
    if not facts.ticket_lacks or not facts.is_staff or (request.is_emergency and request.misuse is None):
        return None
    return Refusal(
        code=Code.TICKET_INCOMPLETE,
        why="the ticket is not set up in its system",
        words=", ".join(facts.ticket_lacks),
    )


def not_authorised(request: EscalationRequest, facts: Facts, policy: Policy) -> Refusal | None:
    """Only the ticket's organisation, its partners and staff may escalate it; others learn nothing (P10)."""
    if facts.takes_part or facts.is_staff:
        return None
    if facts.belongs is False:
        return Refusal(code=Code.NOT_AUTHORISED, why="the ticket is another organisation's")
    if facts.latest is None:
        return None
    return Refusal(code=Code.NOT_AUTHORISED, why="the ticket was escalated by another organisation")


def missing_motivation(request: EscalationRequest, facts: Facts, policy: Policy) -> Refusal | None:
    """No reason is given; a form speaks through its own sections (``incomplete_form``)."""
    if request.motivation or request.excuses or (request.form and request.form.faulty):
        return _missing_evidence(request, policy)
    return Refusal(code=Code.MISSING_MOTIVATION, why="no reason why this ticket should come first")


def _missing_evidence(request: EscalationRequest, policy: Policy) -> Refusal | None:
    """Where the desk demands evidence, a cause without any is no sufficient motivation."""
    if not policy.require_evidence or request.evidence or request.excuses or request.form:
        return None
    return Refusal(
        code=Code.MISSING_MOTIVATION,
        why="the reason shows no consequence, and the desk requires one",
        words=request.motivation or "",
    )


def unacceptable_motivation(request: EscalationRequest, facts: Facts, policy: Policy) -> Refusal | None:
    """Forgotten, or promised, and nothing else (seed 000)."""
    if not request.excuses or request.evidence:
        return None
    return Refusal(
        code=Code.UNACCEPTABLE_MOTIVATION,
        why="only reasons that do not count: " + ", ".join(excuse.kind for excuse in request.excuses),
        words=" … ".join(excuse.sentence for excuse in request.excuses),
    )


def incomplete_form(request: EscalationRequest, facts: Facts, policy: Policy) -> Refusal | None:
    """A form with missing or vague sections goes back with their names (F1, F2)."""
    if request.form is None or not request.form.faulty:
        return None
    names = ", ".join(f"{section.label} ({section.fault})" for section in request.form.faulty)
    return Refusal(code=Code.INCOMPLETE_FORM, why="sections are missing or vague", words=names)


def cooldown(request: EscalationRequest, facts: Facts, policy: Policy) -> Refusal | None:
    """A ticket can be escalated once in 48 hours (P5), counted from its last accepted escalation."""
    latest = facts.latest
    if latest is None or latest.is_open or facts.now >= latest.accepted_at + policy.cooldown:
        return None
    return Refusal(
        code=Code.COOLDOWN,
        why=f"escalated on {latest.accepted_at:%Y-%m-%d %H:%M} UTC and {latest.status} since",
    )


RULES = (
    missing_ticket_id,
    several_tickets,
    unknown_ticket,
    ticket_closed,
    ticket_incomplete,
    not_authorised,
    missing_motivation,
    unacceptable_motivation,
    incomplete_form,
    cooldown,
)
