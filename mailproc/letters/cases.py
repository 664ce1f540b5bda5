"""Invented mails and decisions, one for each thing that a letter may have to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from mailproc.letters.operator import Notice
from mailproc.message.mail import Address, IncomingMail, OwnWords
from mailproc.policy.alerting import EVIDENT_TROUBLE
from mailproc.policy.decision import Alert, AlertReason, Code, Decision, KnownEscalation, Outcome, Refusal
from mailproc.policy.tickets import Ticket
from mailproc.reading.request import (
    EscalationRequest,
    Evidence,
    EvidenceKind,
    Excuse,
    ExcuseKind,
    FormReading,
    Kind,
    Level,
    Misuse,
    MisuseFinding,
    Section,
)
from mailproc.settings import Organisation, Person, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)
DECIDES_AT = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)

ANNA = Address(email="anna@norda.example", name="Anna Svensson")
ERIK = Address(email="erik@helpdesk.example", name="Erik Lund")
PRIYA = Person(name="Priya Nair", email="priya@helpdesk.example", roles=("pm",))
_REASON = (
    "If the export is not fixed before Friday 27 November we cannot invoice, and the month closes without "
    "our revenue. Our customer has also told us that they are looking at another supplier."
)
_DEADLINE = Evidence(
    kind=EvidenceKind.DEADLINE,
    sentence="If the export is not fixed before Friday 27 November we cannot invoice.",
    words="before Friday 27 November",
    due=date(2026, 11, 27),
)
_CHURN = Evidence(
    kind=EvidenceKind.CHURN,
    sentence="Our customer has also told us that they are looking at another supplier.",
    words="looking at another supplier",
)
_OUTAGE = Evidence(
    kind=EvidenceKind.OUTAGE, sentence="Nobody can check out since 14:40.", words="Nobody can check out"
)
_SHOP_DOWN = "Emergency: nobody can check out since 14:40. Every order we lose is lost for good."
_TICKET = Ticket(
    number="ABC-1234",
    title="Checkout answers with an error",
    status="open",
    organisation="Norda",
    contact=ANNA.email,
    category="Web shop",
    priority="P2",
    assignee="Erik Lund",
    url="https://tickets.example/ABC-1234",
)
_EXCUSE = Excuse(
    kind=ExcuseKind.FORGOT, sentence="I forgot to send this in time.", words="forgot to send this in time"
)
_FORM = FormReading(
    name="escalation",
    sections=(
        Section(label="Issue Summary", text="The VPN drops every ten minutes for all of Norda's office."),
        Section(label="User Impact", text="n/a", fault="vague"),
        Section(label="Troubleshooting Done", text="", fault="missing"),
        Section(label="Environment", text="Windows 11 Pro"),
    ),
)


def sample_settings(settings: Settings, language: str) -> Settings:
    """The desk's settings with the people of the samples in them, who all read one language."""
    return settings.model_copy(
        update={
            "people": (
                PRIYA.model_copy(update={"language": language}),
                Person(name="Erik Lund", email=ERIK.email, roles=("technician",), language=language),
            ),
            "organisation": (Organisation(name="Norda", domains=("norda.example",)),),
        }
    )


def sample_mail(subject: str = "Please take ABC-1234 first") -> IncomingMail:
    """The mail that the sample answers are about."""
    return IncomingMail(
        message_id="<one@norda.example>",
        date=NOW.astimezone(timezone(timedelta(hours=1))),
        subject=subject,
        sender=ANNA,
        from_all=(ANNA,),
        reply_to=(),
        to=(),
        cc=(),
        in_reply_to=(),
        references=(),
        headers=(),
        text=_REASON,
        words=OwnWords(text=_REASON),
        signals=(),
        attachments=(),
        attached_mail=(),
    )


_REQUEST = EscalationRequest(
    kind=Kind.REQUEST,
    requester=ANNA,
    ticket="ABC-1234",
    level=Level.HIGHER_PRIORITY,
    motivation=_REASON,
    evidence=(_DEADLINE, _CHURN),
    summary=_DEADLINE.sentence,
)
_PLAIN = replace(
    _REQUEST, evidence=(), motivation="The import has been waiting for three weeks now.", summary=""
)
_EMERGENCY = replace(
    _REQUEST,
    level=Level.EMERGENCY,
    level_asked=True,
    motivation=_SHOP_DOWN,
    evidence=(_OUTAGE,),
    summary="nobody can check out since 14:40",
)
_BARE = replace(_REQUEST, ticket=None, motivation=None, evidence=(), summary="")


def _known(status: str, *, hours: int = 20, closed: bool = False) -> KnownEscalation:
    return KnownEscalation(
        id="17",
        ticket="ABC-1234",
        level=Level.HIGHER_PRIORITY,
        status=status,
        accepted_at=NOW - timedelta(hours=hours),
        closed_at=NOW - timedelta(hours=2) if closed else None,
        requester=ANNA.email,
    )


