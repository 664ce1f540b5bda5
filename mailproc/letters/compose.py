"""Puts a letter into the form of a mail: the same letter always makes the same octets."""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from mailproc.letters import header
from mailproc.letters.quoting import mailto_start
from mailproc.message.mail import Address

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mailproc.letters.letter import Letter, Picture

_PART_HEAD = {
    subtype: f"\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode("ascii")
    for subtype in ("plain", "html")
}
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def compose(
    letter: Letter, *, sender: Address, message_id: str, date: datetime, reply_to: str | None = None
) -> bytes:
    """The mail as octets: text and HTML, CRLF ends, no line above 998 octets (RFC 5322 §2.1.1).

    ``sender`` is the desk. ``message_id`` has its angle brackets, and ``date`` its UTC offset. The
    letter is marked as written by a machine, so that no machine answers it (RFC 3834 §5).
    """
    boundary = f"=_{sha256(message_id.encode('utf-8', 'replace')).hexdigest()[:32]}"
    fields = [
        f"Date: {format_datetime(date)}",
        header.mailbox("From", sender),
        header.mailbox("To", Address(email=letter.to, name=letter.to_name)),
        f"Reply-To: <{header.address(reply_to)}>" if reply_to else "",
        header.text("Subject", letter.subject),
        header.message_ids("Message-ID", (message_id,)),
        header.message_ids("In-Reply-To", (letter.in_reply_to,) if letter.in_reply_to else ()),
        header.message_ids("References", letter.references),
        f"Auto-Submitted: {'auto-replied' if letter.reply else 'auto-generated'}",
        "X-Auto-Response-Suppress: All",
        f"X-Mailproc-Loop: {header.address(sender.email)}",
        f"Content-Language: {letter.language}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
    ]
    head = "\r\n".join(filter(None, fields)).encode("utf-8")
    html = _answered_to(letter.html, sender.email, reply_to)
    if letter.pictures:
        shown = _with_pictures(html, letter.pictures, boundary, sender.domain)
    else:
        shown = _part("html", html)
    return b"".join((head, b"\r\n", _multipart(boundary, (_part("plain", letter.text), shown)), b"\r\n"))


def _multipart(boundary: str, parts: Iterable[bytes]) -> bytes:
    """Parts with their boundary before each and after the last (RFC 2046 §5.1.1)."""
    between = f"\r\n--{boundary}".encode("ascii")
    return b"".join(between + part for part in parts) + between + b"--"


def _with_pictures(html: str, pictures: tuple[Picture, ...], boundary: str, domain: str) -> bytes:
    """HTML together with the pictures it shows (RFC 2387), each by an ID of its own (RFC 2392 §2).

    What people wrote cannot be mistaken for a picture: its quotation marks are escaped.
    """
    related = f"{boundary}.related"
    parts = []
    for picture in pictures:
        content_id = f"{picture.name}.{boundary[2:]}@{domain}"
        html = html.replace(f'src="cid:{picture.name}"', f'src="cid:{content_id}"')
        parts.append(_picture(picture, content_id))
    head = f'\r\nContent-Type: multipart/related; type="text/html";\r\n boundary="{related}"\r\n'
    return head.encode("ascii") + _multipart(related, (_part("html", html), *parts))


def _picture(picture: Picture, content_id: str) -> bytes:
    head = (
        "\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-ID: <{content_id}>\r\n"
        f'Content-Disposition: inline; filename="{picture.name}.png"\r\n\r\n'
    )
    return head.encode("ascii") + encodebytes(picture.png).rstrip().replace(b"\n", b"\r\n")


def _answered_to(html: str, desk: str, reply_to: str | None) -> str:
    """The letter with its buttons writing to the signed address: a new mail has no thread to be known by.

    What people wrote cannot be mistaken for a button: its quotation marks are escaped.
    """
    if not reply_to:
        return html
    plain, signed = (mailto_start(header.address(one)) for one in (desk, reply_to))
    return html.replace(f'href="{plain}', f'href="{signed}')


def _part(subtype: str, content: str) -> bytes:
    """One part, always quoted-printable: its content can then never look like a boundary (RFC 2045 §6.7)."""
    clean = _NOT_TEXT.sub("", content.replace("\r\n", "\n").replace("\r", "\n"))
    ended = clean if clean.endswith("\n") else f"{clean}\n"
    octets = ended.replace("\n", "\r\n").encode("utf-8", "replace")
    return _PART_HEAD[subtype] + b2a_qp(octets, istext=True)
