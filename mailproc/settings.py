"""The desk's settings as frozen values. Nothing here reads a file, a clock or the environment."""

from __future__ import annotations

import re
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Tag, model_validator

_DURATION = re.compile(r"\s*(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|min|h|d|w)\s*", re.IGNORECASE)
_DURATION_UNITS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SIZE = re.compile(r"\s*(\d{1,12}(?:\.\d{1,3})?)\s*(B|KB|MB|GB)\s*", re.IGNORECASE)
_SIZE_UNITS = {"b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f@<>,;\"]+@[^\s\x00-\x1f\x7f@<>,;\"]+")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:\[\]/@]+):(\d{1,5})", re.IGNORECASE)
_CLOCK_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")

# A validator raises ValueError with what is allowed, so that a fault can say: found …; allowed: ….


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    match = isinstance(value, str) and _DURATION.fullmatch(value)
    if not match:
        raise ValueError('a duration such as "48h", "15m" or "60s"')
    try:
        return timedelta(seconds=float(match[1]) * _DURATION_UNITS[match[2].lower()])
    except OverflowError as error:
        raise ValueError("a duration of a human lifetime at most") from error


def _size(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = isinstance(value, str) and _SIZE.fullmatch(value)
    size = int(float(match[1]) * _SIZE_UNITS[match[2].lower()]) if match else 0
    if size <= 0:
        raise ValueError('a size such as "25 MB" or "500 KB"')
    return size


def _zone(value: Any) -> Any:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, TypeError, AttributeError, OSError) as error:
        raise ValueError('a time zone of the IANA list, such as "Europe/Stockholm"') from error


def _address(value: Any) -> Any:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise ValueError('a mail address such as "support@example.com"')
    return value.lower()


def _domain(value: Any) -> Any:
    if not isinstance(value, str) or not _DOMAIN.fullmatch(value):
        raise ValueError('a domain such as "example.com"')
    return value.lower()


def _clock_time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    match = isinstance(value, str) and _CLOCK_TIME.fullmatch(value)
    if not match:
        raise ValueError('a time of day such as "07:30"')
    return time(int(match[1]), int(match[2]))


def _host_and_port(value: Any) -> Any:
    match = isinstance(value, str) and _HOST_AND_PORT.fullmatch(value)
    if not match or int(match[2]) > 65_535:
        raise ValueError('host and port, such as "127.0.0.1:8025" or "[::1]:8025"')
    return value


def _host_and_port_or_socket(value: Any) -> Any:
    return value if isinstance(value, str) and value.startswith("/") else _host_and_port(value)


def _one_line(value: Any) -> Any:
    # Such words end up in header fields: a line break there would start a new one (RFC 5322 §2.2).
    if not isinstance(value, str) or not value.strip() or _CONTROL.search(value):
        raise ValueError("a text of one line, not empty")
    return value.strip()