def fitting_reason(request: EscalationRequest, alert: object) -> AlertReason:
    """Why a sample is alerted, as the policy would say it."""
    if alert not in (Alert.DUTY, Alert.EVERYBODY):
        return AlertReason.QUIET
    if request.is_emergency:
        return AlertReason.EMERGENCY if alert is Alert.EVERYBODY else AlertReason.STRANGER
    shows_trouble = any(item.kind in EVIDENT_TROUBLE for item in request.evidence)
    return AlertReason.TROUBLE if shows_trouble else AlertReason.SOON


def _accepted(request: EscalationRequest, **more: object) -> Decision:
    values: dict[str, object] = {
        "outcome": Outcome.ACCEPTED,
        "route": "new escalation",
        "verified": True,
        "alert_because": fitting_reason(request, more.get("alert")),
    }
    return Decision(**{**values, "request": request, **more})  # type: ignore[arg-type]


def _rejected(request: EscalationRequest, *codes: Code, words: str = "", **more: object) -> Decision:
    refusals = tuple(Refusal(code=code, why=str(code), words=words) for code in codes)
    return _accepted(request, outcome=Outcome.REJECTED, route="refused", refusals=refusals, **more)


def decisions() -> dict[str, Decision]:
    """A decision for every answer that a requester can get."""
    everybody, duty = Alert.EVERYBODY, Alert.DUTY
    several = replace(_REQUEST, ticket=None, several=("ABC-1234", "ABC-1240"))
    excuse = replace(_REQUEST, evidence=(), excuses=(_EXCUSE,), motivation=_EXCUSE.sentence)
    all_codes = {
        f"rejected-{code}": _rejected(_REQUEST, code, words="category, priority, assignee")
        for code in (
            Code.UNKNOWN_TICKET,
            Code.TICKET_CLOSED,
            Code.TICKET_INCOMPLETE,
            Code.NOT_AUTHORISED,
            Code.RESTRICTED,
            Code.UNPROVEN_SENDER,
        )
    }
    questioned = {
        f"questioned-{kind}": _accepted(
            replace(
                _EMERGENCY,
                evidence=(),
                motivation="The logo is two pixels too low.",
                misuse=MisuseFinding(kind=kind, sentence="The logo is two pixels too low.", words="logo"),
            ),
            asks_for_evidence=True,
        )
        for kind in Misuse
    }
    joined = {"outcome": Outcome.JOINED, "route": "join the open escalation"}
    return {
        "accepted": _accepted(_REQUEST),
        "accepted-asked": _accepted(_PLAIN, asks_for_evidence=True),
        "accepted-taken": replace(_accepted(_REQUEST), mended="taken"),
        "accepted-split-off": replace(_accepted(_REQUEST), mended="split_off"),
        "accepted-completed": _accepted(_REQUEST, outcome=Outcome.COMPLETED),
        "accepted-again": _accepted(_REQUEST, escalation=_known("acknowledged", hours=60)),
        "accepted-trouble": _accepted(replace(_REQUEST, evidence=(_OUTAGE,)), alert=duty),
        "accepted-forwarded": _accepted(replace(_REQUEST, forwarder=ERIK)),
        "emergency": _accepted(_EMERGENCY, alert=everybody),
        "emergency-again": _accepted(_EMERGENCY, alert=everybody, escalation=_known("started", hours=60)),
        "emergency-stranger": _accepted(_EMERGENCY, alert=duty, verified=False),
        "emergency-unannounced": _accepted(_EMERGENCY, alert_because=AlertReason.UNANNOUNCED, verified=False),
        "emergency-known": _accepted(_EMERGENCY, escalation=_known("acknowledged", hours=60)),
        "emergency-late": _accepted(_EMERGENCY, alert=duty, alert_because=AlertReason.PERSON),
        "restricted": _accepted(
            _EMERGENCY, alert=duty, alert_because=AlertReason.RESTRICTED, restricted=True
        ),
        **questioned,
        "raised": _accepted(_EMERGENCY, outcome=Outcome.RAISED, alert=everybody),
        "raised-duty": _accepted(_EMERGENCY, outcome=Outcome.RAISED, alert=duty),
        "raised-late": _accepted(_EMERGENCY, outcome=Outcome.RAISED),
        "joined": _accepted(_REQUEST, escalation=_known("started"), **joined),
        "joined-emergency": _accepted(
            _EMERGENCY, escalation=_known("acknowledged"), alert=everybody, **joined
        ),
        "cooldown": _rejected(_REQUEST, Code.COOLDOWN, escalation=_known("closed", closed=True)),
        "cooldown-emergency": _rejected(
            _EMERGENCY, Code.COOLDOWN, escalation=_known("closed", closed=True), alert=everybody
        ),
        "rejected": _rejected(_BARE, Code.MISSING_TICKET_ID, Code.MISSING_MOTIVATION),
        "rejected-unreadable": _rejected(_BARE, Code.MISSING_TICKET_ID, Code.MISSING_MOTIVATION),
        "rejected-ticket": _rejected(replace(_REQUEST, ticket=None), Code.MISSING_TICKET_ID),
        "rejected-reason": _rejected(replace(_BARE, ticket="ABC-1234"), Code.MISSING_MOTIVATION),
        "rejected-excuse": _rejected(excuse, Code.UNACCEPTABLE_MOTIVATION),
        "rejected-excuse-staff": _rejected(replace(excuse, requester=ERIK), Code.UNACCEPTABLE_MOTIVATION),
        "rejected-several": _rejected(several, Code.SEVERAL_TICKETS),
        "rejected-form": _rejected(
            replace(_REQUEST, form=_FORM, evidence=(), motivation=None), Code.INCOMPLETE_FORM
        ),
        "rejected-form-and-ticket": _rejected(
            replace(_BARE, form=_FORM), Code.MISSING_TICKET_ID, Code.INCOMPLETE_FORM
        ),
        "rejected-emergency": _rejected(
            replace(_EMERGENCY, ticket=None), Code.MISSING_TICKET_ID, alert=everybody
        ),
        "rejected-emergency-stranger": _rejected(
            replace(_EMERGENCY, ticket=None, forwarder=ERIK), Code.MISSING_TICKET_ID, alert=duty
        ),
        "rejected-cooldown-and-reason": _rejected(
            replace(_BARE, ticket="ABC-1234"),
            Code.MISSING_MOTIVATION,
            Code.COOLDOWN,
            escalation=_known("closed", closed=True),
        ),
        **all_codes,
        "rejected-unknown_ticket-staff": _rejected(replace(_REQUEST, requester=ERIK), Code.UNKNOWN_TICKET),
    }


