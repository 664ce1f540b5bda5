"""How mail comes in, and how letters leave."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import model_validator

from mailproc.notation import Duration, HostAndPort, HostAndPortOrSocket, Line, Network, Port, Size, between
from mailproc.settings.table import Secret, Table


class Security(StrEnum):
    """How a connection is protected; ``none`` is for loopback only."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


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
