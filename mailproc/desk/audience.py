"""Who is concerned by an escalation: the voices outside, and the staff inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.message.mail import Address
from mailproc.store import escalations, outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailproc.settings import Person, Settings

EVERYBODY_ALERTED = "everybody alerted"
"""The line on the timeline that tells that every PM was alerted."""


def everybody_knows(row: dict[str, Any]) -> bool:
    """True once every PM was alerted about an escalation."""
    return any(event["kind"] == EVERYBODY_ALERTED for event in row["events"])


def voices(connection: Connection, row: dict[str, Any], settings: Settings) -> list[Address]:
    """The requester, and everybody else outside staff who asked for the same."""
    inside = {person.email for person in settings.people} | {settings.operator.email}
    found = {row["requester"]: Address(email=row["requester"], name=row["requester_name"])}
    for email in sorted(escalations.participants(connection, str(row["id"]))):
        found.setdefault(email, Address(email=email))
    return [
        voice for email, voice in found.items() if email not in inside and not settings.is_own_address(email)
    ]


def concerned(connection: Connection, row: dict[str, Any], settings: Settings) -> list[Person]:
    """Whoever works on it; else everybody who was alerted; else the PMs."""
    owner = settings.person(row["acknowledged_by"])
    alerted = set(outbox.recipients(connection, row["id"], ("alert", "chase")))
    people = [person for person in settings.people if person.email in alerted or person == owner]
    return people or list(settings.people_with("pm"))
