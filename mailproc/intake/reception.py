"""Whose mail a listener takes, and the reply it earns: 250 for what is stored, 451 for any fault."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiosmtpd.smtp import SMTP, Envelope, Session

    from mailproc.intake.certificate import Certificate
    from mailproc.intake.connection import Connection
    from mailproc.intake.limits import Gate, Limits
    from mailproc.intake.logins import Logins
    from mailproc.message.arrival import Arrival
    from mailproc.settings import ListenerTls

log = structlog.get_logger()

TAKEN = "250 2.0.0 Stored"
FAULT = "451 4.3.0 Cannot take the mail at the moment, please try again later"
FULL = "452 4.3.1 No room for the mail at the moment, please try again later"
TOO_LARGE = "552 5.3.4 The mail is larger than this server takes"
NOT_OURS = "550 5.1.1 No such recipient here"


class Reception:
    """What all clients of one listener share: whose mail is taken, within what limits, where it goes."""

    def __init__(
        self,
        *,
        way: str,
        hostname: str,
        max_size: int,
        limits: Limits,
        gate: Gate,
        is_ours: Callable[[str], bool],
        store: Callable[[Arrival], Awaitable[None]],
        certificate: Certificate | None,
        tls: ListenerTls | None,
        logins: Logins | None,
    ) -> None:
        self.way, self.hostname, self.max_size = way, hostname, max_size
        self.limits, self.gate, self.certificate, self.logins = limits, gate, certificate, logins
        self.is_tls_implicit = tls is not None and tls.mode == "implicit"
        self.is_tls_required = tls is not None and tls.required
        self._is_ours, self._store = is_ours, store
        self.dialogues: set[Connection] = set()
        self.storing: set[asyncio.Task[str]] = set()

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Any sender may write to us, the null sender of bounces too."""
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender taken"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Only for us: no relay, and the same answer for every other address."""
        if address.lower() != "postmaster" and not self._is_ours(address):
            return NOT_OURS
        if len(envelope.rcpt_tos) >= self.limits.recipients:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient taken"

    def take(self, arrival: Arrival) -> asyncio.Task[str]:
        """Starts to store a mail. The task goes on when the client has gone, and gives the reply."""
        task = asyncio.get_running_loop().create_task(self._stored(arrival))
        self.storing.add(task)
        task.add_done_callback(self.storing.discard)
        return task

    async def _stored(self, arrival: Arrival) -> str:
        try:
            await self._store(arrival)
        except (Exception, asyncio.CancelledError) as fault:
            log.exception("mail not stored", way=arrival.way, peer=arrival.peer, octets=len(arrival.raw))
            return FULL if is_out_of_room(fault) else FAULT
        return TAKEN


def is_out_of_room(fault: BaseException) -> bool:
    """True where the disk, or what a database may take of it, is full: the fault with its own reply."""
    cause: BaseException | None = getattr(fault, "orig", None) or fault  # what SQLAlchemy has wrapped
    if isinstance(cause, OSError):
        return cause.errno in (errno.ENOSPC, errno.EDQUOT)
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    return getattr(cause, "sqlstate", None) == "53100"  # PostgreSQL's disk_full
