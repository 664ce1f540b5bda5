"""One client's connection: counted from its first octet, and ended when it takes too much of anything."""

from __future__ import annotations

import asyncio
import logging
from asyncio.sslproto import SSLProtocol
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import structlog
from aiosmtpd.smtp import SMTP, TLSSetupException

from mailproc.intake.reception import FAULT, TOO_LARGE

if TYPE_CHECKING:
    from mailproc.intake.reception import Reception

log = structlog.get_logger()
logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the library writes down every word of a client

_FAREWELL = 5.0  # seconds in which a client must take our last words

# The library's own replies, by their text or code, with the enhanced codes of RFC 3463 and nothing echoed.
_REPLIES = {
    "250 OK": "250 2.0.0 OK",
    "221 Bye": "221 2.0.0 Bye",
    "220 Ready to start TLS": "220 2.0.0 Ready to start TLS",
    "454": "454 4.7.0 TLS is not available",
    "500": "500 5.5.2 Command not recognised",
    "501": "501 5.5.4 Syntax error in the command",
    "502": "502 5.5.1 Command not implemented",
    "503": "503 5.5.1 Bad sequence of commands",
    "552": TOO_LARGE,
    "553": "553 5.1.3 Malformed address",
    "555": "555 5.5.4 Parameter not recognised",
}


class Connection(SMTP):
    """The connection of a dialogue: who may have one, for how long, and with what words it ends."""

    line_length_limit = 65_536  # of commands; the lines of a mail are as long as they are

    def __init__(self, reception: Reception) -> None:
        certificate = reception.certificate
        super().__init__(
            reception,
            data_size_limit=reception.max_size,
            # Taken although not every next hop can: a mail refused for an umlaut would be an escalation lost.
            enable_SMTPUTF8=True,
            hostname=reception.hostname,
            ident=reception.way.upper().replace("SMTP", "ESMTP"),
            tls_context=certificate.context() if certificate else None,
            timeout=reception.limits.command_time,
            loop=asyncio.get_running_loop(),
        )
        self.command_size_limits = defaultdict(lambda: 1_024)
        self._reception = reception
        self._limits = reception.limits
        self._peer: str | None = None
        self._admitted = False
        self._deadline: asyncio.TimerHandle | None = None
        self._octets_unanswered = self._replies = self._faults = 0

    @property
    def is_secured(self) -> bool:
        """True once TLS protects what is said."""
        return self._tls_protocol is not None

    @property
    def is_busy(self) -> bool:
        """True while a mail is under way."""
        return bool(self.envelope and self.envelope.rcpt_tos)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Also called a second time, when TLS is there."""
        if self._peer is None:
            self._peer = _address(transport)
            self._admitted = self._reception.gate.enter(self._peer, self.loop.time())
            self._reception.dialogues.add(self)
            self._start_anew()
            if self._reception.is_tls_implicit:
                self._protect(transport)
                return
        self._octets_unanswered = 0
        super().connection_made(transport)
        if self._tls_protocol is not None and self.session is not None:
            self.session.ssl = self._tls_protocol._extra  # the library asks for it when the client has gone

    def connection_lost(self, error: Exception | None) -> None:
        """Gives back what the client had."""
        self._leave()
        super().connection_lost(error)

    def hang_up(self, reply: str) -> None:
        """Says why, and closes the connection."""
        if self.transport is None or self.transport.is_closing():
            return
        self._writer.write(reply.encode() + b"\r\n")
        self.transport.close()
        self.loop.call_later(_FAREWELL, self.transport.abort)  # type: ignore[attr-defined]

    async def push(self, status: Any) -> None:
        """Sends one reply, and ends a dialogue that leads nowhere."""
        reply = _with_enhanced_code(status if isinstance(status, str) else status.decode())
        self._octets_unanswered = 0
        self._replies += 1
        self._faults += reply[0] in "45"
        await super().push(reply)
        if self._faults > self._limits.faults or self._replies > self._limits.idle_commands:
            self.hang_up("421 4.7.0 Too many commands without a mail, goodbye")

    async def handle_exception(self, error: Exception) -> str:
        """Any fault, in any command, is ours and passes (RFC 5321 §4.2.1): never a 5yz, never its text."""
        if not isinstance(error, TLSSetupException):
            log.error("fault in a dialogue", way=self._reception.way, peer=self._peer, exc_info=error)
        return FAULT

    def _protect(self, transport: asyncio.BaseTransport) -> None:
        """TLS from the first octet (RFC 8314 §3). Done here and not by the server, so that clients which
        never shake hands are counted too."""
        if not self._admitted or self.tls_context is None:
            self._leave()
            transport.abort()  # type: ignore[attr-defined]
            return
        shaken: asyncio.Future[None] = self.loop.create_future()
        shaken.add_done_callback(self._hands_shaken)
        self._tls_protocol = SSLProtocol(
            self.loop,
            self,
            self.tls_context,
            shaken,
            server_side=True,
            ssl_handshake_timeout=self._limits.handshake_time,  # type: ignore[arg-type]
        )
        transport.set_protocol(self._tls_protocol)
        self._tls_protocol.connection_made(transport)

    def _hands_shaken(self, shaken: asyncio.Future[None]) -> None:
        """Where that failed, nobody else hears of the connection's end."""
        if shaken.cancelled() or shaken.exception() or self.transport is None:
            self._leave()

    def _leave(self) -> None:
        if self._admitted and self._peer is not None:
            self._admitted = False
            self._reception.gate.leave(self._peer)
        self._reception.dialogues.discard(self)
        if self._deadline:
            self._deadline.cancel()

    async def _handle_client(self) -> None:
        if not self._admitted:
            self.hang_up("421 4.7.0 Too many connections, please try again later")
            return
        try:
            await super()._handle_client()
        except ConnectionError:
            return  # the client is gone; what it brought whole is being stored

    def _timeout_cb(self) -> None:
        self.hang_up("421 4.4.2 Nothing heard for too long, goodbye")

    def _start_anew(self) -> None:
        """Gives the client a fresh allowance: at the start, and for each mail that it brings."""
        self._replies = self._faults = 0
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(
            self._limits.mail_time, self.hang_up, "421 4.4.2 No mail for too long, goodbye"
        )


def _address(transport: asyncio.BaseTransport) -> str:
    peername = transport.get_extra_info("peername")
    return str(peername[0]) if isinstance(peername, tuple) else ""


def _with_enhanced_code(reply: str) -> str:
    if reply in _REPLIES:
        return _REPLIES[reply]
    if reply[0] in "45" and reply[4:6] not in ("4.", "5."):
        return _REPLIES.get(reply[:3], FAULT)
    return reply
