"""What must be right about working time and the ladder of tiers before anything starts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailproc.config.faults import Complaint, shown
from mailproc.policy.hours import WorkingTime, public_holidays
from mailproc.reading.form_rules import forms_of
from mailproc.settings import Form, Hours, Ladder, Organisation, Person, Settings, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.config.checks.written import Check, Written
    from mailproc.config.faults import Location

_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def hours_open(written: Written) -> Iterator[Complaint]:
    """Public holidays are those of a known place, and there is a day with work."""
    for at, hours in _all_hours(written):
        if hours.holidays is not None and not _is_known_place(hours.holidays):
            allowed = 'a country such as "SE", or a part of one such as "US-TX" (ISO 3166)'
            yield Complaint(at=(*at, "holidays"), found=shown(hours.holidays, at), allowed=allowed)
        elif not _ever_opens(hours):
            allowed = 'days with work, such as ["mon", "tue"]'
            yield Complaint(at=(*at, "days"), found="no day that is ever open", allowed=allowed)


def the_ladder_can_be_climbed(written: Written) -> Iterator[Complaint]:
    """Each tier has a name of its own and people; there is time for a warning, and somebody at the end."""
    tiers, people = written.of(Tier), [person for _, person in written.of(Person)]
    if not tiers:
        return
    roles = {role for person in people for role in person.roles}
    known = ", ".join(sorted(roles)) or "nobody has one"
    ladder = next((table for _, table in written.of(Ladder)), Ladder())
    seen: set[str] = set()
    for at, tier in tiers:
        if tier.name in seen:
            yield Complaint(at=(*at, "name"), found=f'"{tier.name}" for a second time', allowed="each once")
        seen.add(tier.name)
        if not set(tier.roles) & roles:
            allowed = f"a role of somebody in [[people]]: {known}"
            yield Complaint(at=(*at, "roles"), found="roles that nobody has", allowed=allowed)
        for limit in ("plan", "fix"):
            if getattr(tier, limit) <= ladder.warn_before:
                found = shown(written.value((*at, limit)), (*at, limit))
                yield Complaint(at=(*at, limit), found=found, allowed="a longer time than ladder.warn_before")
    if written.value(("ladder", "at_the_end")) is not None and not set(ladder.at_the_end) & roles:
        allowed = f"at least one role of somebody in [[people]]: {known}"
        yield Complaint(at=("ladder", "at_the_end"), found="roles that nobody has", allowed=allowed)


def hand_overs_go_somewhere(written: Written) -> Iterator[Complaint]:
    """A form names a tier, one without sections is built in, and account managers are staff."""
    tiers = [tier.name for _, tier in written.of(Tier)]
    built_in = {rule.form.name for rule in forms_of(Settings())}
    staff = {person.email for _, person in written.of(Person)}
    for at, form in written.of(Form):
        if form.tier is not None and form.tier not in tiers:
            allowed = ", ".join(tiers) or "none, as no [[tier]] is configured"
            yield Complaint(at=(*at, "tier"), found=f'"{form.tier}"', allowed=allowed)
        if not form.sections and form.name not in built_in:
            allowed = f"sections; only {' and '.join(sorted(built_in))} have some of their own"
            yield Complaint(at=(*at, "sections"), found="nothing", allowed=allowed)
    for at, organisation in written.of(Organisation):
        if organisation.account_manager and organisation.account_manager not in staff:
            found = f'"{organisation.account_manager}"'
            yield Complaint(
                at=(*at, "account_manager"), found=found, allowed="the address of one of [[people]]"
            )


def _all_hours(written: Written) -> Iterator[tuple[Location, Hours]]:
    yield from written.of(Hours)
    everybody: list[tuple[Location, Person | Organisation]] = [*written.of(Person), *written.of(Organisation)]
    for at, who in everybody:
        if who.hours is not None:
            yield (*at, "hours"), who.hours


def _is_known_place(where: str) -> bool:
    try:
        return bool(public_holidays(where, _SOME_DAY.year))
    except LookupError:
        return False


def _ever_opens(hours: Hours) -> bool:
    try:
        WorkingTime(hours, ZoneInfo("UTC")).next_opening(_SOME_DAY)
    except ValueError:
        return False
    return True


LADDER: tuple[Check, ...] = (
    hours_open,
    the_ladder_can_be_climbed,
    hand_overs_go_somewhere,
)
