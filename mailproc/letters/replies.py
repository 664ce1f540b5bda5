"""What a decision means for the one who asked: which letter, and what it has to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.quoting import FORM_LENGTH, one_line, several_lines
from mailproc.policy.alerting import EVIDENT_TROUBLE
from mailproc.policy.decision import Alert, AlertReason, Code, Outcome, Verdict
from mailproc.reading.request import Level

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mailproc.letters.pen import Pen
    from mailproc.policy.decision import Decision
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Settings

_TELLS_OF_THE_TICKET = frozenset({Code.COOLDOWN, Code.TICKET_CLOSED, Code.TICKET_INCOMPLETE, Code.RESTRICTED})
"""What nobody learns about a ticket that is not theirs (P10)."""


def reply_to_requester(
    decision: Decision, pen: Pen, settings: Settings, *, decides_at: datetime, unreadable: bool = False
) -> Draft | None:
    """The letter to the requester, or None for mail that is left alone."""
    if decision.verdict is Verdict.IGNORED or decision.request.requester is None:
        return None
    about = _about(decision, pen)
    if decision.refusals:
        return _refusal(decision, pen, settings, about | {"unreadable": unreadable})
    if decision.outcome is Outcome.JOINED:
        return Draft(name="joined", kind=LetterKind.JOINED, data=about | _standing(decision, pen, settings))
    if decision.outcome is Outcome.RAISED:
        return Draft(name="raised", kind=LetterKind.RAISED, data=about)
    about |= {
        "decides_at": pen.moment(decides_at),
        "completed": decision.outcome is Outcome.COMPLETED,
        "first": _second_event(decision, pen),
        "mended": decision.mended,
    }
    return Draft(name=_taken_as(decision), kind=LetterKind.ACCEPTED, data=about | _weighing(decision))


def _taken_as(decision: Decision) -> str:
    request = decision.request
    if decision.restricted:
        return "restricted"
    if request.misuse:
        return "questioned"
    return "emergency" if request.is_emergency else "accepted"


def _about(decision: Decision, pen: Pen) -> dict[str, Any]:
    """What every answer may speak of."""
    request = decision.request
    return {
        "ticket": one_line(request.ticket or "", 60),
        "level": pen.say(f"level.{request.level or Level.HIGHER_PRIORITY}"),
        "is_emergency": request.is_emergency and request.misuse is None and not decision.restricted,
        "restricted": decision.restricted,
        "how": _how_taken(decision),
        "alert": str(decision.alert),
        "reason": several_lines(request.motivation or ""),
        "due": _next_deadline(request, pen),
        "reply_with": pen.reply_link,
    }


def _how_taken(decision: Decision) -> str:
    """How an emergency was taken: who was called for it, or why nobody was."""
    if decision.alert is Alert.EVERYBODY:
        return "alerted"
    if decision.alert_because is AlertReason.PERSON:
        return "late"
    return "known" if decision.alert_because is AlertReason.QUIET else "stranger"


def _next_deadline(request: EscalationRequest, pen: Pen) -> str:
    days = sorted(evidence.due for evidence in request.evidence if evidence.due)
    return pen.day(days[0]) if days else ""


def _second_event(decision: Decision, pen: Pen) -> str:
    """When the open escalation began that this mail comes on top of, or ``""``."""
    earlier = decision.escalation
    return pen.moment(earlier.accepted_at) if earlier and earlier.is_open else ""


def _weighing(decision: Decision) -> dict[str, Any]:
    request = decision.request
    return {
        "asks_for_evidence": decision.asks_for_evidence,
        "offers_emergency": any(evidence.kind in EVIDENT_TROUBLE for evidence in request.evidence),
        "misuse": str(request.misuse.kind) if request.misuse else "",
        "misuse_words": several_lines(request.misuse.sentence, 300) if request.misuse else "",
    }


def _standing(decision: Decision, pen: Pen, settings: Settings) -> dict[str, Any]:
    """Where the ticket's last escalation stands, for those who may know it."""
    known = decision.escalation
    if known is None:
        return {"since": "", "status": "", "held_level": "", "until": "", "cooldown": ""}
    cooldown = settings.policy_of(decision.procedure).cooldown
    until = decision.cooldown_until or known.accepted_at + cooldown
    return {
        "since": pen.moment(known.accepted_at),
        "status": pen.status(known.status),
        "held_level": pen.say(f"level.{known.level}"),
        "until": pen.moment(until) if until > pen.now else "",
        "cooldown": pen.calendar.hours(cooldown),
    }


