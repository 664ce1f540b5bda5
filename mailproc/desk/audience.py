"""Who is concerned by an escalation: the voices outside, and the staff inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.rungs import tier_of
from mailproc.escalation.status import Status
from mailproc.escalation.timeline import Event
from mailproc.message.automatic import reads_no_answers
from mailproc.message.mail import Address
from mailproc.policy.handover import members
from mailproc.reading.request import Level
from mailproc.store import codes, escalations, outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailproc.message.mail import IncomingMail
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Person, Settings


def everybody_knows(row: dict[str, Any]) -> bool:
    """True once every PM was alerted about an escalation."""
    return any(event["kind"] == Event.EVERYBODY_ALERTED for event in row["events"])


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


MOST_COPIED = 10
"""Further people who hear of one request; a mail to a whole department is no wish that all of it does."""


def copied_in(mail: IncomingMail, request: EscalationRequest, settings: Settings) -> tuple[Address, ...]:
    """The people outside staff whom a request was sent to beside the desk: they hear with its author (S2)."""
    authors = {author.email for author in (request.requester, request.forwarder, mail.sender) if author}
    inside = {person.email for person in settings.people} | {settings.operator.email}
    found = {
        reader.email: reader
        for reader in (*mail.to, *mail.cc)
        if reader.email not in authors | inside
        and not settings.is_own_address(reader.email)
        and not reads_no_answers(reader.email)
    }
    return tuple(found.values()) if len(found) <= MOST_COPIED else ()


def copied(row: dict[str, Any]) -> list[Address]:
    """Everybody who was copied in one of the requests, and did not ask for it themselves."""
    asked = {event["by"] for event in row["events"]}
    found = {
        reader["email"]: Address(email=reader["email"], name=reader["name"])
        for event in row["events"]
        for reader in event["copied"] or ()
    }
    return [reader for email, reader in found.items() if email not in asked]


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
    closers = [event["by"] for event in row["events"] if event["kind"] == Event.CLOSED]
    closer = settings.person(closers[-1]) if closers else None
    return representative(row, settings) or closer or next(iter(settings.people_with("pm")), None)