def _between(low: int, high: int) -> BeforeValidator:
    def check(value: Any) -> Any:
        number = int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value) else value
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return number

    return BeforeValidator(check)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Size = Annotated[int, BeforeValidator(_size)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
MailAddress = Annotated[str, BeforeValidator(_address)]
Domain = Annotated[str, BeforeValidator(_domain)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
HostAndPort = Annotated[str, BeforeValidator(_host_and_port)]
HostAndPortOrSocket = Annotated[str, BeforeValidator(_host_and_port_or_socket)]
Line = Annotated[str, BeforeValidator(_one_line)]
Port = Annotated[int, _between(1, 65_535)]


class Table(BaseModel):
    """What every table of the configuration has in common: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Mode(StrEnum):
    """``answer`` sends letters; ``observe`` holds every letter for a person."""

    ANSWER = "answer"
    OBSERVE = "observe"


class Security(StrEnum):
    """How a connection is protected; ``none`` is for loopback only."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Secret(Table):
    """Where a secret is read from: exactly one of a file, a variable, or a systemd credential."""

    file: Path | None = None
    env: str | None = None
    credential: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Secret:
        if sum(place is not None for place in (self.file, self.env, self.credential)) != 1:
            raise ValueError("exactly one of file, env or credential")
        return self


AlertAddress = Annotated[
    Annotated[str, Tag("address")] | Annotated[Secret, Tag("secret")],
    Discriminator(lambda value: "address" if isinstance(value, str) else "secret"),
]
"""Where an alert goes that is not mail: an Apprise address, or the secret that holds one."""


class Desk(Table):
    """``[desk]``: who the desk is. ``aliases`` are further addresses that reach it."""

    name: Line = "Support"
    address: MailAddress = "support@example.com"
    aliases: tuple[MailAddress, ...] = ()
    time_zone: Zone = ZoneInfo("UTC")
    language: str = "en"
    mode: Mode = Mode.ANSWER
    phone: str = ""
    intent: Literal["detect", "always"] = "detect"
    stale_after: Duration = timedelta(hours=24)


class Operator(Table):
    """``[operator]``: the person who is told when the desk itself needs help."""

    email: MailAddress = "postmaster@example.com"
    alerts: tuple[AlertAddress, ...] = ()


class Store(Table):
    """``[store]``: the database, as an SQLAlchemy address."""

    url: str = "sqlite:///var/mailproc.db"


class Mailbox(Table):
    """``[[mailbox]]``: one IMAP folder that is read."""

    name: Line
    host: Line
    port: Port = 993
    security: Security = Security.TLS
    username: str
    password: Secret
    folder: str = "INBOX"
    move_handled_to: str = "Escalations"
    poll: Duration = timedelta(seconds=60)


class OrdinaryMail(Table):
    """Where mail that is no escalation is handed on: exactly one of the three. ``smtp`` is a server on
    this machine, and ``lmtp`` too, or its socket."""

    maildir: Path | None = None
    smtp: HostAndPort | None = None
    lmtp: HostAndPortOrSocket | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> OrdinaryMail:
        if sum(way is not None for way in (self.maildir, self.smtp, self.lmtp)) != 1:
            raise ValueError("exactly one of maildir, smtp or lmtp")
        return self


class SmtpListener(Table):
    """``[smtp]`` and ``[lmtp]``: a listener. ``listen`` is ``host:port``."""

    listen: HostAndPort
    max_size: Size = 25_000_000
    ordinary_mail: OrdinaryMail | None = None

    @property
    def host(self) -> str:
        """The address to listen on, without brackets."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on."""
        return int(self.listen.rpartition(":")[2])


class Delivery(Table):
    """``[delivery]``: how letters leave. ``maildir`` writes them to ``path`` instead of sending."""

    transport: Literal["smtp", "maildir"] = "maildir"
    path: Path = Path("var/letters")
    host: Line = "localhost"
    port: Port = 25
    security: Security = Security.STARTTLS
    username: str | None = None
    password: Secret | None = None
    connections: Annotated[int, _between(1, 50)] = 4
    timeout: Duration = timedelta(seconds=60)
    give_up_after: Duration = timedelta(days=5)


class Person(Table):
    """``[[people]]``: a member of staff. ``roles`` such as ``pm``, ``manager``, ``technician``."""

    name: Line
    email: MailAddress
    roles: tuple[str, ...] = ()
    alerts: tuple[AlertAddress, ...] = ()
    language: str | None = None
    time_zone: Zone | None = None


class Organisation(Table):
    """``[[organisation]]``: a customer, by mail domains and single addresses."""

    name: Line
    domains: tuple[Domain, ...] = ()
    addresses: tuple[MailAddress, ...] = ()
    time_zone: Zone | None = None


class Policy(Table):
    """``[policy]``: what the rules may be tuned to."""

    cooldown: Duration = timedelta(hours=48)
    require_evidence: bool = False


class Tickets(Table):
    """``[tickets]``: ``patterns`` are regular expressions whose first group is the ID;
    ``url`` is the address of a ticket, with ``{ticket}`` in it; ``prefixes`` win over all others."""

    patterns: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    url: str | None = None


class Digest(Table):
    """``[digest]``: the morning letter, once per local day, to the named roles."""

    time: ClockTime = time(7, 30)
    time_zone: Zone = ZoneInfo("America/Chicago")
    to: tuple[str, ...] = ("pm",)


class Templates(Table):
    """``[templates]``: a folder whose files replace the shipped ones of the same name."""

    path: Path | None = None


class Settings(Table):
    """The whole configuration. ``base`` is the folder that relative paths start from."""

    base: Path = Path()
    desk: Desk = Desk()
    operator: Operator = Operator()
    store: Store = Store()
    mailbox: tuple[Mailbox, ...] = ()
    smtp: SmtpListener | None = None
    lmtp: SmtpListener | None = None
    delivery: Delivery = Delivery()
    people: tuple[Person, ...] = ()
    organisation: tuple[Organisation, ...] = ()
    policy: Policy = Policy()
    tickets: Tickets = Tickets()
    digest: Digest = Digest()
    templates: Templates = Templates()

    def people_with(self, *roles: str) -> tuple[Person, ...]:
        """Everybody who has one of the roles, in the order of the file."""
        return tuple(person for person in self.people if set(roles) & set(person.roles))

    def person(self, email: str) -> Person | None:
        """The member of staff with this address."""
        return next((person for person in self.people if person.email == email.lower()), None)

    def organisation_of(self, email: str) -> Organisation | None:
        """The organisation an address belongs to: single addresses first, then domains."""
        address, domain = email.lower(), email.lower().rpartition("@")[2]
        for organisation in self.organisation:
            if address in organisation.addresses:
                return organisation
        return next((o for o in self.organisation if domain in o.domains), None)

    def is_own_address(self, email: str) -> bool:
        """True for the desk's addresses, with or without a plus-part (RFC 5233)."""
        local, _, domain = email.lower().rpartition("@")
        bare = f"{local.split('+', 1)[0]}@{domain}"
        return bare == self.desk.address or bare in self.desk.aliases
