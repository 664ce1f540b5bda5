"""Decisions and mails as a test needs them, and what a reader sees of a letter."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailproc.letters import Letters
from mailproc.letters.cases import fitting_reason
from mailproc.message.mail import Address, IncomingMail, OwnWords
from mailproc.policy.decision import Alert, Decision, KnownEscalation, Outcome, Refusal
from mailproc.reading.request import EscalationRequest, Evidence, EvidenceKind, Kind, Level
from mailproc.settings import Desk, Organisation, Person, Settings, Tickets

if TYPE_CHECKING:
    from mailproc.letters import Letter
    from mailproc.policy.decision import Code

TEMPLATES = Path(__file__).parents[2] / "templates"
NOW = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)
DECIDES_AT = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)

ANNA = Address(email="anna@norda.example", name="Anna Svensson")
ERIK = Address(email="erik@helpdesk.example", name="Erik Lund")
PRIYA = Person(name="Priya Nair", email="priya@helpdesk.example", roles=("pm",))

SETTINGS = Settings(
    desk=Desk(name="Helpdesk", address="support@helpdesk.example", phone="+1 312 555 0100"),
    people=(PRIYA, Person(name="Erik Lund", email=ERIK.email)),
    organisation=(Organisation(name="Norda", domains=("norda.example",)),),
    tickets=Tickets(url="https://tickets.example/{ticket}"),
)

DEADLINE = Evidence(
    kind=EvidenceKind.DEADLINE,
    sentence="Without the fix by Friday we cannot invoice.",
    words="by Friday",
    due=date(2026, 11, 27),
)
OUTAGE = Evidence(kind=EvidenceKind.OUTAGE, sentence="Nobody can log in.", words="Nobody can log in")


@pytest.fixture(scope="session")
def letters() -> Letters:
    """The shipped letters of a desk with a phone, a ticket link and staff."""
    return Letters(SETTINGS, TEMPLATES)


def request(**more: Any) -> EscalationRequest:
    """Anna asks for ABC-1234 with a good reason."""
    values: dict[str, Any] = {
        "kind": Kind.REQUEST,
        "requester": ANNA,
        "ticket": "ABC-1234",
        "level": Level.HIGHER_PRIORITY,
        "motivation": DEADLINE.sentence,
        "evidence": (DEADLINE,),
    }
    return EscalationRequest(**values | more)


def emergency(**more: Any) -> EscalationRequest:
    """Anna asks for an emergency."""
    values: dict[str, Any] = {
        "level": Level.EMERGENCY,
        "motivation": OUTAGE.sentence,
        "evidence": (OUTAGE,),
        "summary": "nobody can log in",
    }
    return request(**values | more)


def accepted(asked: EscalationRequest, **more: Any) -> Decision:
    """The request was taken up."""
    values: dict[str, Any] = {
        "outcome": Outcome.ACCEPTED,
        "route": "new escalation",
        "verified": True,
        "alert_because": fitting_reason(asked, more.get("alert")),
    }
    return Decision(**values | {"request": asked} | more)


def rejected(asked: EscalationRequest, *codes: Code, **more: Any) -> Decision:
    """The request was refused for these reasons."""
    refusals = tuple(Refusal(code=code, why="because") for code in codes)
    return accepted(asked, outcome=Outcome.REJECTED, refusals=refusals, **more)


def alerting(asked: EscalationRequest, **more: Any) -> Decision:
    """The request was taken up and everybody is alerted."""
    return accepted(asked, **{"alert": Alert.EVERYBODY, **more})


def earlier(status: str = "started", *, closed: bool = False, hours: int = 20) -> KnownEscalation:
    """Another escalation of the same ticket."""
    return KnownEscalation(
        id="17",
        ticket="ABC-1234",
        level=Level.HIGHER_PRIORITY,
        status=status,
        accepted_at=NOW - timedelta(hours=hours),
        closed_at=NOW - timedelta(hours=1) if closed else None,
        requester=ANNA.email,
    )


def mail(**more: Any) -> IncomingMail:
    """Anna's mail, written one hour east of Greenwich."""
    plain = IncomingMail(
        message_id="<one@norda.example>",
        date=NOW.astimezone(timezone(timedelta(hours=1))),
        subject="Please take ABC-1234 first",
        sender=ANNA,
        from_all=(ANNA,),
        reply_to=(),
        to=(),
        cc=(),
        in_reply_to=(),
        references=(),
        headers=(),
        text="",
        words=OwnWords(text=""),
        signals=(),
        attachments=(),
        attached_mail=(),
    )
    return replace(plain, **more)


def answer(letters: Letters, decision: Decision, asked_by: IncomingMail | None = None) -> Letter:
    """The one letter that answers a mail."""
    [letter] = letters.reply(decision, asked_by or mail(), now=NOW, decides_at=DECIDES_AT)
    return letter


def flat(text: str) -> str:
    """A text without its line breaks and quote marks, to look for a sentence."""
    return " ".join(text.replace("\n>", " ").split())


def seen(html: str) -> str:
    """What a browser shows of an HTML letter, on one line."""
    body = re.sub(r"(?s)<(style|title)>.*?</\1>", " ", html)
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", body)).split())
