"""What must be right between tables, and outside the file, before anything starts.

A check takes the tables as they were written and complains of what it finds. Adding a check is
adding a function to ``CHECKS``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from mailproc.config.access import ACCESS_CHECKS
from mailproc.config.faults import Complaint, Fault, Location, dotted, shown
from mailproc.config.ladder_checks import hand_overs_go_somewhere, hours_open, the_ladder_can_be_climbed
from mailproc.config.loopback import is_loopback
from mailproc.config.patterns import problem_of_pattern
from mailproc.config.ticket_checks import TICKET_CHECKS
from mailproc.languages import LANGUAGES
from mailproc.reading.form_rules import forms_of
from mailproc.secrets import SecretError, problems_of_place, read_secret
from mailproc.settings import (
    DAILY,
    Delivery,
    Desk,
    Digest,
    Emergency,
    Form,
    Mailbox,
    Mode,
    Operator,
    Organisation,
    Person,
    Procedure,
    Report,
    Secret,
    Security,
    Settings,
    SmtpListener,
    Store,
    Table,
    Team,
    Templates,
    Tickets,
    Updates,
)

if TYPE_CHECKING:
    from pathlib import Path

_Kind = TypeVar("_Kind", bound=Table)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A configuration on its way to Settings: ``data`` as parsed, ``tables`` those that are valid."""

    data: dict[str, Any]
    tables: Mapping[Location, Table]
    base: Path
    environment: Mapping[str, str]

    def each(self, name: str) -> list[tuple[Location, Any]]:
        """The tables of one name with their places, in the order of the file."""
        return [(at, table) for at, table in self.tables.items() if at[0] == name]

    def of(self, kind: type[_Kind]) -> list[tuple[Location, _Kind]]:
        """The tables of a kind with their places, in the order of the file."""
        return [(at, table) for at, table in self.tables.items() if isinstance(table, kind)]

    def value(self, at: Location) -> Any:
        """What is written at a place; None where nothing is."""
        value: Any = self.data
        for part in at:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value


Check = Callable[[Written], Iterable[Complaint]]


def desk_and_operator_are_named(written: Written) -> Iterator[Complaint]:
    """There is no default for who the desk is and who is told when it needs help."""
    for at in (("desk", "address"), ("operator", "email")):
        if written.value(at) is None:
            yield Complaint(at=at, found="nothing", allowed="this key is required")


def plain_text_stays_on_this_machine(written: Written) -> Iterator[Complaint]:
    """Without TLS a password and every mail could be read on the way."""
    for at, table in written.of(Mailbox) + written.of(Delivery):
        is_used = isinstance(table, Mailbox) or table.transport == "smtp"
        if is_used and table.security is Security.NONE and not is_loopback(table.host):
            allowed = f'"tls" or "starttls"; "none" only for this machine, and {table.host} is not'
            yield Complaint(at=(*at, "security"), found='"none"', allowed=allowed)
    for at, hop in _next_hops(written):
        if not is_loopback(hop.rpartition(":")[0]):
            allowed = "a mail server on this machine, which knows the way on"
            yield Complaint(at=at, found=f'"{hop}"', allowed=allowed)


def logins_are_whole(written: Written) -> Iterator[Complaint]:
    """A user without a password or a grant, or the other way round, is a line that was forgotten."""
    for at, delivery in written.of(Delivery):
        has_credential = delivery.password is not None or delivery.oauth2 is not None
        if (delivery.username is not None) != has_credential:
            absent = "username" if has_credential else "password"
            allowed = "username and password (or oauth2), or none of them"
            yield Complaint(at=(*at, absent), found="nothing", allowed=allowed)
    for at, mailbox in written.of(Mailbox):
        if mailbox.password is None and mailbox.oauth2 is None:
            yield Complaint(at=(*at, "password"), found="nothing", allowed="one of password or oauth2")
    for at, user in written.of(Mailbox) + written.of(Delivery):
        if user.password is not None and user.oauth2 is not None:
            yield Complaint(at=(*at, "oauth2"), found="a password too", allowed="one of password or oauth2")


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


