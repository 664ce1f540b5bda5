"""What project managers have to decide, what they have decided, and what became of the rest."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from mailproc.desk.rungs import marks, tier_of
from mailproc.escalation.status import Status
from mailproc.escalation.tiers import is_paused
from mailproc.escalation.timeline import REQUESTS, Event
from mailproc.letters.digest import DigestContent, DigestEntry, Priority, SentBack
from mailproc.message.mail import Address
from mailproc.policy.decision import Code
from mailproc.policy.digest_day import local_day, next_digest
from mailproc.reading.request import Evidence, EvidenceKind, Level
from mailproc.store import books, standing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.digests.period import Period
    from mailproc.settings import Settings

_REPORTS = (Event.RESOLVED_BY_REQUESTER, Event.NO_LONGER_URGENT, Event.STILL_DOWN)
"""What requesters say of the state of their matter."""

_TIME_WAS_UP = (Event.STEPPED_UP, Event.LADDER_ENDED)
"""What happens by itself when the time of a tier has passed."""

_WORK_GOES_ON = (Status.ACKNOWLEDGED, Status.SOLUTION_REJECTED, Status.SOLUTION_ACCEPTED)
"""The statuses in which something is expected of whoever has it."""


def decisions(
    connection: Connection, settings: Settings, period: Period, open_tickets: int | None
) -> DigestContent:
    """The content of a digest for project managers.

    ``open_tickets`` is how many the directory has; None where no directory tells.
    """
    entries = [
        (row, _entry(row, settings, period)) for row in standing.open_escalations(connection, period.until)
    ]
    balance = books.balance(connection, period.since, period.until)
    return DigestContent(
        day=period.day,
        due_at=period.due_at,
        written_at=period.until,
        next_day=local_day(next_digest(period.until, period.schedule), period.schedule),
        waiting=tuple(entry for row, entry in entries if _waits(row, settings)),
        in_work=tuple(entry for row, entry in entries if not _waits(row, settings)),
        ended=tuple(
            _entry(row, settings, period)
            for row in standing.ended_escalations(connection, period.since, period.until)
        ),
        sent_back=tuple(
            _sent_back(row) for row in standing.sent_back(connection, period.since, period.until)
        ),
        priority=_priority(len(entries), open_tickets, settings),
        received=balance.received,
        outcomes=tuple(balance.outcomes.items()),
    )


def _waits(row: dict[str, Any], settings: Settings) -> bool:
    """True for what needs a decision; what staff hand over among themselves has its people already."""
    handed_over = row["tier"] is not None and settings.person(row["requester"]) is not None
    return Status(row["status"]) is Status.STARTED and not handed_over


def _priority(escalated: int, open_tickets: int | None, settings: Settings) -> Priority | None:
    if open_tickets is None:
        return None
    return Priority(escalated=escalated, open_tickets=open_tickets, warn_above=settings.digest.warn_share)


def _entry(row: dict[str, Any], settings: Settings, period: Period) -> DigestEntry:
    events = row["events"]
    requests = [event for event in events if event["kind"] in REQUESTS]
    return DigestEntry(
        escalation_id=row["id"],
        ticket=row["ticket"],
        level=Level(row["level"]),
        status=row["status"],
        requester=Address(email=row["requester"], name=row["requester_name"]),
        asked_at=row["requested_at"],
        url=(row["known_ticket"] or {}).get("url", ""),
        organisation=row["organisation"],
        motivation=next((event["said"] for event in reversed(requests) if event["said"]), ""),
        evidence=_evidence(requests),
        questioned=row["questioned"],
        times=max(1, len(requests)),
        reported=_reported(events),
        is_new=any(event["at"] >= period.since for event in requests),
        earlier=tuple(dict.fromkeys(number for event in requests for number in event["earlier"] or ())),
        owner=_owner(row, settings),
        silent_since=_silent_since(row, settings, period.until),
        out_of_time=any(event["kind"] in _TIME_WAS_UP and event["at"] >= period.since for event in events),
    )


def _evidence(requests: Iterable[dict[str, Any]]) -> tuple[Evidence, ...]:
    """The evidence of all who asked, each finding once, the newest request first."""
    found: dict[tuple[str, str], Evidence] = {}
    for event in reversed(list(requests)):
        for item in event["evidence"]:
            found.setdefault((item["kind"], item["sentence"]), _finding(item))
    return tuple(found.values())


def _finding(item: dict[str, Any]) -> Evidence:
    return Evidence(
        kind=EvidenceKind(item["kind"]),
        sentence=item["sentence"],
        words=item["words"],
        due=date.fromisoformat(item["due"]) if item["due"] else None,
    )


def _reported(events: list[dict[str, Any]]) -> str:
    """What the requester said last of the state of it, as the catalogues write it; ``""`` for nothing."""
    said = [event["kind"] for event in events if event["kind"] in _REPORTS]
    return said[-1].replace(" ", "_") if said else ""


def _owner(row: dict[str, Any], settings: Settings) -> str:
    """Who has it: a person, or the tier that it stands on; ``""`` for nobody."""
    tier = tier_of(row, settings)
    return row["assigned_to"] or row["acknowledged_by"] or (tier.name if tier else "")


def _silent_since(row: dict[str, Any], settings: Settings, now: datetime) -> datetime | None:
    """When staff were last heard on what somebody has taken on, if that is too long ago."""
    if Status(row["status"]) not in _WORK_GOES_ON or is_paused(marks(row)):
        return None
    heard = max((event["at"] for event in row["events"] if settings.person(event["by"])), default=None)
    last = heard or row["accepted_at"]
    return last if now - last >= settings.digest.silent_after else None


def _sent_back(row: dict[str, Any]) -> SentBack:
    return SentBack(
        mail_id=row["mail_id"],
        sender=row["requester"] or row["sender"],
        subject=row["subject"],
        code=Code(row["code"]),
        ticket=row["ticket"] or "",
    )
