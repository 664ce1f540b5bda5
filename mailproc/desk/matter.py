"""Rows of the store as the values that letters speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.letters.matter import Happening, Matter
from mailproc.message.mail import Address
from mailproc.reading.request import Level

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
    )


def happening_of(event: dict[str, Any], settings: Settings) -> Happening:
    """A line of the timeline, with staff by their names."""
    person = settings.person(event["by"])
    return Happening(
        kind=event["kind"], by=person.name if person else event["by"], at=event["at"], words=event["said"]
    )