def mail_does_not_go_in_circles(written: Written) -> Iterator[Complaint]:
    """A letter sent to our own listener would never leave."""
    ports = {listener.port for _, listener in written.of(SmtpListener)}
    for at, delivery in written.of(Delivery):
        if delivery.transport == "smtp" and is_loopback(delivery.host) and delivery.port in ports:
            allowed = "the port of a mail server, not of this desk's own listener"
            yield Complaint(at=(*at, "port"), found=str(delivery.port), allowed=allowed)
    for at, hop in _next_hops(written):
        if is_loopback(hop.rpartition(":")[0]) and int(hop.rpartition(":")[2]) in ports:
            allowed = "the address of a mail server, not of this desk's own listener"
            yield Complaint(at=at, found=f'"{hop}"', allowed=allowed)


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


def languages_are_known(written: Written) -> Iterator[Complaint]:
    """The desk can write in it."""
    for at, table in written.of(Desk) + written.of(Person):
        if table.language is not None and table.language not in LANGUAGES:
            yield Complaint(at=(*at, "language"), found=f'"{table.language}"', allowed=", ".join(LANGUAGES))


def procedures_choose_what_there_is(written: Written) -> Iterator[Complaint]:
    """A procedure that waits for an unknown organisation, form or address would never apply."""
    known = {
        "organisations": {organisation.name for _, organisation in written.of(Organisation)},
        "forms": {
            rule.form.name for rule in forms_of(Settings(form=tuple(form for _, form in written.of(Form))))
        },
        "roles": {role for _, person in written.of(Person) for role in person.roles},
        "addresses": {address for _, desk in written.of(Desk) for address in (desk.address, *desk.aliases)},
    }
    seen: set[str] = set()
    for at, procedure in written.of(Procedure):
        if procedure.name in seen:
            yield Complaint(
                at=(*at, "name"), found=f'"{procedure.name}" for a second time', allowed="each once"
            )
        seen.add(procedure.name)
        for condition, names in known.items():
            for place, name in enumerate(getattr(procedure, condition)):
                is_plus_part = condition == "addresses" and "@" not in name
                if name not in names and not is_plus_part:
                    allowed = ", ".join(sorted(names)) or f"none, as no {condition} are configured"
                    yield Complaint(at=(*at, condition, place), found=f'"{name}"', allowed=allowed)


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


def the_store_is_one_we_know(written: Written) -> Iterator[Complaint]:
    """SQLite or PostgreSQL."""
    for at, store in written.of(Store):
        if not store.url.startswith(("sqlite:///", "postgresql+psycopg://")):
            allowed = '"sqlite:///var/mailproc.db" or "postgresql+psycopg://user@host/name"'
            yield Complaint(at=(*at, "url"), found=shown(store.url, ("store", "url")), allowed=allowed)


def folders_exist(written: Written) -> Iterator[Complaint]:
    """What is only read must be there; what is written is made when it is needed."""
    for at, path in _template_folders(written):
        if not (written.base / path).is_dir():
            yield Complaint(at=at, found=f'"{path}", which is no folder', allowed="a folder with templates")


def _template_folders(written: Written) -> Iterator[tuple[Location, Path]]:
    for at, templates in written.of(Templates):
        if templates.path is not None:
            yield (*at, "path"), templates.path
    for at, procedure in written.of(Procedure):
        if procedure.brand and procedure.brand.templates is not None:
            yield (*at, "brand", "templates"), procedure.brand.templates


def secret_files_are_private(written: Written) -> Iterator[Complaint]:
    """The file is there and only its owner and group may read it."""
    for at, secret in secrets_of(written.tables):
        if secret.file is not None:
            for problem in problems_of_place(secret, written.base, written.environment):
                yield Complaint(at=(*at, "file"), found=problem.found, allowed=problem.allowed)


