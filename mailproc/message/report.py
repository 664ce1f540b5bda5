"""Writes the report that tells a sender that their mail was refused for good (RFC 3461, 3464, 6522).

The caller sends it from the null sender, so that nothing answers it (RFC 5321 §4.5.5).
"""

from __future__ import annotations

import hashlib
import quopri
import re
import textwrap
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_LONGEST_REASON = 900
_MOST_HEADERS = 32_000
_LINE = 76
_NOT_PRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f<>@,;:\"()\[\]\\]{1,64}@[^\s\x00-\x1f\x7f<>@,;:\"()\\]{1,255}")
_HOST = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}", re.ASCII)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,990}>")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")

_LETTER = """\
Hello,

your message has not arrived. The mail system that was to take it has
refused it for good, and it will not be tried again:

    Recipient: {recipient}
    Reason:    {reason}

Nobody has read it. Please check the address, or reach the recipient in
another way. If you believe that this is a mistake, write to
{postmaster}: a person reads that.

The headers of your message are attached, so that you can tell which
one it was.

The mail system at {host}
"""


def delivery_report(
    *,
    reporting_mta: str,
    sender: str,
    recipient: str,
    status: str,
    diagnostic: str,
    original: bytes,
    now: datetime,
    message_id: str,
    postmaster: str,
) -> bytes:
    """A report that ``recipient`` was not reached, to ``sender``, as octets with CRLF line ends.

    ``reporting_mta`` is this host's name, ``status`` an enhanced code such as ``5.1.1`` (RFC 3463),
    ``diagnostic`` the server's answer as it came, ``original`` the whole mail, of which the headers go back,
    ``message_id`` has its angle brackets, ``now`` knows its zone. All are taken as hostile: none can add a
    header or a part. Raises ValueError for an address, host, status or Message-ID that is none. The result is
    ASCII unless ``sender`` or ``postmaster`` itself needs SMTPUTF8 (RFC 6531).
    """
    host, code = _checked(_HOST, reporting_mta), _checked(_STATUS, status)
    writer, refused, helper = (_checked(_ADDRESS, address) for address in (sender, recipient, postmaster))
    reason = _one_line(diagnostic) or "the server gave none"
    letter = _LETTER.format(recipient=refused, reason=reason, postmaster=helper, host=host)
    boundary = _boundary(letter.encode(), original)
    parts = (
        _part("text/plain; charset=utf-8", _quoted(letter.encode())),
        _part("message/delivery-status", _fields(host, refused, code, reason, now)),
        _part("text/rfc822-headers", _quoted(_headers_of(original))),
    )
    head = (
        f"From: Mail Delivery System <{helper}>",
        f"To: {writer}",
        "Subject: Your message could not be delivered",
        f"Date: {format_datetime(now)}",
        f"Message-ID: {_checked(_MESSAGE_ID, message_id)}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
    )
    return _lines(*head, "", *(f"--{boundary}\r\n{part}" for part in parts), f"--{boundary}--").encode()


def _checked(form: re.Pattern[str], value: str) -> str:
    if not form.fullmatch(value):
        raise ValueError(f"not fit for the header of a mail: {value!r}")
    return value


def _one_line(words: str) -> str:
    return " ".join(_NOT_PRINTED.sub(" ", words).split())[:_LONGEST_REASON]


def _lines(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in lines)


def _boundary(*contents: bytes) -> str:
    """Derived from what it encloses: nobody can write a text that contains its own digest."""
    return f"=_{hashlib.sha256(b'|'.join(contents)).hexdigest()[:40]}"


def _part(content_type: str, content: str) -> str:
    encoding = "7bit" if content_type.startswith("message/") else "quoted-printable"
    return _lines(f"Content-Type: {content_type}", f"Content-Transfer-Encoding: {encoding}", "", content)


def _quoted(octets: bytes) -> str:
    """Quoted-printable, which may hide any octet a header is broken by (RFC 6522 §4)."""
    encoded = quopri.encodestring(octets.replace(b"\r\n", b"\n")).decode("ascii")
    return encoded.rstrip("\n").replace("\n", "\r\n")


def _fields(host: str, recipient: str, status: str, reason: str, now: datetime) -> str:
    """RFC 3464 §2.2 and §2.3. ``Last-Attempt-Date`` is the moment of the refusal."""
    address = _typed_address(recipient)
    printable = reason.encode("ascii", "replace").decode("ascii")
    diagnostic = textwrap.wrap(f"Diagnostic-Code: smtp; {printable}", _LINE, break_long_words=False)
    return _lines(
        f"Reporting-MTA: dns; {host}",
        "",
        f"Original-Recipient: {address}",
        f"Final-Recipient: {address}",
        "Action: failed",
        f"Status: {status}",
        "\r\n  ".join(diagnostic),
        f"Last-Attempt-Date: {format_datetime(now)}",
    )


def _typed_address(address: str) -> str:
    """The address with its type; letters beyond ASCII as RFC 6533 §3 writes them in seven bits."""
    if address.isascii():
        return f"rfc822; {address}"
    escaped = "".join(sign if sign.isascii() else f"\\x{{{ord(sign):X}}}" for sign in address)
    return f"utf-8; {escaped}"


def _headers_of(original: bytes) -> bytes:
    """The header lines of a mail, whole ones only where there are too many."""
    end = _END_OF_HEADERS.search(original)
    headers = original[: end.start()] if end else original
    if len(headers) > _MOST_HEADERS:
        headers = headers[:_MOST_HEADERS].rpartition(b"\n")[0]
    return headers + b"\n"
