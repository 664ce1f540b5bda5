"""Who is told at once. An emergency is never refused for form, and never an open door (P1, P3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.policy.decision import Alert
from mailproc.reading.request import EvidenceKind

if TYPE_CHECKING:
    from mailproc.policy.decision import Facts
    from mailproc.reading.request import EscalationRequest

EVIDENT_TROUBLE = frozenset({EvidenceKind.OUTAGE, EvidenceKind.REVENUE, EvidenceKind.SECURITY})
"""Evidence that is worth a word to the duty person although nobody wrote "emergency"."""


def alert_for(request: EscalationRequest, facts: Facts) -> tuple[Alert, str]:
    """Whom to alert for a request, and why.

    A known sender's emergency reaches everybody; a stranger's, one duty person; so do evident
    trouble and a deadline before the next digest. Stale mail and questioned emergencies wake nobody.
    """
    if facts.stale:
        return Alert.NOBODY, "the mail is too old to wake anybody"
    if facts.latest is not None and not (facts.takes_part or facts.is_staff):
        return Alert.NOBODY, "the ticket belongs to somebody else"
    if facts.gaps > 1:
        return Alert.DUTY, "a request that stays incomplete needs a person"
    if request.is_emergency and request.misuse is None:
        if facts.known_sender:
            return Alert.EVERYBODY, "an emergency of a known sender"
        return Alert.DUTY, "an emergency of an unknown sender"
    if request.misuse is not None:
        return Alert.NOBODY, f"a questioned emergency ({request.misuse.kind})"
    if any(evidence.kind in EVIDENT_TROUBLE for evidence in request.evidence):
        return Alert.DUTY, "evident trouble, though no emergency was asked for"
    if any(e.due and e.due <= facts.next_digest.date() for e in request.evidence):
        return Alert.DUTY, "a deadline before the next digest"
    return Alert.NOBODY, "it can wait for the next digest"
