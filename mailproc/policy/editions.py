"""Which digests a desk has, who reads each, and when: readers with an hour of their own have their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mailproc.policy.digest_day import next_digest
from mailproc.settings import DAILY, Person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, time, tzinfo

    from mailproc.settings import Digest, Report, Settings, Weekday

Kind = Literal["decisions", "operator", "weekly"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointment:
    """A schedule: an hour on the wall clock of a zone, on certain days of the week."""

    time: time
    time_zone: tzinfo
    days: tuple[Weekday, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """A digest for everybody who reads it at the same time. ``name`` tells it from all others."""

    name: str
    kind: Kind
    schedule: Appointment
    readers: tuple[Person, ...]


def editions(settings: Settings) -> tuple[Edition, ...]:
    """All digests of a desk; none is without readers, and none without a day."""
    found = (*_of_the_digest(settings), *(_of_a_report(report, settings) for report in settings.reports))
    return tuple(edition for edition in found if edition.readers and edition.schedule.days)


def next_decision(now: datetime, settings: Settings) -> datetime:
    """When project managers next have the requests in front of them: what letters promise, in UTC."""
    moments = (
        next_digest(now, edition.schedule) for edition in editions(settings) if edition.kind == "decisions"
    )
    return min(moments, default=next_digest(now, settings.digest))


def next_edition(now: datetime, settings: Settings) -> datetime:
    """When the next digest of any kind is due, in UTC."""
    moments = (next_digest(now, edition.schedule) for edition in editions(settings))
    return min(moments, default=next_digest(now, settings.digest))


def _of_the_digest(settings: Settings) -> Iterator[Edition]:
    digest = settings.digest
    common = Appointment(time=digest.time, time_zone=digest.time_zone, days=digest.days)
    shared = []
    for person in settings.people_with(*digest.to) or (operator(settings),):
        own = _own_schedule(person, digest, settings)
        if own == common:
            shared.append(person)
        else:
            yield Edition(name=f"{DAILY} {person.email}", kind="decisions", schedule=own, readers=(person,))
    yield Edition(name=DAILY, kind="decisions", schedule=common, readers=tuple(shared))


def _own_schedule(person: Person, digest: Digest, settings: Settings) -> Appointment:
    """The desk's hour by the digest's clock; or the person's own hour, which is by the person's clock."""
    days = digest.days if person.digest_days is None else person.digest_days
    if person.digest_time is None:
        return Appointment(time=digest.time, time_zone=digest.time_zone, days=days)
    zone = person.time_zone or settings.desk.time_zone
    return Appointment(time=person.digest_time, time_zone=zone, days=days)


def _of_a_report(report: Report, settings: Settings) -> Edition:
    zone = report.time_zone or settings.desk.time_zone
    return Edition(
        name=report.name,
        kind=report.kind,
        schedule=Appointment(time=report.time, time_zone=zone, days=report.days),
        readers=settings.people_with(*report.to) if report.to else (operator(settings),),
    )


def operator(settings: Settings) -> Person:
    """The operator as a reader; not in ``[[people]]``, one is known by the address alone."""
    email = settings.operator.email
    return settings.person(email) or Person(name=settings.desk.name, email=email)
