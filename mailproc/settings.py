"""The desk's settings as frozen values. Nothing here reads a file, a clock or the environment."""

from __future__ import annotations

from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Discriminator, Tag, model_validator

from mailproc.notation import (
    ClockTime,
    Domain,
    Duration,
    HostAndPort,
    HostAndPortOrSocket,
    Line,
    MailAddress,
    Port,
    Size,
    Zone,
    between,
)


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
    reply_key: Secret | None = None

    @property
    def holds_letters(self) -> bool:
        """True where every letter waits until a person releases it."""
        return self.mode == Mode.OBSERVE


class Operator(Table):
    """``[operator]``: the person who is told when the desk itself needs help."""

    email: MailAddress = "postmaster@example.com"
    alerts: tuple[AlertAddress, ...] = ()


class Store(Table):
    """``[store]``: the database as an SQLAlchemy address, and the folder of the desk's own files."""

    url: str = "sqlite:///var/mailproc.db"
    state: Path = Path("var")


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

    DEFAULT_SIZE: ClassVar[int] = 25_000_000

    listen: HostAndPort
    max_size: Size = DEFAULT_SIZE
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
    connections: Annotated[int, between(1, 50)] = 4
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


class Emergency(Table):
    """``[emergency]``: how long nobody may acknowledge one, and the roles that are told then, in turn."""

    chase_after: Duration = timedelta(minutes=15)
    ladder: tuple[str, ...] = ("pm", "manager")


class Tickets(Table):
    """``[tickets]``: ``patterns`` are regular expressions whose first group is the ID;
    ``url`` is the address of a ticket, with ``{ticket}`` in it; ``prefixes`` win over all others."""

    patterns: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    url: str | None = None


class FormSection(Table):
    """A section of a form. Fewer words than ``least`` are too vague; where ``may_be_none`` is true,
    "none" is an answer. ``synonyms`` are further spellings of the label."""

    label: Line
    synonyms: tuple[Line, ...] = ()
    least: Annotated[int, between(1, 200)] = 1
    may_be_none: bool = False


class Form(Table):
    """``[[form]]``: a form that mail may carry. It is demanded of mail that uses two of its labels,
    of mail to ``support+address@`` for one of ``addresses``, and of people with one of ``roles``."""

    name: Line
    sections: tuple[FormSection, ...]
    addresses: tuple[Line, ...] = ()
    roles: tuple[Line, ...] = ()


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
    emergency: Emergency = Emergency()
    tickets: Tickets = Tickets()
    form: tuple[Form, ...] = ()
    digest: Digest = Digest()
    templates: Templates = Templates()

    @property
    def max_mail_size(self) -> int:
        """The largest mail that is taken on any way, in octets."""
        return max((way.max_size for way in (self.smtp, self.lmtp) if way), default=SmtpListener.DEFAULT_SIZE)

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
