"""What each answer of the next hop means for the letter; after the final dot nothing is repeated."""

from __future__ import annotations

import smtplib
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from mailproc.delivery.opening import Interrupted
from mailproc.delivery.parcel import DeliveryOutcome, Parcel, Permanent, Sent, Transient
from mailproc.delivery.wire import data, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSING = 421
# Bad order of commands, login needed, refused or too weak (RFC 4954 §6, RFC 5321 §4.2.2): our session
# is at fault, and another letter would be refused just as well.
_OUR_FAULT = frozenset({503, 530, 534, 535, 538})
# The server may examine the whole mail before it answers the dot, and giving up too early makes a
# second copy. RFC 5321 §4.5.3.2.6 would wait for ten minutes; but a wait that outlasts the outbox's
# claim on the letter makes that copy too, so this one stays within it: two minutes by default.
_PATIENCE_AFTER_THE_DOT = 2
# A send is given up when this many octets do not leave within the timeout, so that a large mail on a
# slow line is not cut off as long as it moves.
_BLOCK = 256 * 1024
_FAREWELL = 2.0


class Conversation:
    """An open connection to one server, for one mail after the other.

    ``is_over`` is true once nothing more may be said on it. Not for two threads at once.
    """

    def __init__(self, client: smtplib.SMTP, *, timeout: float) -> None:
        self._client = client
        self._timeout = timeout
        self._silent_since = time.monotonic()
        self.is_over = False
        if client.sock is not None and client.sock.family != getattr(socket, "AF_UNIX", None):
            # The last piece of a mail must not wait for the receipt of the piece before it (RFC 896).
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def silent_for(self) -> float:
        """Seconds since the last mail on this connection."""
        return time.monotonic() - self._silent_since

    def hand_over(self, parcel: Parcel) -> DeliveryOutcome:
        """Offers one mail. Raises Interrupted when the connection ended before the final dot."""
        self._silent_since = time.monotonic()
        try:
            refusal = self._offer(parcel)
            if refusal is not None:
                return refusal
            self._send(data(parcel.content))
        except OSError as error:  # smtplib's own errors are OSErrors too
            self.hang_up()
            raise Interrupted(said(error)) from error
        return self._answer_to_the_dot()

    def is_alive(self) -> str | None:
        """Asks with NOOP: None, or what is wrong."""
        try:
            code, answer = self._client.docmd("NOOP")
        except OSError as error:
            self.hang_up()
            return said(error)
        return None if code == 250 else f"NOOP answered {code} {one_line(answer)}"

    def say_goodbye(self) -> None:
        """Ends the connection politely, if that takes no time."""
        with suppress(OSError):
            self._be_patient(min(_FAREWELL, self._timeout))
            self._client.quit()
        self.hang_up()

    def hang_up(self) -> None:
        """Ends the connection at once."""
        self.is_over = True
        with suppress(OSError):
            self._client.close()

    def _offer(self, parcel: Parcel) -> DeliveryOutcome | None:
        """MAIL, RCPT, DATA; None when the server waits for the content."""
        parameters, missing = self._parameters(parcel)
        if missing is not None:
            return missing
        for command, wanted in (
            (f"MAIL FROM:<{parcel.sender}>{parameters}", 2),
            (f"RCPT TO:<{parcel.recipient}>", 2),
            ("DATA", 3),
        ):
            code, answer = self._client.docmd(command)
            if code // 100 == wanted:
                continue
            if code == _CLOSING:
                self.hang_up()
                raise Interrupted(f"{command[:4]} answered {code} {one_line(answer)}")
            refusal = self._refusal(command[:4], code, answer)
            if command[:4] != "MAIL":
                self._reset()  # a refused MAIL has opened no transaction
            return refusal
        return None

    def _parameters(self, parcel: Parcel) -> tuple[str, Permanent | None]:
        offered = self._client.has_extn
        parameters = f" SIZE={len(parcel.content)}" if offered("size") else ""
        if offered("8bitmime") and not parcel.content.isascii():
            parameters += " BODY=8BITMIME"  # RFC 6152 §2
        if (parcel.sender + parcel.recipient).isascii():
            return parameters, None
        if offered("smtputf8"):
            return parameters + " SMTPUTF8", None  # RFC 6531 §3.4
        return "", Permanent(
            detail="the server does not take addresses with letters outside ASCII (no SMTPUTF8)"
        )

    def _send(self, content: bytes) -> None:
        if self._client.sock is None:
            raise smtplib.SMTPServerDisconnected("connection closed")
        for block in _blocks(content):
            self._client.sock.sendall(block)

    def _answer_to_the_dot(self) -> DeliveryOutcome:
        """From here on the server may hold the mail: a missing answer is a doubt, not a refusal."""
        try:
            self._be_patient(self._timeout * _PATIENCE_AFTER_THE_DOT)
            code, answer = self._client.getreply()
            self._be_patient(self._timeout)
        except OSError:
            self.hang_up()
            return Transient(detail="no answer after the final dot")
        if code // 100 == 2:
            return Sent(detail=f"{code} {one_line(answer)}")
        return self._refusal("the final dot", code, answer)

    def _refusal(self, step: str, code: int, answer: bytes) -> Transient | Permanent:
        detail = f"{step} answered {code} {one_line(answer)}"
        if code // 100 == 5 and code not in _OUR_FAULT:
            return Permanent(detail=detail)
        if code // 100 != 4 or code == _CLOSING:
            self.hang_up()
        return Transient(detail=detail)

    def _be_patient(self, seconds: float) -> None:
        if self._client.sock is not None:
            self._client.sock.settimeout(seconds)

    def _reset(self) -> None:
        if self.is_over:
            return
        try:
            code, _ = self._client.docmd("RSET")
        except OSError:
            code = 0
        if code != 250:
            self.hang_up()


def said(error: Exception) -> str:
    """The words for a connection that failed: the server's answer, or the fault."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the server answered {error.smtp_code} {one_line(error.smtp_error)}"
    return one_line(str(error)) or type(error).__name__


def _blocks(content: bytes) -> Iterator[bytes | memoryview]:
    if len(content) <= _BLOCK:
        yield content
        return
    view = memoryview(content)
    for start in range(0, len(content), _BLOCK):
        yield view[start : start + _BLOCK]
