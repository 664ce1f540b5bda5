"""One SMTP or LMTP client: 250 is said only once the mail is on disk, and no fault is told in detail."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from mailproc.intake.acquaintance import Acquaintance
from mailproc.intake.content import Content
from mailproc.intake.reception import FAULT, TAKEN, TOO_LARGE
from mailproc.intake.xclient import ATTRIBUTES
from mailproc.message.arrival import Arrival

if TYPE_CHECKING:
    from mailproc.intake.reception import Reception

BUSY = "421 4.3.1 Too much mail at this moment, please try again later"
_PATH = re.compile(
    r"""<(?:@[^:<>\s"]*:)?                       # a source route is read over (RFC 5321 §4.1.1.3)
        ((?:"(?:[^"\\]|\\.)*"|[^<>\s"@]+)@[^<>\s"@]+  # local part, perhaps quoted, and domain
        |[Pp][Oo][Ss][Tt][Mm][Aa][Ss][Tt][Ee][Rr]
        |)>""",
    re.VERBOSE,
)
NULL_SENDER = "<>"


class Dialogue(Acquaintance):
    """One client. Everything that it can do too often, too long or too large ends the connection."""

    def __init__(self, reception: Reception) -> None:
        super().__init__(reception)
        self._content: Content | None = None
        self._arrived: asyncio.Future[asyncio.Task[str] | None] = self.loop.create_future()

    @property
    def is_busy(self) -> bool:
        """True from DATA until the mail is answered."""
        return self._content is not None or super().is_busy

    def connection_lost(self, error: Exception | None) -> None:
        """Ends what is under way, but never the storing of a mail whose dot has come."""
        self._drop_content()
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

    # The mail

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - the library's name
        """Begins a mail, of those who may bring one (RFC 5321 §4.1.1.2)."""
        if await self.check_helo_needed():
            return
        refusal = self.why_no_mail()
        if refusal:
            await self.push(refusal)
            return
        await super().smtp_MAIL(arg)

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
            self._start_anew()
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
            peer=self.client_address,
        )

    # The words

    async def smtp_EHLO(self, hostname: str | None) -> None:  # noqa: N802 - the library's name
        """Names the extensions (RFC 1870, 2034, 2920, 3207, 4954, 6152, 6531)."""
        if not hostname:
            await self.push("501 5.5.4 EHLO needs a host name")
            return
        assert self.session is not None
        self.envelope = self._create_envelope()
        self.session.extended_smtp = True
        self.session.host_name = hostname
        names = [self.hostname, "PIPELINING", f"SIZE {self.data_size_limit}", "8BITMIME", "SMTPUTF8"]
        if self.tls_context and not self.is_secured:
            names.append("STARTTLS")
        if self._reception.logins and self.is_secured:
            names.append("AUTH PLAIN LOGIN")
        if self.is_relay:
            names.append(f"XCLIENT {' '.join(ATTRIBUTES)}")
        await self.push("\r\n".join([*(f"250-{name}" for name in names), "250 ENHANCEDSTATUSCODES"]))

    async def smtp_VRFY(self, _arg: str | None) -> None:  # noqa: N802 - the library's name
        """Tells nothing (RFC 5321 §7.3)."""
        await self.push("252 2.0.0 Cannot verify; send the mail and see")

    async def smtp_HELP(self, _arg: str | None) -> None:  # noqa: N802 - the library's name
        """Tells nothing about this server."""
        await self.push("214 2.0.0 See RFC 5321")

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
