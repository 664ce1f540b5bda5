"""Rows of the store as the values that letters speak of."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from mailproc.escalation.progress import counted_from
from mailproc.escalation.status import Status
from mailproc.escalation.timeline import Event
from mailproc.letters.matter import Happening, Matter
from mailproc.message.mail import Address
from mailproc.reading.request import Evidence, EvidenceKind, Level

if TYPE_CHECKING:
    from mailproc.settings import Settings


def matter_of(row: dict[str, Any], settings: Settings) -> Matter:
    """An escalation as its letters tell of it, with staff by their names."""
    owner = settings.person(row["acknowledged_by"])
    return Matter(
        ticket=row["ticket"],
        level=Level(row["level"]),
        status=row["status"],
        requester=Address(email=row["requester"], name=row["requester_name"]),
        accepted_at=row["accepted_at"],
        organisation=row["organisation"],
        acknowledged_by=owner.name if owner else row["acknowledged_by"],
        language=row["language"],
        known_ticket=row["known_ticket"] or {},
        procedure=row["procedure"],
        counted_from=counted_from(
            Status(row["status"]), [(event["kind"], event["at"]) for event in row["events"]]
        ),
    )


def last_joined(row: dict[str, Any]) -> dict[str, Any] | None:
    """The event of the voice that joined last, and is still there; None where nobody joined by mail."""
    joined = [event for event in row["events"] if event["kind"] == Event.JOINED and event["mail_id"]]
    return joined[-1] if joined else None


def evidence_of(event: dict[str, Any]) -> tuple[Evidence, ...]:
    """What a request's event shows, each with its sentence (E3)."""
    return tuple(
        Evidence(
            kind=EvidenceKind(item["kind"]),
            sentence=item["sentence"],
            words=item["words"],
            due=date.fromisoformat(item["due"]) if item["due"] else None,
        )
        for item in event["evidence"]
    )


def happening_of(event: dict[str, Any], settings: Settings) -> Happening:
    """A line of the timeline, with staff by their names."""
    person = settings.person(event["by"])
    return Happening(
        kind=event["kind"], by=person.name if person else event["by"], at=event["at"], words=event["said"]
    )
