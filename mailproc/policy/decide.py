"""One request and the facts in, one decision out. The same input always gives the same answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailproc.policy.alerting import alert_for, is_restricted
from mailproc.policy.decision import Code, Decision, Outcome, Step
from mailproc.policy.rules import RULES
from mailproc.policy.tickets import Check
from mailproc.reading.request import Kind, Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailproc.policy.decision import Facts, Refusal
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A row of the precedence table: when it applies, and what it makes of the mail."""

    name: str
    outcome: Outcome
    applies: Callable[[EscalationRequest, Facts, Policy], bool]


def _completes(request: EscalationRequest, facts: Facts, policy: Policy) -> bool:
    return facts.gaps > 0


def _is_raise(request: EscalationRequest, facts: Facts, policy: Policy) -> bool:
    return (
        _has_open(facts)
        and facts.latest is not None
        and facts.latest.level is Level.HIGHER_PRIORITY
        and request.level is Level.EMERGENCY
        and request.misuse is None
        and not facts.restricted
    )


def _is_second_event(request: EscalationRequest, facts: Facts, policy: Policy) -> bool:
    return (
        _has_open(facts)
        and facts.latest is not None
        and facts.now >= facts.latest.accepted_at + policy.cooldown
    )


def _joins(request: EscalationRequest, facts: Facts, policy: Policy) -> bool:
    return _has_open(facts)


def _is_new(request: EscalationRequest, facts: Facts, policy: Policy) -> bool:
    return True


def _has_open(facts: Facts) -> bool:
    return facts.latest is not None and facts.latest.is_open


GAPS_BEFORE_A_PERSON = 2
"""How often a request is sent back before a person takes it over."""

ROUTES = (
    Route(name="complete the earlier request", outcome=Outcome.COMPLETED, applies=_completes),
    Route(name="raise to emergency", outcome=Outcome.RAISED, applies=_is_raise),
    Route(name="second event after the cooldown", outcome=Outcome.ACCEPTED, applies=_is_second_event),
    Route(name="join the open escalation", outcome=Outcome.JOINED, applies=_joins),
    Route(name="new escalation", outcome=Outcome.ACCEPTED, applies=_is_new),
)
"""The order of precedence: the first row that applies decides, once no rule refuses."""

_REFUSED = Route(name="refused", outcome=Outcome.REJECTED, applies=_is_new)

_IGNORED = {
    Kind.AUTOMATIC: (Outcome.AUTOMATIC, Code.AUTOMATIC_REPLY),
    Kind.BOUNCE: (Outcome.BOUNCE, Code.BOUNCE),
    Kind.BULK: (Outcome.BULK, Code.BULK),
    Kind.OTHER: (Outcome.ORDINARY, Code.NOT_AN_ESCALATION),
}


def decide(request: EscalationRequest, facts: Facts, policy: Policy) -> Decision:
    """What becomes of a mail, with the ordered trace of every step (B2).

    Pure: time and everything known stands in ``facts``.
    """
    ignored = _left_alone(request, facts)
    if ignored:
        return ignored
    return _decided(request, facts, policy, *_ask_rules(request, facts, policy))


def accept(request: EscalationRequest, facts: Facts, policy: Policy, *, mended: str, by: str) -> Decision:
    """Takes a request because staff say so: no rule is asked, the precedence is the same.

    ``mended`` is that of ``Decision``, ``by`` who says so. Whoever staff take up belongs to the ticket.
    """
    said = Step(rule=mended, said=f"by {by}")
    trusting = replace(facts, takes_part=True, known_sender=True)
    decision = _decided(request, trusting, policy, (), [said])
    return replace(decision, mended=mended, asks_for_evidence=False)


