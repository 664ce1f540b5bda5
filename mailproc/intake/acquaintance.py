"""Who a client is: by a login under TLS, by a trusted relay's word, or by its address alone."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING

import structlog
from aiosmtpd.smtp import MISSING

from mailproc.intake.connection import Connection
from mailproc.intake.xclient import read_xclient

if TYPE_CHECKING:
    from mailproc.intake.logins import Logins
    from mailproc.intake.reception import Reception

log = structlog.get_logger()

_ASKED_NAME, _ASKED_PASSWORD = "VXNlcm5hbWU6", "UGFzc3dvcmQ6"  # "Username:" and "Password:" in base64
_WRONG_LOGINS = 3


class Acquaintance(Connection):
    """A connection whose client may say who it is."""

    def __init__(self, reception: Reception) -> None:
        super().__init__(reception)
        self._told_address: str | None = None
        self._is_logged_in = False
        self._wrong_logins = 0

    @property
    def client_address(self) -> str:
        """Where the mail comes from: the client, or whom a relay tells; "" if unknown."""
        return (self._peer or "") if self._told_address is None else self._told_address

    @property
    def is_relay(self) -> bool:
        """True for a machine of ``[trust] relays``."""
        return self._reception.gate.is_relay(self._peer or "")

    def why_no_mail(self) -> str | None:
        """The reply to a client that may not bring mail, or None."""
        if self._reception.is_tls_required and not self.is_secured:
            return "530 5.7.0 Please say STARTTLS first"
        if self._reception.logins and not (self._is_logged_in or self.is_relay):
            return "530 5.7.0 Please log in first"
        if not self._reception.gate.may_mail(self._peer or "", self.loop.time()):
            return "450 4.7.1 Too many mails in this minute, please try again later"
        return None

    async def smtp_STARTTLS(self, arg: str | None) -> None:  # noqa: N802 - the library's name
        """Begins TLS, once (RFC 3207 §4.2)."""
        if self.is_secured:
            await self.push("503")
            return
        await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str | None) -> None:  # noqa: N802 - the library's name
        """Takes PLAIN and LOGIN (RFC 4954)."""
        logins, refusal = self._reception.logins, self._why_no_login()
        if refusal or logins is None:
            await self.push(refusal or "502")
            return
        said = await self._credentials((arg or "").split())
        if said is None:
            return
        if await self._is_admitted(logins, *said):
            self._is_logged_in = True
            await self.push("235 2.7.0 Logged in")
            return
        self._wrong_logins += 1
        log.warning("login refused", way=self._reception.way, peer=self._peer)
        await self.push("535 5.7.8 Wrong name or password")
        if self._wrong_logins >= _WRONG_LOGINS:
            self.hang_up("421 4.7.0 Too many wrong logins, goodbye")

    async def smtp_XCLIENT(self, arg: str | None) -> None:  # noqa: N802 - the library's name
        """Takes a relay's word on who its client is, and begins anew (Postfix's XCLIENT)."""
        assert self.session is not None
        assert self.envelope is not None
        if not self.is_relay:
            await self.push("550 5.7.0 Not from this address")
            return
        told = None if self.envelope.mail_from else read_xclient(arg or "")
        if told is None:
            await self.push("503" if self.envelope.mail_from else "501")
            return
        if told.address is not None:
            self._told_address = told.address
        self.session.host_name, self.envelope = None, self._create_envelope()
        await self.push(f"220 {self.hostname} {self.__ident__}")

    async def _is_admitted(self, logins: Logins, name: str, password: str) -> bool:
        """Counts each try that does not succeed, also of a client that does not wait for the answer."""
        is_admitted = False
        try:
            is_admitted = await logins.admit(name, password)
        finally:
            if not is_admitted:
                self._reception.gate.failed_to_log_in(self._peer or "", self.loop.time())
        return is_admitted

    def _why_no_login(self) -> str | None:
        assert self.session is not None
        assert self.envelope is not None
        if self._reception.logins is None:
            return "502"
        if not self.is_secured:
            return "538 5.7.11 Please say STARTTLS first"  # RFC 4954 §4: no password in plain text
        if not self.session.extended_smtp or self._is_logged_in or self.envelope.mail_from:
            return "503"
        if not self._reception.gate.may_log_in(self._peer or "", self.loop.time()):
            return "454 4.7.0 Too many wrong logins, please try again later"
        return None

    async def _credentials(self, words: list[str]) -> tuple[str, str] | None:
        """The name and the password as they were said; None once the client was told what is wrong."""
        mechanism = words[0].upper() if words else ""
        initial = words[1] if len(words) > 1 else None
        if mechanism == "LOGIN" and len(words) < 3:
            name = await self._said(_ASKED_NAME, initial)
            password = None if name is None else await self._said(_ASKED_PASSWORD, None)
            return None if name is None or password is None else (name, password)
        if mechanism == "PLAIN" and len(words) < 3:
            plain = await self._said("", initial)
            match plain.split("\0") if plain is not None else ():  # RFC 4616 §2
                case [_, name, password]:
                    return name, password
            if plain is not None:
                await self.push("501 5.5.2 A name and a password could not be read")
            return None
        await self.push("504 5.5.4 PLAIN and LOGIN are taken")
        return None

    async def _said(self, challenge: str, initial: str | None) -> str | None:
        """The initial response (``=`` is an empty one, RFC 4954 §4), or the answer to the challenge."""
        if initial is None:
            answer = await self.challenge_auth(challenge, encode_to_b64=False)
            return None if answer is MISSING else answer.decode("utf-8", "surrogateescape")
        try:
            octets = b64decode("" if initial == "=" else initial, validate=True)
        except (ValueError, binascii.Error):
            await self.push("501 5.5.2 No base64")
            return None
        return octets.decode("utf-8", "surrogateescape")
