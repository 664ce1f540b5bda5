"""Who is told at once. An emergency is never refused for form, and never an open door (P1, P3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.policy.decision import Alert, AlertReason
from mailproc.reading.request import EvidenceKind

if TYPE_CHECKING:
    from mailproc.policy.decision import Facts
    from mailproc.reading.request import EscalationRequest

EVIDENT_TROUBLE = frozenset({EvidenceKind.OUTAGE, EvidenceKind.REVENUE, EvidenceKind.SECURITY})
"""Evidence that is worth a word to the duty person although nobody wrote "emergency"."""


def alert_for(request: EscalationRequest, facts: Facts) -> tuple[Alert, AlertReason]:
    """Whom to alert for a request, and why.

    A known sender's emergency reaches everybody, once; a stranger's, one duty person; so do evident
    trouble, a deadline before the next digest, and what the desk cannot finish by itself. Questioned
    emergencies wake nobody.
    """
    if facts.latest is not None and not (facts.takes_part or facts.is_staff):
        return Alert.NOBODY, AlertReason.QUIET
    if facts.gaps > 1:
        return Alert.DUTY, AlertReason.PERSON
    if request.misuse is not None or facts.everybody_knows:
        return Alert.NOBODY, AlertReason.QUIET
    if request.is_emergency:
        return _for_an_emergency(facts)
    if any(evidence.kind in EVIDENT_TROUBLE for evidence in request.evidence) and not facts.stale:
        return Alert.DUTY, AlertReason.TROUBLE
    if any(evidence.due and evidence.due <= facts.next_digest_day for evidence in request.evidence):
        return Alert.DUTY, AlertReason.SOON
    return Alert.NOBODY, AlertReason.QUIET


def _for_an_emergency(facts: Facts) -> tuple[Alert, AlertReason]:
    if facts.stale:  # it was written long ago: nobody is woken, and a person looks at it
        return Alert.DUTY, AlertReason.PERSON
    if facts.known_sender:
        return Alert.EVERYBODY, AlertReason.EMERGENCY
    return Alert.DUTY, AlertReason.STRANGER
