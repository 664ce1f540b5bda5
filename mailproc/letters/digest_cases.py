"""Invented mornings and weeks, one for each thing that a digest may have to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mailproc.letters.cases import ANNA, DECIDES_AT, ERIK, NOW
from mailproc.letters.digest import DigestContent, DigestEntry, Priority, SentBack
from mailproc.letters.operator_day import OperatorDay, SetAside, Undelivered, WayIn
from mailproc.letters.week import Day, Week
from mailproc.policy.decision import Code, Outcome
from mailproc.reading.request import Evidence, EvidenceKind, Level

if TYPE_CHECKING:
    from mailproc.escalation.reply_address import Subject

DAY = date(2026, 11, 24)

_INVOICES = Evidence(
    kind=EvidenceKind.DEADLINE,
    sentence="If the export is not fixed before Friday 27 November we cannot invoice.",
    words="before Friday 27 November",
    due=date(2026, 11, 27),
)
_LEAVING = Evidence(
    kind=EvidenceKind.CHURN,
    sentence="Our customer has also told us that they are looking at another supplier.",
    words="looking at another supplier",
)
_CHECKOUT = Evidence(
    kind=EvidenceKind.OUTAGE, sentence="Nobody can check out since 14:40.", words="Nobody can check out"
)
_TODAY = replace(_INVOICES, sentence="The audit begins tomorrow at nine.", due=DAY + timedelta(days=1))
_PAST = replace(_INVOICES, sentence="The report was due on Monday.", due=DAY - timedelta(days=1))

_BASE = DigestEntry(
    escalation_id=17,
    ticket="ABC-1234",
    level=Level.HIGHER_PRIORITY,
    status="started",
    requester=ANNA,
    organisation="Norda",
    asked_at=NOW - timedelta(hours=3),
    motivation="The import has been waiting for three weeks now.",
    evidence=(_INVOICES, _LEAVING),
)
_PLAIN = replace(_BASE, escalation_id=18, ticket="ABC-1250", evidence=(), times=3, earlier=("ABC-1101",))
_EMERGENCY = replace(_BASE, escalation_id=19, ticket="ABC-1301", level=Level.EMERGENCY, evidence=(_CHECKOUT,))
_IN_WORK = replace(_BASE, escalation_id=21, ticket="ABC-1180", status="acknowledged", owner=ERIK.email)

_STATUSES = (
    *("started", "acknowledged", "solution proposed", "solution accepted", "solution rejected"),
    *("closed", "canceled", "declined"),
)

_WAITING = (
    _PLAIN,
    _BASE,
    replace(_PLAIN, escalation_id=20, ticket="ABC-1302", questioned=True, times=1, earlier=()),
    replace(_BASE, escalation_id=22, ticket="ABC-1303", evidence=(_TODAY,)),
    replace(_BASE, escalation_id=23, ticket="ABC-1304", evidence=(_PAST,), reported="no_longer_urgent"),
    _EMERGENCY,
)
_SENT_BACK = (
    SentBack(
        mail_id=4,
        sender=ANNA.email,
        subject="Please take our ticket first",
        code=Code.MISSING_TICKET_ID,
    ),
    SentBack(
        mail_id=5,
        sender="kim@norda.example",
        subject="Urgent",
        code=Code.MISSING_MOTIVATION,
        ticket="ABC-1400",
    ),
)


def sample_address(subject: Subject, number: int) -> str:
    """An address as it would be signed for the reader."""
    return f"support+r-{subject[0]}{number}-gxk-abcdefghijklmnopqrstuvwxyz@helpdesk.example"


def digests() -> dict[str, DigestContent]:
    """A full morning, a quiet one, and one that comes late to a flood."""
    quiet = DigestContent(day=DAY, due_at=DECIDES_AT, written_at=DECIDES_AT, next_day=DAY + timedelta(days=1))
    older = replace(_IN_WORK, is_new=False, asked_at=NOW - timedelta(days=4))
    busy = replace(
        quiet,
        waiting=_WAITING,
        in_work=(
            replace(_IN_WORK, escalation_id=24, ticket="ABC-1200", evidence=(_CHECKOUT,)),
            older,
            replace(older, escalation_id=25, ticket="ABC-1099", silent_since=NOW - timedelta(days=3)),
            replace(older, escalation_id=27, ticket="ABC-1098", owner="tier 2", out_of_time=True),
        ),
        ended=(replace(older, escalation_id=26, ticket="ABC-1001", status="closed"),),
        sent_back=_SENT_BACK,
        priority=Priority(escalated=9, open_tickets=120, warn_above=0.2),
        received=41,
        outcomes=(
            (Outcome.ACCEPTED, 4),
            (Outcome.REJECTED, 3),
            (Outcome.ORDINARY, 31),
            (Outcome.AUTOMATIC, 3),
        ),
    )
    every_outcome = tuple((outcome, 1) for outcome in Outcome)
    late = replace(
        busy,
        written_at=DECIDES_AT + timedelta(hours=2),
        waiting=(*(_BASE,) * 90, replace(_EMERGENCY, evidence=_every_evidence())),
        in_work=(replace(older, silent_since=NOW - timedelta(days=3)),) * 45 + (older,) * 45,
        ended=tuple(replace(older, status=status) for status in _STATUSES) * 6,
        sent_back=tuple(replace(_SENT_BACK[0], code=code) for code in _rejection_codes()) * 2,
        priority=Priority(escalated=180, open_tickets=240, warn_above=0.2),
        received=len(every_outcome) + 1,
        outcomes=every_outcome,
    )
    return {"digest": busy, "digest-quiet": quiet, "digest-late": late}


def operator_days() -> dict[str, OperatorDay]:
    """A day on which all was well, and one on which nothing was."""
    well = OperatorDay(
        day=DAY,
        written_at=DECIDES_AT,
        received=41,
        outcomes=((Outcome.ACCEPTED, 4), (Outcome.REJECTED, 3), (Outcome.ORDINARY, 34)),
        ways_in=(WayIn(name="smtp", mails=41, last_at=NOW), WayIn(name="support")),
    )
    many = range(22)
    trouble = replace(
        well,
        outcomes=((Outcome.ACCEPTED, 4), (Outcome.REJECTED, 3), (Outcome.ORDINARY, 33)),
        waiting=2,
        set_aside=tuple(
            SetAside(mail_id=4_711 + n, sender=ANNA.email, cause="the mail nests 900 parts") for n in many
        ),
        quarantined=25,
        undelivered=tuple(
            Undelivered(
                recipient=f"kim{n}@norda.example",
                subject="Re: Please take ABC-1234 first",
                cause="550 5.1.1 no such user",
            )
            for n in many
        ),
        retried=3,
        held=2,
        troubles=("Helpdesk needs help: mailbox support cannot be read",) * 22,
    )
    return {
        "operator-day": well,
        "operator-day-trouble": trouble,
        "operator-day-once": replace(
            well, waiting=1, quarantined=1, retried=1, held=1, received=1, outcomes=()
        ),
    }


def weeks() -> dict[str, Week]:
    """A week with something of everything, and one without a request."""
    last = DAY - timedelta(days=1)
    first = last - timedelta(days=6)
    asked = (3, 5, 2, 0, 4, 1, 0, 6, 4, 3, 7, 2, 0, 0, 5)
    busy = Week(
        first=first,
        last=last,
        written_at=DECIDES_AT,
        emergencies=3,
        higher_priority=18,
        sent_back=7,
        completed=5,
        before=24,
        days=tuple(
            Day(
                day=last - timedelta(days=29 - place),
                emergencies=int(place % 11 == 0),
                higher_priority=asked[place % len(asked)],
                sent_back=int(place % 4 == 1),
            )
            for place in range(30)
        ),
        reasons=((Code.MISSING_TICKET_ID, 4), (Code.MISSING_MOTIVATION, 2), (Code.INCOMPLETE_FORM, 1)),
        misuse=(("Norda", 2), ("kim@mail.example", 1)),
        knowledge_gaps=(("Cloudflare ZTNA", 2), ("", 1)),
        corrections=(("level changed", 2), ("reopened", 1)),
    )
    return {
        "week": busy,
        "week-quiet": Week(first=first, last=last, written_at=DECIDES_AT),
        "week-once": replace(busy, emergencies=0, higher_priority=1, sent_back=0, completed=0, before=1),
    }


def _every_evidence() -> tuple[Evidence, ...]:
    """Five sentences at the most are shown: each speaks for two or three things."""
    sentences = ("Nobody can check out.", "They leave.", "The data is open.", "The law asks for it.")
    return tuple(
        replace(_LEAVING, kind=kind, sentence=sentences[place % len(sentences)])
        for place, kind in enumerate(EvidenceKind)
    )


def _rejection_codes() -> tuple[Code, ...]:
    codes = tuple(Code)
    return codes[: codes.index(Code.UNPROVEN_SENDER) + 1]
