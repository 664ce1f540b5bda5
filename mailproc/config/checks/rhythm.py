"""What must be right about all that comes by itself: digests, chases and promised news."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mailproc.config.faults import Complaint, shown
from mailproc.settings import DAILY, Digest, Emergency, Person, Report, Updates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.config.checks.written import Check, Written
    from mailproc.config.faults import Location


def the_digests_have_readers(written: Written) -> Iterator[Complaint]:
    """Each role that is named is somebody's."""
    roles = {role for _, person in written.of(Person) for role in person.roles}
    letters: list[tuple[Location, Digest | Report]] = [*written.of(Digest), *written.of(Report)]
    for at, digest in letters:
        named = digest.to if isinstance(written.value((*at, "to")), list) else ()
        for position, role in enumerate(named):
            if role not in roles:
                allowed = f"a role of somebody in [[people]]: {', '.join(sorted(roles)) or 'nobody has one'}"
                yield Complaint(at=(*at, "to", position), found=f'"{role}"', allowed=allowed)


def the_digests_can_be_told_apart(written: Written) -> Iterator[Complaint]:
    """By their names; and the one that decisions are promised for has a day."""
    for at, digest in written.of(Digest):
        if not digest.days:
            allowed = "at least one day: requesters are promised a decision for it"
            yield Complaint(at=(*at, "days"), found="no day", allowed=allowed)
    for at, report in written.of(Report):
        if report.name.split()[0] == DAILY:
            allowed = f'another name: "{DAILY}" is the digest of [digest]'
            yield Complaint(at=(*at, "name"), found=f'"{report.name}"', allowed=allowed)


def emergencies_take_their_time(written: Written) -> Iterator[Complaint]:
    """A time of nothing would call people without end."""
    for at, emergency in written.of(Emergency):
        for key, value in emergency:
            if isinstance(value, timedelta) and value < timedelta(seconds=1):
                yield Complaint(at=(*at, key), found="no time at all", allowed='at least one second: "5m"')


def reminders_come_before_updates(written: Written) -> Iterator[Complaint]:
    """Whoever is reminded of an update must have had the time to write it."""
    for at, updates in written.of(Updates):
        for level in ("emergency", "higher_priority"):
            every = getattr(updates, level)
            if every is not None and every <= updates.remind_before:
                value = written.value((*at, level))
                found = shown(value, (*at, level)) if value else "the default"
                allowed = 'a longer time than remind_before, or "off"'
                yield Complaint(at=(*at, level), found=found, allowed=allowed)


RHYTHM: tuple[Check, ...] = (
    the_digests_have_readers,
    the_digests_can_be_told_apart,
    emergencies_take_their_time,
    reminders_come_before_updates,
)
