"""The desk's settings as frozen values. Nothing here reads a file, a clock or the environment."""

from __future__ import annotations

from datetime import date, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Discriminator, Tag, model_validator

from mailproc.notation import (
    ClockTime,
    Domain,
    DomainOrAddress,
    Duration,
    HostAndPort,
    HostAndPortOrSocket,
    Interval,
    Line,
    MailAddress,
    Network,
    Port,
    Share,
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

DatabaseAddress = Annotated[
    Annotated[str, Tag("address")] | Annotated[Secret, Tag("secret")],
    Discriminator(lambda value: "address" if isinstance(value, str) else "secret"),
]
"""A database as an SQLAlchemy address, or the secret that holds one."""


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


class OAuth2(Table):
    """``[[oauth2]]``: access to mail servers that a token server grants, by a refresh token, or without one
    by the client's own credentials. ``renew_by`` is the day on which the secret or the grant ends."""

    name: Line
    token_url: Line
    client_id: Line
    client_secret: Secret | None = None
    refresh_token: Secret | None = None
    scope: str = ""
    renew_by: date | None = None


class Mailbox(Table):
    """``[[mailbox]]``: one IMAP folder that is read. It has a password, or the name of an ``[[oauth2]]``."""

    name: Line
    host: Line
    port: Port = 993
    security: Security = Security.TLS
    username: str
    password: Secret | None = None
    oauth2: Line | None = None
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


class ListenerTls(Table):
    """``tls`` of a listener: its certificate chain and key, as PEM files. ``implicit`` speaks TLS from the
    first octet, ``starttls`` offers it; where it is ``required``, no mail is taken without."""

    certificate: Path
    key: Path
    mode: Literal["starttls", "implicit"] = "starttls"
    required: bool = False


class ListenerLimits(Table):
    """``limits`` of a listener: what one address may have at once and a minute, and what all together."""

    connections: Annotated[int, between(1, 10_000)] = 100
    connections_per_address: Annotated[int, between(1, 10_000)] = 10
    connections_per_minute: Annotated[int, between(1, 100_000)] = 60
    mails_per_minute: Annotated[int, between(1, 100_000)] = 60
    all_connections_per_minute: Annotated[int, between(1, 1_000_000)] = 1_000
    all_mails_per_minute: Annotated[int, between(1, 1_000_000)] = 1_000


class SmtpListener(Table):
    """``[smtp]`` and ``[lmtp]``: a listener. ``listen`` is ``host:port``; with ``logins`` only clients that
    log in may bring mail."""

    DEFAULT_SIZE: ClassVar[int] = 25_000_000

    listen: HostAndPort
    max_size: Size = DEFAULT_SIZE
    tls: ListenerTls | None = None
    logins: Secret | None = None
    limits: ListenerLimits = ListenerLimits()
    ordinary_mail: OrdinaryMail | None = None

    @property
    def host(self) -> str:
        """The address to listen on, without brackets."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on."""
        return int(self.listen.rpartition(":")[2])


class Trust(Table):
    """``[trust]``: whose word is taken. ``relays`` are our own mail servers, as addresses or networks: exempt
    from the caps of the listeners, and believed about the address of their client (XCLIENT)."""

    relays: tuple[Network, ...] = ()


class Delivery(Table):
    """``[delivery]``: how letters leave. ``maildir`` writes them to ``path`` instead of sending."""

    transport: Literal["smtp", "maildir"] = "maildir"
    path: Path = Path("var/letters")
    host: Line = "localhost"
    port: Port = 25
    security: Security = Security.STARTTLS
    username: str | None = None
    password: Secret | None = None
    oauth2: Line | None = None
    connections: Annotated[int, between(1, 50)] = 4
    timeout: Duration = timedelta(seconds=60)
    give_up_after: Duration = timedelta(days=5)


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EVERY_DAY: tuple[Weekday, ...] = get_args(Weekday)


class Hours(Table):
    """``[hours]``, and ``hours`` of a person or an organisation: when there is work.

    ``holidays`` is a country (``SE``) or a part of one (``US-TX``), ISO 3166; ``closed`` are further days
    off. An ``end`` at or before ``start`` lies on the next day.
    """

    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    start: ClockTime = time(8)
    end: ClockTime = time(17)
    time_zone: Zone | None = None
    holidays: str | None = None
    closed: tuple[date, ...] = ()


class Person(Table):
    """``[[people]]``: a member of staff. ``roles`` such as ``pm``, ``manager``, ``technician``.

    ``away_until`` is the day on which they are back.
    """

    name: Line
    email: MailAddress
    roles: tuple[str, ...] = ()
    alerts: tuple[AlertAddress, ...] = ()
    language: str | None = None
    time_zone: Zone | None = None
    hours: Hours | None = None
    away_until: date | None = None
    digest_time: ClockTime | None = None
    digest_days: tuple[Weekday, ...] | None = None


class Organisation(Table):
    """``[[organisation]]``: a customer, by mail domains and single addresses. ``partners`` are domains and
    addresses of others who serve it: they may escalate its tickets."""

    name: Line
    domains: tuple[Domain, ...] = ()
    addresses: tuple[MailAddress, ...] = ()
    partners: tuple[DomainOrAddress, ...] = ()
    time_zone: Zone | None = None
    hours: Hours | None = None
    account_manager: MailAddress | None = None


class Policy(Table):
    """``[policy]``: what the rules may be tuned to."""

    cooldown: Duration = timedelta(hours=48)
    require_evidence: bool = False


class Brand(Table):
    """``brand`` of a procedure: how its customers know the desk. What is left out is as in ``[desk]``;
    ``templates`` is a folder whose files come before all others."""

    name: Line | None = None
    phone: str | None = None
    templates: Path | None = None


class Procedure(Table):
    """``[[procedure]]``: rules of their own for some of the mail. A mail falls under the first procedure
    whose every condition holds; in each list one is enough. ``addresses`` are whole addresses, or the part
    behind the plus; ``roles`` are the sender's. What is not set here is as in ``[policy]``."""

    name: Line
    addresses: tuple[Line, ...] = ()
    roles: tuple[Line, ...] = ()
    organisations: tuple[Line, ...] = ()
    forms: tuple[Line, ...] = ()
    cooldown: Duration | None = None
    require_evidence: bool | None = None
    brand: Brand | None = None


class Emergency(Table):
    """``[emergency]``: who is called for one, what follows when nobody acknowledges it, and what is too much.

    ``ladder`` are the roles that are told in turn. More than ``group_above`` calls within ``group_within``
    are told together, at most once in ``group_update``.
    """

    alert: Literal["all", "duty"] = "all"
    chase_after: Duration = timedelta(minutes=15)
    chase_outside_hours: Duration | None = None
    ladder: tuple[str, ...] = ("pm", "manager")
    code_valid_for: Duration = timedelta(hours=24)
    group_above: Annotated[int, between(1, 1_000)] = 5
    group_within: Duration = timedelta(minutes=10)
    group_update: Duration = timedelta(minutes=5)
    stranger_notices: Annotated[int, between(1, 1_000)] = 3
    stranger_within: Duration = timedelta(hours=1)
    misuse_limit: Annotated[int, between(1, 1_000)] = 3
    misuse_within: Duration = timedelta(days=365)


class Updates(Table):
    """``[updates]``: how often the requester is promised news while somebody works on it, for each level.

    Whoever has it is reminded ``remind_before``. ``in_hours`` counts emergencies in the desk's ``[hours]``
    too; Higher Priority always is.
    """

    emergency: Interval = timedelta(hours=2)
    higher_priority: Interval = None
    remind_before: Duration = timedelta(minutes=15)
    in_hours: bool = False


class Debrief(Table):
    """``[debrief]``: what is asked for after an emergency, and how often it is asked for again."""

    post_mortem: bool = True
    chase_every: Duration = timedelta(days=7)
    chases: Annotated[int, between(0, 52)] = 8


class Team(Table):
    """``[team]``: the channel where the team reads of each request, as Apprise addresses."""

    alerts: tuple[AlertAddress, ...] = ()


class Tickets(Table):
    """``[tickets]``: ``patterns`` are regular expressions whose first group is the ID;
    ``url`` is the address of a ticket, with ``{ticket}`` in it; ``prefixes`` win over all others.

    ``record_to`` is the ticket system's mail address: each request is recorded there, under a subject that
    begins with ``record_mark``. ``notifies_from`` are the addresses that its notifications come from.
    """

    patterns: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    url: str | None = None
    record_to: MailAddress | None = None
    record_mark: Line = "[{ticket}]"
    notifies_from: tuple[MailAddress, ...] = ()


TicketField = Literal["category", "priority", "assignee"]


class Directory(Table):
    """``[directory]``: where the desk looks tickets up.

    Without ``url`` that is the desk's own table, once it holds a ticket. ``query`` is a SELECT of all
    tickets, or of the one ``:number``; ``table`` a table or view. Statuses are compared in any case.
    """

    url: DatabaseAddress | None = None
    query: str | None = None
    table: str | None = None
    timeout: Duration = timedelta(seconds=3)
    closed: tuple[Line, ...] = (
        "closed",
        "resolved",
        "solved",
        "done",
        "completed",
        "canceled",
        "cancelled",
        "rejected",
        "merged",
        "deleted",
    )
    requires: tuple[TicketField, ...] = ("category", "priority", "assignee")
    look_back: Duration = timedelta(days=14)
    warranty: Duration = timedelta(days=14)


HandoverReason = Literal["time", "knowledge", "urgency", "permission"]
"""Why technicians hand over (seed 001)."""


class FormSection(Table):
    """A section of a form. Fewer words than ``least`` are too vague; where ``may_be_none`` is true,
    "none" is an answer. ``synonyms`` are further spellings of the label. ``demanded_for`` is the one
    reason of a hand-over that demands the section; without it the section is always demanded."""

    label: Line
    synonyms: tuple[Line, ...] = ()
    least: Annotated[int, between(1, 200)] = 1
    may_be_none: bool = False
    demanded_for: HandoverReason | None = None


class Form(Table):
    """``[[form]]``: a form that mail may carry. It is demanded of mail that uses two of its labels,
    of mail to ``support+address@`` for one of ``addresses``, and of people with one of ``roles``.
    Sections and addresses that are left out are those of the built-in form of that name. ``tier`` is the
    name of the tier that hand-overs by this form go to."""

    name: Line
    sections: tuple[FormSection, ...] = ()
    addresses: tuple[Line, ...] = ()
    roles: tuple[Line, ...] = ()
    tier: str | None = None


class Tier(Table):
    """``[[tier]]``: a rung of the ladder that hand-overs climb, the first one lowest (T2).

    Whoever has one of ``roles`` is of this tier. A hand-over has ``plan`` of working time for a plan and
    ``fix`` for a fix, then it goes to the next tier. ``categories`` of tickets come to this tier at once.
    """

    name: Line
    roles: tuple[Line, ...]
    plan: Duration = timedelta(minutes=30)
    fix: Duration = timedelta(minutes=60)
    categories: tuple[Line, ...] = ()


class Ladder(Table):
    """``[ladder]``: what all tiers have in common. People with one of ``may_override`` may give more time;
    everybody with one of ``at_the_end`` is brought together when all tiers have tried."""

    warn_before: Duration = timedelta(minutes=5)
    may_override: tuple[Line, ...] = ("manager",)
    at_the_end: tuple[Line, ...] = ("manager", "account manager")


class Digest(Table):
    """``[digest]``: the morning letter, once on each of its days, to the named roles.

    ``silent_after`` is how long nothing may be heard of what somebody took on; ``warn_share`` the part of
    all open tickets, 0 to 1, above which too many are escalated.
    """

    time: ClockTime = time(7, 30)
    time_zone: Zone = ZoneInfo("America/Chicago")
    to: tuple[str, ...] = ("pm",)
    days: tuple[Weekday, ...] = EVERY_DAY
    silent_after: Duration = timedelta(hours=48)
    warn_share: Share = 0.2


class Report(Table):
    """``[[report]]``: a further letter that comes on certain days. ``to`` are roles; none, the operator.
    ``time_zone`` is the desk's where it is left out; without ``days`` it never comes."""

    name: Line
    kind: Literal["decisions", "operator", "weekly"]
    to: tuple[str, ...] = ()
    time: ClockTime = time(7, 0)
    time_zone: Zone | None = None
    days: tuple[Weekday, ...] = EVERY_DAY


DAILY = "daily"
"""The name of ``[digest]`` among the digests of a desk."""

REPORTS = (
    Report(name="operator", kind="operator"),
    Report(name="weekly", kind="weekly", to=("manager", "service desk manager"), days=("mon",)),
)
"""The reports of a desk that names none."""


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
    trust: Trust = Trust()
    oauth2: tuple[OAuth2, ...] = ()
    delivery: Delivery = Delivery()
    people: tuple[Person, ...] = ()
    organisation: tuple[Organisation, ...] = ()
    hours: Hours | None = None
    policy: Policy = Policy()
    procedure: tuple[Procedure, ...] = ()
    emergency: Emergency = Emergency()
    updates: Updates = Updates()
    debrief: Debrief = Debrief()
    team: Team = Team()
    tickets: Tickets = Tickets()
    directory: Directory = Directory()
    form: tuple[Form, ...] = ()
    tier: tuple[Tier, ...] = ()
    ladder: Ladder = Ladder()
    digest: Digest = Digest()
    report: tuple[Report, ...] = ()
    templates: Templates = Templates()

    @property
    def max_mail_size(self) -> int:
        """The largest mail that is taken on any way, in octets."""
        return max((way.max_size for way in (self.smtp, self.lmtp) if way), default=SmtpListener.DEFAULT_SIZE)

    def procedure_called(self, name: str) -> Procedure | None:
        """A procedure by its name; None for ``""`` and for one that is gone."""
        return next((each for each in self.procedure if each.name == name), None)

    def policy_of(self, procedure: str) -> Policy:
        """The rules of a procedure, by its name; the common ones where there is none of that name."""
        found = self.procedure_called(procedure)
        if found is None:
            return self.policy
        own = found.model_dump(include=set(Policy.model_fields), exclude_none=True)
        return self.policy.model_copy(update=own)

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports that are written, or those of a desk that names none."""
        return self.report or REPORTS

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
