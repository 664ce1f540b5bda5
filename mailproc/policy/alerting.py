"""Who is told at once. An emergency is never refused for form, and never an open door (P1, P3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.policy.decision import Alert, AlertReason
from mailproc.reading.handover import reason_text, reasons_of
from mailproc.reading.request import EvidenceKind

if TYPE_CHECKING:
    from mailproc.policy.decision import Facts
    from mailproc.reading.request import EscalationRequest

EVIDENT_TROUBLE = frozenset({EvidenceKind.OUTAGE, EvidenceKind.REVENUE, EvidenceKind.SECURITY})
"""Evidence that is worth a word to the duty person although nobody wrote "emergency"."""


def alert_for(request: EscalationRequest, facts: Facts) -> tuple[Alert, AlertReason]:
    """Whom to alert for a request, and why.

    A known sender's emergency reaches everybody, once; a stranger's, one duty person; so do evident
    trouble, a deadline before the next digest, an urgent hand-over that is not complete, what the desk cannot
    finish by itself, and the emergency of a restricted account. Questioned emergencies wake nobody.
    """
    if facts.gaps > 1:
        return Alert.DUTY, AlertReason.PERSON
    # What is known of a ticket changes nothing for whom it does not belong to: the letter would tell (P10).
    if facts.everybody_knows and not facts.is_outsider:
        return Alert.NOBODY, AlertReason.QUIET
    if is_restricted(request, facts):
        return _for_a_restricted_emergency(facts)
    if request.misuse is not None:
        return Alert.NOBODY, AlertReason.QUIET
    if request.is_emergency:
        return _for_an_emergency(facts)
    if facts.is_staff and is_urgent_fragment(request):
        return Alert.DUTY, AlertReason.HANDOVER
    if any(evidence.kind in EVIDENT_TROUBLE for evidence in request.evidence) and not facts.stale:
        return Alert.DUTY, AlertReason.TROUBLE
    if any(evidence.due and evidence.due <= facts.next_digest_day for evidence in request.evidence):
        return Alert.DUTY, AlertReason.SOON
    return Alert.NOBODY, AlertReason.QUIET


def is_urgent_fragment(request: EscalationRequest) -> bool:
    """True for a hand-over that names urgency as its reason, and lacks sections: it is passed on at once."""
    form = request.form
    return form is not None and bool(form.faulty) and "urgency" in reasons_of(reason_text(form))


def _for_an_emergency(facts: Facts) -> tuple[Alert, AlertReason]:
    if facts.stale:  # it was written long ago: nobody is woken, and a person looks at it
        return Alert.DUTY, AlertReason.PERSON
    if facts.known_sender:
        return Alert.EVERYBODY, AlertReason.EMERGENCY
    if facts.notices_left == 0:  # many strangers at once wake nobody; each is asked to confirm all the same
        return Alert.NOBODY, AlertReason.UNANNOUNCED
    return Alert.DUTY, AlertReason.LAST_STRANGER if facts.notices_left == 1 else AlertReason.STRANGER


def _for_a_restricted_emergency(facts: Facts) -> tuple[Alert, AlertReason]:
    """It reaches the person on duty all the same, who can lift the restriction; once for each escalation."""
    if facts.latest is not None and facts.latest.is_open and not facts.is_outsider:
        return Alert.NOBODY, AlertReason.QUIET
    return Alert.DUTY, AlertReason.RESTRICTED


def is_restricted(request: EscalationRequest, facts: Facts) -> bool:
    """True for an emergency of an account that misused them: it is taken as Higher Priority (P4)."""
    return request.is_emergency and facts.restricted and not facts.everybody_knows
