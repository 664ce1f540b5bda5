"""One SMTP or LMTP client: 250 is said only once the mail is on disk, and no fault is told in detail."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import structlog
from aiosmtpd.smtp import SMTP, TLSSetupException

from mailproc.intake.content import Content
from mailproc.intake.reception import FAULT, TAKEN
from mailproc.message.arrival import Arrival

if TYPE_CHECKING:
    from mailproc.intake.reception import Reception

log = structlog.get_logger()
logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the library writes down every word of a client

BUSY = "421 4.3.1 Too much mail at this moment, please try again later"
TOO_LARGE = "552 5.3.4 The mail is larger than this server takes"

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
_PATH = re.compile(
    r"""<(?:@[^:<>\s"]*:)?                       # a source route is read over (RFC 5321 §4.1.1.3)
        ((?:"(?:[^"\\]|\\.)*"|[^<>\s"@]+)@[^<>\s"@]+  # local part, perhaps quoted, and domain
        |[Pp][Oo][Ss][Tt][Mm][Aa][Ss][Tt][Ee][Rr]
        |)>""",
    re.VERBOSE,
)
NULL_SENDER = "<>"


class Dialogue(SMTP):
    """One connection. Everything that a client can do too often, too long or too large ends it."""

    line_length_limit = 65_536  # of commands; the lines of a mail are as long as they are

    def __init__(self, reception: Reception) -> None:
        super().__init__(
            reception,
            data_size_limit=reception.max_size,
            # Taken although not every next hop can: a mail refused for an umlaut would be an escalation lost.
            enable_SMTPUTF8=True,
            hostname=reception.hostname,
            ident=reception.way.upper().replace("SMTP", "ESMTP"),
            tls_context=reception.tls,
            timeout=reception.limits.command_time,
            loop=asyncio.get_running_loop(),
        )
        self.command_size_limits = defaultdict(lambda: 1_024)
        self._reception = reception
        self._limits = reception.limits
        self._peer: str | None = None
        self._admitted = False
        self._deadline: asyncio.TimerHandle | None = None
        self._content: Content | None = None
        self._arrived: asyncio.Future[asyncio.Task[str] | None] = self.loop.create_future()
        self._octets_unanswered = self._replies = self._faults = 0

    @property
    def is_busy(self) -> bool:
        """True from DATA until the mail is answered."""
        return self._content is not None or bool(self.envelope and self.envelope.rcpt_tos)

    # The connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Also called a second time, when STARTTLS is done."""
        if self._peer is None:
            self._peer = _address(transport)
            self._admitted = self._reception.gate.enter(self._peer)
            self._reception.dialogues.add(self)
            self._expect_mail()
        self._octets_unanswered = 0
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Ends what is under way, but never the storing of a mail whose dot has come."""
        self._drop_content()
        if self._admitted and self._peer is not None:
            self._admitted = False
            self._reception.gate.leave(self._peer)
        self._reception.dialogues.discard(self)
        if self._deadline:
            self._deadline.cancel()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Commands go to the library; a mail is collected here, so that its dot is seen before any EOF."""
        if self._content is not None:
            self._reset_timeout()  # slow but moving is not silent
            data = self._collect(self._content, data)
        self._octets_unanswered += len(data)
        if self._octets_unanswered > self._limits.command_octets:
            self.hang_up("500 5.5.6 Line too long")
        elif data:
            super().data_received(data)

    def hang_up(self, reply: str) -> None:
        """Says why, and closes the connection."""
        if self.transport is None or self.transport.is_closing():
            return
        self._writer.write(reply.encode() + b"\r\n")
        self.transport.close()

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

    def _expect_mail(self) -> None:
        """Gives the client a fresh allowance: at the start, and for each mail that it brings."""
        self._replies = self._faults = 0
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(
            self._limits.mail_time, self.hang_up, "421 4.4.2 No mail for too long, goodbye"
        )

    # The mail

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - the library's name
        """Takes one mail (RFC 5321 §4.1.1.4)."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 No valid recipients")
            return
        if arg:
            await self.push("501 5.5.4 DATA takes no parameter")
            return
        if self._reader._buffer:  # type: ignore[attr-defined]
            # RFC 2920 §3.1: nothing may follow DATA before our 354. Who does so smuggles or is broken.
            self.hang_up("554 5.5.0 Mail sent before it was asked for, goodbye")
            return
        if not self._reception.gate.has_room:
            self.hang_up(BUSY)
            return
        recipients = len(self.envelope.rcpt_tos)
        self._arrived = self.loop.create_future()
        self._content = Content(self._reception.max_size)
        await self.push("354 End the mail with <CRLF>.<CRLF>")
        reply = await self._reply_to(await self._arrived)
        self.envelope = self._create_envelope()
        if reply == TAKEN:
            self._expect_mail()
        await self._answer_mail(reply, recipients)

    async def _answer_mail(self, reply: str, _recipients: int) -> None:
        await self.push(reply)

    async def _reply_to(self, storing: asyncio.Task[str] | None) -> str:
        if storing is None:
            return TOO_LARGE
        done, _ = await asyncio.wait({storing}, timeout=self._limits.store_time)
        return storing.result() if done else FAULT

    def _collect(self, content: Content, data: bytes) -> bytes:
        """Feeds the mail; returns what follows its end."""
        gate, held = self._reception.gate, content.held
        rest = content.feed(data)
        gate.octets_under_way += content.held - held
        if rest is None:
            self._check_bounds(content)
            return b""
        mail = content.mail()
        self._drop_content()
        if not self._arrived.done():
            self._arrived.set_result(None if mail is None else self._store(mail))
        return rest

    def _store(self, mail: bytes) -> asyncio.Task[str]:
        """Starts to store a mail, whose octets are under way until that ends, well or badly."""
        storing = self._reception.take(self._arrival(mail))
        self._reception.gate.hold_until_done(storing, len(mail))
        return storing

    def _check_bounds(self, content: Content) -> None:
        if content.is_hopeless:
            self._drop_content()
            self.hang_up(TOO_LARGE)
        elif not self._reception.gate.has_room and not content.too_large:
            self._drop_content()
            self.hang_up(BUSY)

    def _drop_content(self) -> None:
        if self._content is not None:
            self._reception.gate.octets_under_way -= self._content.held - len(b"\r\n")
            self._content = None

    def _arrival(self, mail: bytes) -> Arrival:
        assert self.envelope is not None
        sender = self.envelope.mail_from or NULL_SENDER
        return Arrival(
            raw=mail,
            way=self._reception.way,
            envelope_from="" if sender == NULL_SENDER else sender,
            envelope_to=tuple(self.envelope.rcpt_tos),
            peer=self._peer or "",
        )

    # The words

    async def push(self, status: Any) -> None:
        """Sends one reply, and ends a dialogue that leads nowhere."""
        reply = _with_enhanced_code(status)
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

    async def smtp_EHLO(self, hostname: str | None) -> None:  # noqa: N802 - the library's name
        """Names the extensions (RFC 1870, 2034, 2920, 3207, 6152, 6531)."""
        if not hostname:
            await self.push("501 5.5.4 EHLO needs a host name")
            return
        assert self.session is not None
        self.envelope = self._create_envelope()
        self.session.extended_smtp = True
        self.session.host_name = hostname
        names = [self.hostname, "PIPELINING", f"SIZE {self.data_size_limit}", "8BITMIME", "SMTPUTF8"]
        if self.tls_context and not self._tls_protocol:
            names.append("STARTTLS")
        await self.push("\r\n".join([*(f"250-{name}" for name in names), "250 ENHANCEDSTATUSCODES"]))

    async def smtp_VRFY(self, _arg: str | None) -> None:  # noqa: N802 - the library's name
        """Tells nothing (RFC 5321 §7.3)."""
        await self.push("252 2.0.0 Cannot verify; send the mail and see")

    async def smtp_HELP(self, _arg: str | None) -> None:  # noqa: N802 - the library's name
        """Tells nothing about this server."""
        await self.push("214 2.0.0 See RFC 5321")

    async def smtp_AUTH(self, _arg: str | None) -> None:  # noqa: N802 - the library's name
        """Nobody logs in here."""
        await self.push("502")

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address of a path and what follows it; an address that cannot be stored is malformed."""
        path = _PATH.match(arg.lstrip())
        if path is None or not path[1].isprintable():
            return None, None
        return path[1] or NULL_SENDER, arg.lstrip()[path.end() :]


class LmtpDialogue(Dialogue):
    """LMTP (RFC 2033): LHLO greets, and each recipient gets an answer of its own."""

    async def smtp_LHLO(self, hostname: str | None) -> None:  # noqa: N802 - the library's name
        """Greets as EHLO does (RFC 2033 §4.1)."""
        await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, _hostname: str) -> None:  # noqa: N802 - the library's name
        """No LMTP command (RFC 2033 §4.1)."""
        await self.push("500")

    async def smtp_EHLO(self, _hostname: str | None) -> None:  # noqa: N802 - the library's name
        """No LMTP command (RFC 2033 §4.1)."""
        await self.push("500")

    async def _answer_mail(self, reply: str, recipients: int) -> None:
        for _ in range(recipients):
            await self.push(reply)


def _address(transport: asyncio.BaseTransport) -> str:
    peername = transport.get_extra_info("peername")
    return str(peername[0]) if isinstance(peername, tuple) else ""


def _with_enhanced_code(reply: str) -> str:
    if reply in _REPLIES:
        return _REPLIES[reply]
    if reply[0] in "45" and reply[4:6] not in ("4.", "5."):
        return _REPLIES.get(reply[:3], FAULT)
    return reply
