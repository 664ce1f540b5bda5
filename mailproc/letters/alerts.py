"""What staff are told at once: what was asked, why it looks urgent, who asks, and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.escalation.command import Verb
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.matter import buttons, link_of, set_up
from mailproc.letters.quoting import mailto, one_line, several_lines
from mailproc.policy.decision import Alert, AlertReason, Code
from mailproc.policy.tickets import to_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.letters.pen import Pen
    from mailproc.letters.words import Words
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.decision import Decision
    from mailproc.reading.request import Evidence
    from mailproc.settings import Settings

_NAMED_AS_MISSING = (
    Code.MISSING_TICKET_ID,
    Code.MISSING_MOTIVATION,
    Code.SEVERAL_TICKETS,
    Code.INCOMPLETE_FORM,
    Code.UNKNOWN_TICKET,
    Code.TICKET_CLOSED,
    Code.NOT_AUTHORISED,
)


def alert(decision: Decision, mail: IncomingMail, pen: Pen, settings: Settings) -> Draft:
    """The alert to one member of staff. Evidence comes first, each with its sentence."""
    request = decision.request
    requester = request.requester
    email = requester.email if requester else ""
    organisation = settings.organisation_of(email)
    known = to_record(decision.known_ticket) if decision.known_ticket else {}
    ticket = one_line(request.ticket or "", 60)
    data = {
        "ticket": ticket,
        "tickets": [one_line(one, 60) for one in request.several[:20]],
        "link": link_of(ticket, known, settings) if ticket else "",
        **set_up(known),
        "earlier": [one_line(one, 60) for one in decision.earlier if one not in decision.in_warranty],
        "in_warranty": [one_line(one, 60) for one in decision.in_warranty],
        "because": _reason(decision.alert_because),
        "is_last": decision.alert_because is AlertReason.LAST_STRANGER,
        "summary": one_line(request.summary or request.motivation or mail.subject, 90),
        "mail_subject": one_line(mail.subject),
        "evidence": list(cited(request.evidence, pen)),
        "motivation": several_lines(request.motivation or ""),
        "requester": one_line(str(requester), 120) if requester else "",
        "forwarder": one_line(str(request.forwarder), 120) if request.forwarder else "",
        "organisation": organisation.name if organisation else "",
        "verified": decision.verified,
        "missing": [
            pen.say(f"fault.{code}.short") for code in _NAMED_AS_MISSING if _is_missing(decision, code)
        ],
        "received": pen.moment(pen.now),
        "write_to": mailto(email, subject=pen.subject) if email else "",
        "buttons": buttons([Verb.ACK] if _can_be_acknowledged(decision) else [], pen),
    }
    return Draft(name="alert", kind=LetterKind.ALERT, data=data)


def _reason(because: AlertReason) -> str:
    """The last of many strangers is told of like the others, and with a word more."""
    return str(AlertReason.STRANGER if because is AlertReason.LAST_STRANGER else because)


def cited(evidence: tuple[Evidence, ...], pen: Pen, length: int = 400) -> Iterator[dict[str, str]]:
    """Each sentence that shows evidence once, with all it shows and the first date it names (E3)."""
    sentences: dict[str, list[Evidence]] = {}
    for item in evidence:
        sentences.setdefault(item.sentence, []).append(item)
    for sentence, shown in sentences.items():
        due = min((item.due for item in shown if item.due), default=None)
        yield {
            "label": " · ".join(pen.say(f"evidence.{item.kind}") for item in shown),
            "due": pen.day(due) if due else "",
            "sentence": several_lines(sentence, length),
        }


def short_alert(ticket: str, code: str, say: Words, desk_name: str) -> tuple[str, str]:
    """Title and body for SMS and chat: ticket, level, code and desk, no names and no quotes."""
    gaps = {"ticket": one_line(ticket, 60), "code": one_line(code, 20), "desk_name": desk_name}
    return say("title", **gaps), say("body", **gaps)


def _can_be_acknowledged(decision: Decision) -> bool:
    """True where there is an escalation to take on: a rejected emergency is alerted, and has none yet."""
    return decision.alert is Alert.EVERYBODY and not decision.refusals


def _is_missing(decision: Decision, code: Code) -> bool:
    return any(refusal.code is code for refusal in decision.refusals)