def _refusal(decision: Decision, pen: Pen, settings: Settings, about: dict[str, Any]) -> Draft:
    """One letter for all faults (E2); a cooldown alone has a letter of its own (P5)."""
    request = decision.request
    staff = request.requester is not None and settings.person(request.requester.email) is not None
    codes = list(_told(decision, is_staff=staff))
    data = about | _standing(decision, pen, settings)
    if codes == [Code.COOLDOWN]:
        return Draft(name="cooldown", kind=LetterKind.COOLDOWN, data=data)
    data |= {
        "faults": [str(code) for code in codes],
        "remedy": _remedy(codes),
        "several": [one_line(ticket, 60) for ticket in request.several[:20]],
        "example_ticket": _example_ticket(settings),
        "staff": staff,
        "excuses": [several_lines(excuse.sentence, 300) for excuse in request.excuses] if staff else [],
        "sections": list(_faulty_sections(request)),
        "form_text": _prefilled(request) if Code.INCOMPLETE_FORM in codes else "",
        "missing_details": ", ".join(_empty_fields(decision, pen)),
    }
    if Code.UNACCEPTABLE_MOTIVATION in codes:
        data["reason"] = ""  # staff read it with the fault; a customer is asked, and not shown it as one
    return Draft(name="rejected", kind=LetterKind.REJECTED, data=data)


def _told(decision: Decision, *, is_staff: bool) -> Iterator[Code]:
    """The faults in the published order, without those that a stranger to the ticket must not learn."""
    codes = {refusal.code for refusal in decision.refusals}
    if codes & {Code.NOT_AUTHORISED, Code.UNKNOWN_TICKET} and not is_staff:
        codes = (codes - _TELLS_OF_THE_TICKET - {Code.UNKNOWN_TICKET}) | {Code.NOT_AUTHORISED}
    yield from (code for code in Code if code in codes)


def _remedy(codes: list[Code]) -> str:
    """How the request is completed in one answer."""
    if codes == [Code.MISSING_TICKET_ID]:
        return "ticket"
    if set(codes) <= {Code.MISSING_MOTIVATION, Code.UNACCEPTABLE_MOTIVATION}:
        return "reason"
    if set(codes) <= {Code.MISSING_TICKET_ID, Code.MISSING_MOTIVATION, Code.UNACCEPTABLE_MOTIVATION}:
        return "both"
    if codes == [Code.INCOMPLETE_FORM]:
        return "form"
    return "all" if _can_be_added(codes) else "none"


def _can_be_added(codes: list[Code]) -> bool:
    """False where an answer alone cannot mend it: another mail, or another ticket, is needed."""
    return not set(codes) & {
        Code.SEVERAL_TICKETS,
        Code.UNKNOWN_TICKET,
        Code.NOT_AUTHORISED,
        Code.TICKET_CLOSED,
        Code.TICKET_INCOMPLETE,
        Code.COOLDOWN,
        Code.RESTRICTED,
    }


def _example_ticket(settings: Settings) -> str:
    prefix = settings.tickets.prefixes[0] if settings.tickets.prefixes else "ABC"
    return f"{prefix}-1234" if prefix[-1:].isalnum() else f"{prefix}1234"


def _faulty_sections(request: EscalationRequest) -> Iterator[dict[str, str]]:
    for section in request.form.faulty if request.form else ():
        yield {
            "label": one_line(section.label, 80),
            "fault": section.fault or "missing",
            "text": one_line(section.text, 120),
        }


def _prefilled(request: EscalationRequest) -> str:
    """The form to copy: every section, with what was given already."""
    if request.form is None:
        return ""
    given = {section.label: "" if section.fault else section.text for section in request.form.sections}
    return "\n".join(
        f"{one_line(label, 80)}: {several_lines(text, FORM_LENGTH)}".rstrip() for label, text in given.items()
    )


def _empty_fields(decision: Decision, pen: Pen) -> Iterator[str]:
    """The fields of the ticket that its system lacks, in the reader's words."""
    for refusal in decision.refusals:
        if refusal.code is Code.TICKET_INCOMPLETE:
            yield from (pen.say(f"ticket_field.{field}") for field in refusal.words.split(", "))
