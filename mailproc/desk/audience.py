"""Who is concerned by an escalation: the voices outside, and the staff inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.rungs import tier_of
from mailproc.escalation.status import Status
from mailproc.message.automatic import reads_no_answers
from mailproc.message.mail import Address
from mailproc.policy.handover import members
from mailproc.reading.request import Level
from mailproc.store import codes, escalations, outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailproc.settings import Person, Settings

EVERYBODY_ALERTED = "everybody alerted"
"""The line on the timeline that tells that every PM was alerted."""

CHASED = "chased"
NOBODY_ANSWERED = "nobody answered"
"""The lines that tell that nobody had acknowledged it: asked again, and asked to the end of the list."""


def everybody_knows(row: dict[str, Any]) -> bool:
    """True once every PM was alerted about an escalation."""
    return any(event["kind"] == EVERYBODY_ALERTED for event in row["events"])


def waits_for_somebody(row: dict[str, Any]) -> bool:
    """True for an emergency that nobody has acknowledged."""
    return Status(row["status"]) is Status.STARTED and Level(row["level"]) is Level.EMERGENCY


def voices(connection: Connection, row: dict[str, Any], settings: Settings) -> list[Address]:
    """The requester, and everybody else outside staff who asked for the same."""
    inside = {person.email for person in settings.people} | {settings.operator.email}
    found = {row["requester"]: Address(email=row["requester"], name=row["requester_name"])}
    for email in sorted(escalations.participants(connection, str(row["id"]))):
        found.setdefault(email, Address(email=email))
    machines = {email for email in found if reads_no_answers(email)} | set(settings.tickets.notifies_from)
    return [
        voice
        for email, voice in found.items()
        if email not in inside | machines and not settings.is_own_address(email)
    ]


def clients(connection: Connection, row: dict[str, Any], settings: Settings) -> list[Address]:
    """Everybody outside who asked for it, and the contact of the ticket where its directory names one."""
    found = {voice.email: voice for voice in voices(connection, row, settings)}
    contact = (row["known_ticket"] or {}).get("contact", "").lower()
    is_inside = settings.person(contact) is not None or contact == settings.operator.email
    if "@" in contact and not is_inside and not settings.is_own_address(contact):
        found.setdefault(contact, Address(email=contact))
    return list(found.values())


def concerned(connection: Connection, row: dict[str, Any], settings: Settings) -> list[Person]:
    """Whoever works on it, and their tier; else everybody who was alerted; else the PMs."""
    has_it = {row["acknowledged_by"], row["assigned_to"]}
    alerted = set(outbox.recipients(connection, row["id"], ("alert", "chase")))
    alerted |= set(codes.holders(connection, row["id"]))  # in a storm one letter tells of many
    tier = tier_of(row, settings)
    has_it |= {person.email for person in members(tier, settings)} if tier else set()
    people = [person for person in settings.people if person.email in alerted | has_it]
    return people or list(settings.people_with("pm"))


def stakeholders(connection: Connection, row: dict[str, Any], settings: Settings) -> list[Person]:
    """Everybody inside who had to do with it, and every PM: those who are debriefed (S6)."""
    emails = {person.email for person in concerned(connection, row, settings)}
    return [person for person in settings.people if person.email in emails or "pm" in person.roles]


def representative(row: dict[str, Any], settings: Settings) -> Person | None:
    """The member of staff who has it: whom it was assigned to, else who acknowledged it."""
    return settings.person(row["assigned_to"]) or settings.person(row["acknowledged_by"])


def post_mortem_author(row: dict[str, Any], settings: Settings) -> Person | None:
    """Who writes the post mortem: who had it, else who closed it, else the first PM."""
    closers = [event["by"] for event in row["events"] if event["kind"] == "closed"]
    closer = settings.person(closers[-1]) if closers else None
    return representative(row, settings) or closer or next(iter(settings.people_with("pm")), None)
