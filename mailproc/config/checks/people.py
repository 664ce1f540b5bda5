"""What must be right about who is who: the desk, its operator, its staff and its customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.config.faults import Complaint, shown
from mailproc.languages import LANGUAGES
from mailproc.settings import Desk, Mailbox, Operator, Organisation, Person, Report, Settings, SmtpListener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.config.checks.written import Check, Written
    from mailproc.config.faults import Location


def desk_and_operator_are_named(written: Written) -> Iterator[Complaint]:
    """There is no default for who the desk is and who is told when it needs help."""
    for at in (("desk", "address"), ("operator", "email")):
        if written.value(at) is None:
            yield Complaint(at=at, found="nothing", allowed="this key is required")


def nothing_stands_twice(written: Written) -> Iterator[Complaint]:
    """Names and addresses that must tell two things apart."""
    claims: list[tuple[Location, str]] = [
        *(((*at, "name"), f"mailbox {box.name}") for at, box in written.of(Mailbox)),
        *(((*at, "email"), f"person {person.email}") for at, person in written.of(Person)),
        *(((*at, "name"), f"report {report.name}") for at, report in written.of(Report)),
        *(((*at, "listen"), f"port {listener.listen}") for at, listener in written.of(SmtpListener)),
    ]
    for at, organisation in written.of(Organisation):
        claims += [((*at, "domains", n), f"domain {d}") for n, d in enumerate(organisation.domains)]
        claims += [((*at, "addresses", n), f"address {a}") for n, a in enumerate(organisation.addresses)]
    seen: set[str] = set()
    for at, claim in claims:
        if claim in seen:
            found = f"{shown(written.value(at), at)} for a second time"
            yield Complaint(at=at, found=found, allowed="each of them once")
        seen.add(claim)


def nobody_writes_to_the_desk(written: Written) -> Iterator[Complaint]:
    """An alert to the desk's own address would come back in as mail."""
    desk = next((table for _, table in written.of(Desk)), Desk())
    settings = Settings(desk=desk)
    for at, who in written.of(Person) + written.of(Operator):
        if written.value((*at, "email")) is not None and settings.is_own_address(who.email):
            allowed = "an address of a person, not the desk's own"
            yield Complaint(at=(*at, "email"), found=f'"{who.email}"', allowed=allowed)


def languages_are_known(written: Written) -> Iterator[Complaint]:
    """The desk can write in it."""
    for at, table in written.of(Desk) + written.of(Person):
        if table.language is not None and table.language not in LANGUAGES:
            yield Complaint(at=(*at, "language"), found=f'"{table.language}"', allowed=", ".join(LANGUAGES))


PEOPLE: tuple[Check, ...] = (
    desk_and_operator_are_named,
    nothing_stands_twice,
    nobody_writes_to_the_desk,
    languages_are_known,
)
