"""Which tier a technician's hand-over goes to, and what it tells of the team (T1, T2, T4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.reading.form_rules import forms_of
from mailproc.reading.handover import reason_text, reasons_of, subject_of, told_behind

if TYPE_CHECKING:
    from mailproc.reading.request import FormReading
    from mailproc.settings import Organisation, Person, Settings, Tier

HANDOVER_FORM = "handover"
"""The form that is handed up the ladder without ``[[form]] tier``."""

PERMISSION_SECTIONS = ("Missing Permissions", "Step Needed")


def rung_of(
    form: FormReading, by: Person, settings: Settings, *, category: str = "", held: int | None = None
) -> int | None:
    """The rung that a hand-over goes to, counted from 0; None for a form that climbs no ladder.

    The form's own tier wins, then the tier of the ticket's category, then the one above the technician.
    ``held`` is the rung that has it now: from there only its own people hand over, and never down; None
    then where it stays. A rung above the last one stands for the end of the ladder.
    """
    tiers = settings.tier
    rule = next((rule.form for rule in forms_of(settings) if rule.form.name == form.name), None)
    if not tiers or rule is None or not (rule.tier or rule.name == HANDOVER_FORM):
        return None
    named = [rung for rung, tier in enumerate(tiers) if tier.name == rule.tier]
    fitting = [rung for rung, tier in enumerate(tiers) if category.casefold() in _folded(tier.categories)]
    own = [rung + 1 for rung, tier in enumerate(tiers) if set(tier.roles) & set(by.roles)]
    wanted = next(iter(named + fitting + own[-1:]), 0)
    if held is None:
        return wanted
    is_theirs = held < len(tiers) and bool(set(tiers[held].roles) & set(by.roles))
    above = max(wanted, held + 1 if is_theirs else held)
    return above if above > held else None


def members(tier: Tier, settings: Settings) -> tuple[Person, ...]:
    """Everybody of a tier."""
    return settings.people_with(*tier.roles)


def gathered_at_the_end(settings: Settings, client: Organisation | None) -> tuple[Person, ...]:
    """Who makes a new plan together when all tiers have tried: by role, and the client's account manager."""
    emails = {person.email for person in settings.people_with(*settings.ladder.at_the_end)}
    if client is not None and client.account_manager:
        others = {person.email for person in settings.people_with("account manager")}
        emails = (emails - others) | {client.account_manager}
    return tuple(person for person in settings.people if person.email in emails)


def recorded_reasons(form: FormReading, category: str) -> dict[str, str]:
    """The reasons as the timeline keeps them, each with what it is about.

    A knowledge gap has its subject: the ticket's category, else what stands behind the reason. A permission
    issue has the permissions that are missing and the step that is needed.
    """
    text = reason_text(form)
    about = {
        "knowledge": category or subject_of(text),
        "permission": "\n".join(_told(form, label) for label in PERMISSION_SECTIONS).strip()
        or told_behind(text),
    }
    return {reason: about.get(reason, "") for reason in reasons_of(text)}


def _told(form: FormReading, label: str) -> str:
    text = next((section.text for section in form.sections if section.label == label), "")
    return f"{label}: {text}" if text else ""


def _folded(names: tuple[str, ...]) -> set[Any]:
    return {name.casefold() for name in names}
