"""Puts a letter into the form of a mail: the same letter always makes the same octets."""

from __future__ import annotations

import re
from binascii import b2a_qp
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from mailproc.letters import header
from mailproc.letters.quoting import mailto_start
from mailproc.message.mail import Address

if TYPE_CHECKING:
    from datetime import datetime

    from mailproc.letters.letter import Letter

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
    between = f"\r\n--{boundary}".encode("ascii")
    return b"".join(
        (
            head,
            b"\r\n",
            between,
            _part("plain", letter.text),
            between,
            _part("html", _answered_to(letter.html, sender.email, reply_to)),
            between,
            b"--\r\n",
        )
    )


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