def alert_addresses_are_understood(written: Written) -> Iterator[Complaint]:
    """Apprise knows the kind of each alert address; that somebody hears it only ``check`` can show."""
    addresses = [
        ((*at, "alerts", position), address)
        for at, table in written.of(Operator) + written.of(Person) + written.of(Team)
        for position, address in enumerate(table.alerts)
    ]
    if not addresses:
        return
    # Apprise takes 0.1 s to import: not worth it for a desk without such addresses.
    from mailproc.delivery.alerts import parse_problem

    for at, address in addresses:
        try:
            problem = parse_problem(read_secret(address, written.base, written.environment))
        except SecretError:
            continue  # said by secret_files_are_private, or by check_runnable
        if problem:
            yield Complaint(at=at, found=shown(address, at), allowed=problem)


CHECKS: tuple[Check, ...] = (
    *ACCESS_CHECKS,
    desk_and_operator_are_named,
    plain_text_stays_on_this_machine,
    logins_are_whole,
    nothing_stands_twice,
    nobody_writes_to_the_desk,
    mail_does_not_go_in_circles,
    the_digests_have_readers,
    the_digests_can_be_told_apart,
    emergencies_take_their_time,
    languages_are_known,
    procedures_choose_what_there_is,
    reminders_come_before_updates,
    hours_open,
    the_ladder_can_be_climbed,
    hand_overs_go_somewhere,
    ticket_patterns_are_sound,
    *TICKET_CHECKS,
    the_store_is_one_we_know,
    folders_exist,
    secret_files_are_private,
    alert_addresses_are_understood,
)


def check_runnable(
    settings: Settings, file: Path, environment: Mapping[str, str] = os.environ
) -> tuple[Fault, ...]:
    """What ``run`` needs beyond a valid configuration: a way in, and secrets that can be read now."""
    complaints = []
    if not settings.mailbox and settings.smtp is None and settings.lmtp is None:
        allowed = "at least one of [smtp], [lmtp] and [[mailbox]]"
        complaints.append(Complaint(at=(), found="no way for mail to come in", allowed=allowed))
    for at, secret in secrets_of({(): settings}):
        for problem in problems_of_place(secret, settings.base, environment):
            complaints.append(Complaint(at=at, found=problem.found, allowed=problem.allowed))
    return tuple(
        Fault(file=str(file), line=None, key=dotted(c.at), found=c.found, allowed=c.allowed)
        for c in complaints
    )


def advise(settings: Settings) -> tuple[str, ...]:
    """What is allowed, but a desk that people rely on should not have."""
    advice = []
    if not settings.people_with("pm"):
        advice.append('nobody in [[people]] has the role "pm": an emergency would alert nobody')
    if settings.emergency.alert == "duty" and not settings.people_with("duty"):
        advice.append('emergency.alert is "duty" and nobody has that role: every "pm" is called')
    if not settings.operator.alerts:
        advice.append("operator.alerts is empty: while mail is down, the operator hears nothing")
    for name, listener in (("smtp", settings.smtp), ("lmtp", settings.lmtp)):
        if listener is not None and listener.tls is None and not is_loopback(listener.host):
            advice.append(f"{name}.tls is missing: mail comes over the network in plain text")
    if settings.desk.mode is Mode.OBSERVE:
        advice.append('desk.mode is "observe": every letter waits for a person (mailproc outbox)')
    return tuple(advice)


def _next_hops(written: Written) -> Iterator[tuple[Location, str]]:
    """Where ordinary mail is handed on to, as host and port."""
    for at, listener in written.of(SmtpListener):
        if listener.ordinary_mail is None:
            continue
        for key, hop in (("smtp", listener.ordinary_mail.smtp), ("lmtp", listener.ordinary_mail.lmtp)):
            if hop is not None and not hop.startswith("/"):
                yield (*at, "ordinary_mail", key), hop


def secrets_of(tables: Mapping[Location, Any]) -> Iterator[tuple[Location, Secret]]:
    """Every secret in some tables, and in what stands inside them, with its place."""
    for at, value in tables.items():
        if isinstance(value, Secret):
            yield at, value
        elif isinstance(value, Table):
            yield from secrets_of({(*at, key): item for key, item in value})
        elif isinstance(value, tuple):
            yield from secrets_of({(*at, position): item for position, item in enumerate(value)})