def _rejection_codes() -> Iterator[Code]:
    for code in Code:
        yield code
        if code is Code.UNPROVEN_SENDER:
            return


NOTICES = {
    "operator-quarantined": Notice(kind="quarantined", mail_id=4711, detail="the mail nests 900 parts"),
    "operator-undelivered": Notice(
        kind="undelivered",
        mail_id=4711,
        recipient=ANNA.email,
        subject="Re: Please take ABC-1234 first",
        detail="550 5.1.1 no such user",
    ),
    "operator-directory": Notice(kind="directory", detail="OperationalError: connection refused"),
    "operator-unaccounted": Notice(kind="unaccounted", detail="41 mails came in, 40 have an outcome"),
    "operator-unanswered": Notice(kind="unanswered", subject="ABC-1234"),
    "operator-guessed": Notice(kind="guessed", recipient="priya@helpdesk.example"),
    "operator-login": Notice(
        kind="login", subject="smtp.helpdesk.example", detail="the login was refused: 535 wrong password"
    ),
    "operator-expiring": Notice(kind="expiring", subject="office", detail="the grant ends on 2026-12-05"),
    "operator-mailbox": Notice(kind="mailbox", subject="support", detail="the server refuses the password"),
}

_ALERTS = (
    "emergency",
    "emergency-stranger",
    "accepted-trouble",
    "rejected-emergency",
    "rejected-emergency-stranger",
)


def alerts() -> dict[str, Decision]:
    """A decision for every kind of alert."""
    known = decisions()
    emergency = replace(_BARE, level=Level.EMERGENCY)
    nothing_known = _rejected(emergency, *_rejection_codes(), alert=Alert.EVERYBODY, verified=False)
    return {f"alert-{name}": known[name] for name in _ALERTS} | {
        "alert-known-ticket": replace(
            known["emergency"],
            known_ticket=_TICKET,
            earlier=("ABC-1100", "ABC-1180"),
            in_warranty=("ABC-1180",),
        ),
        "alert-words": replace(known["emergency"], request=replace(_EMERGENCY, evidence=())),
        "alert-last-stranger": replace(known["emergency-stranger"], alert_because=AlertReason.LAST_STRANGER),
        "alert-restricted": known["restricted"],
        "alert-soon": replace(known["accepted"], alert=Alert.DUTY, alert_because=AlertReason.SOON),
        "alert-handover": replace(known["accepted"], alert=Alert.DUTY, alert_because=AlertReason.HANDOVER),
        "alert-person": replace(known["accepted"], alert=Alert.DUTY, alert_because=AlertReason.PERSON),
        "alert-bare": nothing_known,
    }
