"""Invented escalations and what happened to them, for previews and to check all words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mailproc.escalation.command import FOR_REQUESTERS
from mailproc.escalation.conduct import ORDERS, WITHOUT_WORDS
from mailproc.escalation.status import Status
from mailproc.letters.cases import ANNA, NOW, PRIYA
from mailproc.letters.matter import Happening, Matter
from mailproc.message.mail import Address
from mailproc.policy.decision import Step
from mailproc.reading.request import Level

KIM = Address(email="kim@norda.example", name="Kim Berg")
MATTER = Matter(
    ticket="ABC-1234",
    level=Level.EMERGENCY,
    status=Status.ACKNOWLEDGED,
    requester=ANNA,
    accepted_at=NOW - timedelta(hours=2),
    organisation="Norda",
    acknowledged_by=PRIYA.email,
)
WAITING = replace(MATTER, status=Status.STARTED, acknowledged_by="")
QUIET = replace(MATTER, level=Level.HIGHER_PRIORITY)

_BY_STAFF = frozenset(order.happening for verb, order in ORDERS.items() if verb not in FOR_REQUESTERS)

_BY_THEMSELVES = ("raised", "joined", "escalated again", "proposal waits", "update due", "wrote")
"""What happens without a command, and is told all the same."""

_STATUS_AFTER = {
    "declined": Status.CANCELED,
    "solution proposed": Status.SOLUTION_PROPOSED,
    "proposal waits": Status.SOLUTION_PROPOSED,
    "solution accepted": Status.SOLUTION_ACCEPTED,
    "solution rejected": Status.SOLUTION_REJECTED,
    "closed": Status.CLOSED,
    "canceled": Status.CANCELED,
    "misused": Status.CANCELED,
    "confirmed as emergency": Status.STARTED,
    "post mortem": Status.CLOSED,
    "root cause": Status.CLOSED,
    "root cause asked": Status.CLOSED,
}

_WORDS = {
    "declined": "The fix is part of the release on 3 December, and the export works by hand until then.",
    "solution proposed": "Please sign out and in again. The new certificate is then in place.",
    "update": "We have found the cause and are testing the fix. More by 16:00.",
    "note": "Network operations changed the proxy last night; ask them first.",
    "closed": "The certificate is renewed on all servers.",
    "canceled": "The ticket has been merged with ABC-1100.",
    "misused": "The test system is down, production is not.",
    "solution rejected": "The export still stops at half past.",
    "resolved by requester": "Our provider has repaired the line.",
    "still down": "It went down again at 15:02.",
    "no longer urgent": "The customer has moved the launch to January.",
    "assigned": "Erik Lund",
    "wrote": "It works in the office, and still stops in the warehouse.",
    "split off": "ABC-1277",
    "post mortem": "From 14:40 to 15:20 nobody could check out.\nCause: infrastructure\n"
    "We change: the certificate is renewed a month before it expires.",
    "root cause": "The renewal ran, and the load balancer kept the old certificate in memory.",
}

TRACE = (
    Step(rule="missing_ticket_id", said="found in the subject", words="ABC-1234"),
    Step(rule="cooldown", said="no earlier escalation"),
)


def kinds() -> tuple[str, ...]:
    """All happenings that letters can tell of."""
    orders = (*ORDERS.values(), *WITHOUT_WORDS.values())
    return (*dict.fromkeys(order.happening for order in orders), *_BY_THEMSELVES)


def case(kind: str, language: str) -> tuple[Matter, Happening]:
    """An escalation, and what just happened to it by the hand that usually does it."""
    status = _STATUS_AFTER.get(kind, MATTER.status)
    owner = "" if status == Status.STARTED else MATTER.acknowledged_by
    by = PRIYA.name if kind in _BY_STAFF else KIM.name
    return (
        replace(MATTER, status=status, acknowledged_by=owner, language=language),
        Happening(kind=kind, by=by, at=NOW - timedelta(minutes=4), words=_WORDS.get(kind, "")),
    )


def timeline(language: str) -> tuple[Happening, ...]:
    """Everything that can stand on a timeline."""
    alone = Happening(kind="everybody alerted", by="", at=NOW - timedelta(hours=2))
    return (
        replace(alone, kind="started", by=ANNA.name),
        alone,
        replace(alone, kind="chased"),
        replace(alone, kind="joined for a while", by=KIM.name),
        replace(alone, kind="taken", by=PRIYA.name),
        replace(alone, kind="nobody answered"),
        replace(alone, kind="handed over", by=PRIYA.name),
        replace(alone, kind="stepped up", words="First touch → Tier 3"),
        replace(alone, kind="ladder ended", words=PRIYA.name),
        *(case(kind, language)[1] for kind in kinds()),
    )