def _decided(
    request: EscalationRequest,
    facts: Facts,
    policy: Policy,
    refusals: tuple[Refusal, ...],
    steps: list[Step],
) -> Decision:
    route = _REFUSED if refusals else next(row for row in ROUTES if row.applies(request, facts, policy))
    alert, why = alert_for(request, facts)
    latest = facts.latest if facts.takes_part or facts.is_staff else None
    return Decision(
        outcome=route.outcome,
        route=route.name,
        request=request,
        refusals=refusals,
        escalation=latest,
        cooldown_until=latest.accepted_at + policy.cooldown if latest else None,
        asks_for_evidence=not refusals and not request.evidence,
        alert=alert,
        alert_because=why,
        verified=facts.known_sender,
        restricted=is_restricted(request, facts),
        procedure=facts.procedure,
        known_ticket=facts.lookup.ticket,
        earlier=facts.recurrence.earlier,
        in_warranty=facts.recurrence.warranty,
        handed_over=bool(refusals) and facts.gaps >= GAPS_BEFORE_A_PERSON,
        trace=_trace(
            request,
            [
                *_procedure(facts),
                *_directory(facts),
                *steps,
                *_restriction(request, facts),
                Step(rule="route", said=route.name),
                Step(rule="alert", said=f"{alert}: {why}"),
            ],
        ),
    )


def _left_alone(request: EscalationRequest, facts: Facts) -> Decision | None:
    """Mail that is no request: recorded, never answered (RFC 3834 §2)."""
    if facts.own_mail:
        outcome, code, said = Outcome.AUTOMATIC, Code.OWN_MAIL, "a letter of our own came back"
    elif facts.same_mail is not None:
        outcome, code, said = Outcome.DUPLICATE, Code.DUPLICATE, f"the same mail as mail {facts.same_mail}"
    elif request.kind in _IGNORED:
        outcome, code = _IGNORED[request.kind]
        said = "no request: left alone"
    elif request.requester is None:
        outcome, code = _IGNORED[Kind.OTHER]
        said = "a request, but nobody to answer: left to people"
    else:
        return None
    return Decision(
        outcome=outcome,
        route="left alone",
        request=request,
        ignored_because=code,
        trace=_trace(request, [Step(rule=code, said=said)]),
    )


def _ask_rules(
    request: EscalationRequest, facts: Facts, policy: Policy
) -> tuple[tuple[Refusal, ...], list[Step]]:
    """Every rule's answer; those that let the request pass are in the trace as well."""
    refusals, steps = [], []
    for rule in RULES:
        refusal = rule(request, facts, policy)
        if refusal:
            refusals.append(refusal)
            steps.append(Step(rule=rule.__name__, said=f"refused: {refusal.why}", words=refusal.words))
        else:
            steps.append(Step(rule=rule.__name__, said="passed"))
    return tuple(refusals), steps


def _restriction(request: EscalationRequest, facts: Facts) -> tuple[Step, ...]:
    if not is_restricted(request, facts):
        return ()
    return (Step(rule=Code.RESTRICTED, said="misused too often: taken as Higher Priority"),)


def _procedure(facts: Facts) -> tuple[Step, ...]:
    return (Step(rule="procedure", said=facts.procedure),) if facts.procedure else ()


def _directory(facts: Facts) -> Iterator[Step]:
    """What the ticket directory told; a directory that cannot be asked refuses nothing."""
    lookup, ticket = facts.lookup, facts.lookup.ticket
    if lookup.check is Check.UNREACHABLE:
        yield Step(rule="directory", said=f"not checked: {lookup.trouble}")
    elif lookup.check is Check.UNKNOWN:
        yield Step(rule="directory", said="has no such ticket")
    elif ticket is not None:
        told = (ticket.status, ticket.organisation, ticket.category, ticket.priority, ticket.assignee)
        yield Step(rule="directory", said="has the ticket", words=", ".join(filter(None, told)))
    if facts.recurrence.earlier:
        words = ", ".join(facts.recurrence.earlier)
        yield Step(rule="recurrence", said="earlier tickets of the same matter", words=words)
    if facts.recurrence.warranty:
        words = ", ".join(facts.recurrence.warranty)
        yield Step(rule="warranty", said="a service that was completed lately", words=words)


def _trace(request: EscalationRequest, steps: list[Step]) -> tuple[Step, ...]:
    """What was read, then what was decided, in order."""
    read = (Step(rule=f.rule, said=f.said, words=f.words) for f in request.trace)
    return (*read, *steps)
