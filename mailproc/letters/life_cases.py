"""Invented escalations and what happened to them, for previews and to check all words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mailproc.escalation.command import FOR_REQUESTERS
from mailproc.escalation.conduct import ORDERS, WITHOUT_WORDS
from mailproc.escalation.status import Status
from mailproc.escalation.timeline import Event
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

_BY_THEMSELVES = (
    *(Event.RAISED, Event.JOINED, Event.ESCALATED_AGAIN, Event.WROTE),
    *("proposal waits", "update due"),
)
"""What happens without a command, and is told all the same."""

_STATUS_AFTER: dict[str, Status] = {
    Event.DECLINED: Status.CANCELED,
    Event.SOLUTION_PROPOSED: Status.SOLUTION_PROPOSED,
    "proposal waits": Status.SOLUTION_PROPOSED,
    Event.SOLUTION_ACCEPTED: Status.SOLUTION_ACCEPTED,
    Event.SOLUTION_REJECTED: Status.SOLUTION_REJECTED,
    Event.CLOSED: Status.CLOSED,
    Event.CANCELED: Status.CANCELED,
    Event.MISUSED: Status.CANCELED,
    Event.CONFIRMED_AS_EMERGENCY: Status.STARTED,
    Event.POST_MORTEM: Status.CLOSED,
    Event.ROOT_CAUSE: Status.CLOSED,
    Event.ROOT_CAUSE_ASKED: Status.CLOSED,
}

_WORDS: dict[str, str] = {
    Event.DECLINED: "The fix is part of the release on 3 December, and the export works by hand until then.",
    Event.SOLUTION_PROPOSED: "Please sign out and in again. The new certificate is then in place.",
    Event.UPDATE: "We have found the cause and are testing the fix. More by 16:00.",
    Event.NOTE: "Network operations changed the proxy last night; ask them first.",
    Event.CLOSED: "The certificate is renewed on all servers.",
    Event.CANCELED: "The ticket has been merged with ABC-1100.",
    Event.MISUSED: "The test system is down, production is not.",
    Event.SOLUTION_REJECTED: "The export still stops at half past.",
    Event.RESOLVED_BY_REQUESTER: "Our provider has repaired the line.",
    Event.STILL_DOWN: "It went down again at 15:02.",
    Event.NO_LONGER_URGENT: "The customer has moved the launch to January.",
    Event.ASSIGNED: "Erik Lund",
    Event.WROTE: "It works in the office, and still stops in the warehouse.",
    Event.SPLIT_OFF: "ABC-1277",
    Event.POST_MORTEM: "From 14:40 to 15:20 nobody could check out.\nCause: infrastructure\n"
    "We change: the certificate is renewed a month before it expires.",
    Event.ROOT_CAUSE: "The renewal ran, and the load balancer kept the old certificate in memory.",
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
    alone = Happening(kind=Event.EVERYBODY_ALERTED, by="", at=NOW - timedelta(hours=2))
    return (
        replace(alone, kind=Event.STARTED, by=ANNA.name),
        alone,
        replace(alone, kind=Event.CHASED),
        replace(alone, kind=Event.JOINED_FOR_A_WHILE, by=KIM.name),
        replace(alone, kind=Event.TAKEN, by=PRIYA.name),
        replace(alone, kind=Event.NOBODY_ANSWERED),
        replace(alone, kind=Event.HANDED_OVER, by=PRIYA.name),
        replace(alone, kind=Event.STEPPED_UP, words="First touch → Tier 3"),
        replace(alone, kind=Event.LADDER_ENDED, words=PRIYA.name),
        *(case(kind, language)[1] for kind in kinds()),
    )
