"""Rows of the store as the ladder sees them: which tier has an escalation, and what its clock shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.escalation.status import Status
from mailproc.escalation.tiers import Clock, Mark, clock
from mailproc.escalation.timeline import Event
from mailproc.letters.tiers import Rung
from mailproc.policy.handover import members
from mailproc.policy.hours import desk_time

if TYPE_CHECKING:
    from mailproc.escalation.tiers import Limit
    from mailproc.settings import Organisation, Person, Settings, Tier


def marks(row: dict[str, Any]) -> list[Mark]:
    """The timeline of an escalation."""
    return [Mark(kind=event["kind"], at=event["at"], words=event["said"]) for event in row["events"]]


def tier_of(row: dict[str, Any], settings: Settings) -> Tier | None:
    """The tier that has an escalation; None where it climbs no ladder, or is above the last rung."""
    rung = row["tier"]
    return settings.tier[rung] if rung is not None and 0 <= rung < len(settings.tier) else None


def clock_of(row: dict[str, Any], settings: Settings) -> Clock:
    """The limits of the tier that has an escalation; none where nobody's time is limited."""
    tier = tier_of(row, settings)
    if tier is None or Status(row["status"]).is_over:
        return Clock()
    return clock(marks(row), tier, desk_time(settings))


def has_limits(row: dict[str, Any], settings: Settings) -> bool:
    """True while the time of a tier runs, or is paused."""
    shown = clock_of(row, settings)
    return shown.next is not None or shown.is_paused


def client_of(row: dict[str, Any], settings: Settings) -> Organisation | None:
    """The client whose ticket it is: who asked, else the contact that the ticket's directory names."""
    contact = (row["known_ticket"] or {}).get("contact", "")
    asked = (each for each in settings.organisation if each.name == row["organisation"])
    return next(asked, None) or settings.organisation_of(contact)


def holders(row: dict[str, Any], settings: Settings) -> tuple[Person, ...]:
    """Whoever has it: the one it is assigned to or who acknowledged it, else the whole tier."""
    tier = tier_of(row, settings)
    people = members(tier, settings) if tier else ()
    one = [person for person in people if person.email in (row["assigned_to"], row["acknowledged_by"])]
    return tuple(one) or people


def rung_shown(
    row: dict[str, Any], settings: Settings, *, limit: Limit | None = None, before: str = "", tier: str = ""
) -> Rung:
    """Where an escalation stands, with the last hand-over, as letters tell of it."""
    shown, holds = clock_of(row, settings), tier_of(row, settings)
    handed = next((event for event in reversed(row["events"]) if event["kind"] == Event.HANDED_OVER), None)
    ended = next((event for event in reversed(row["events"]) if event["kind"] == Event.LADDER_ENDED), None)
    person = settings.person(handed["by"]) if handed else None
    return Rung(
        tier=tier or (holds.name if holds else ended["said"] if ended else ""),
        before=before,
        limit=limit,
        plan_due=shown.plan_due,
        fix_due=shown.fix_due,
        handover=handed["said"] if handed else "",
        by=person.name if person else "",
    )
