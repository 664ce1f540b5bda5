"""What must be right about tickets: where they are looked up, where they are noted, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from mailproc.config.faults import Complaint, shown
from mailproc.config.patterns import problem_of_pattern
from mailproc.policy.organisations import FREE_MAIL
from mailproc.settings import Desk, Directory, Organisation, Settings, Tickets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.config.checks.written import Check, Written


def free_mail_is_nobodys_domain(written: Written) -> Iterator[Complaint]:
    """Everybody who writes from such a service would belong to the customer, and read of its tickets."""
    for at, organisation in written.of(Organisation):
        for key in ("domains", "partners"):
            for place, domain in enumerate(getattr(organisation, key)):
                if domain in FREE_MAIL:
                    allowed = "a domain of their own; who has free mail is named one by one, by address"
                    yield Complaint(at=(*at, key, place), found=f'"{domain}"', allowed=allowed)


def the_directory_can_be_asked(written: Written) -> Iterator[Complaint]:
    """An address needs a table or a query, and one of them; a query only reads."""
    for at, directory in written.of(Directory):
        sources = [key for key in ("query", "table") if getattr(directory, key) is not None]
        if directory.url is None and sources:
            allowed = f"the address of the database that {sources[0]} is for"
            yield Complaint(at=(*at, "url"), found="nothing", allowed=allowed)
        elif directory.url is not None and len(sources) != 1:
            found = "both query and table" if sources else "neither query nor table"
            yield Complaint(at=(*at, "query"), found=found, allowed="exactly one of query and table")
        if isinstance(directory.url, str) and not _is_database(directory.url):
            allowed = 'an SQLAlchemy address such as "postgresql+psycopg://reader@host/name", or a secret'
            yield Complaint(at=(*at, "url"), found=shown(directory.url, ("store", "url")), allowed=allowed)
        begins = (directory.query or "select").lstrip().lower()
        if not begins.startswith(("select", "with")):
            allowed = "a SELECT with the columns number, status, and what else there is"
            yield Complaint(at=(*at, "query"), found=shown(directory.query, at), allowed=allowed)


def _is_database(url: str) -> bool:
    try:
        make_url(url)
    except ArgumentError:
        return False
    return True


def notes_reach_no_customer(written: Written) -> Iterator[Complaint]:
    """The address that requests are recorded at is the ticket system's: not the desk's, nobody's else."""
    settings = Settings(
        desk=next((desk for _, desk in written.of(Desk)), Desk()),
        organisation=tuple(each for _, each in written.of(Organisation)),
    )
    for at, tickets in written.of(Tickets):
        to = tickets.record_to
        if to is not None and (settings.is_own_address(to) or settings.organisation_of(to)):
            allowed = "the ticket system's own address, not the desk's and no customer's"
            yield Complaint(at=(*at, "record_to"), found=f'"{to}"', allowed=allowed)
        if "{ticket}" not in tickets.record_mark:
            allowed = '"[{ticket}]", where {ticket} stands for the ID'
            yield Complaint(at=(*at, "record_mark"), found=f'"{tickets.record_mark}"', allowed=allowed)


def ticket_patterns_are_sound(written: Written) -> Iterator[Complaint]:
    """One group, the ID, and linear on hostile text."""
    for at, tickets in written.of(Tickets):
        for position, pattern in enumerate(tickets.patterns):
            problem = problem_of_pattern(pattern)
            if problem:
                yield Complaint(
                    at=(*at, "patterns", position),
                    found=f"'{pattern}', {problem}",
                    allowed=r"a regular expression with one group, the ID, of bounded length:"
                    r" '\bHD-(\d{4,8})\b'",
                )
        if tickets.url is not None and "{ticket}" not in tickets.url:
            allowed = '"https://…/{ticket}", where {ticket} stands for the ID'
            yield Complaint(at=(*at, "url"), found="an address without {ticket}", allowed=allowed)


TICKETS: tuple[Check, ...] = (
    ticket_patterns_are_sound,
    free_mail_is_nobodys_domain,
    the_directory_can_be_asked,
    notes_reach_no_customer,
)
