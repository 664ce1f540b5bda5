"""Header fields as text: unfolded, decoded, one line each, and never an exception."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mailproc.message.charset import decode

_FOLD = re.compile(r"[\r\n]+[ \t]*")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
# RFC 2047 §2, with what is seen in the wild: raw blanks and question marks inside the encoded text. The
# text may not run over the start of another encoded-word, which keeps the search linear.
_ENCODED_WORD = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?((?:[^?=]|\?(?!=)|=(?!\?(?!=)))*)\?=")
_BETWEEN = re.compile(r"\s*\Z")
_Q_OCTET = re.compile(rb"=([0-9A-Fa-f]{2})")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
_LONGEST = 60_000


def unfold(raw: str) -> str:
    """One header value on one line (RFC 5322 §2.2.3), with 8-bit octets decoded."""
    value = raw[:_LONGEST]
    if not value.isascii():
        value = decode(value.encode("utf-8", "surrogateescape"), None)[0]
    if "\n" in value or "\r" in value:
        value = _FOLD.sub(" ", value)
    return value.strip()


def decoded(raw: str) -> str:
    """A header value with its encoded-words decoded (RFC 2047); control characters become blanks."""
    value = unfold(raw)
    if "=?" in value:
        value = _decode_words(value)
    return _CONTROL.sub(" ", value).strip() if not value.isprintable() else value


def _decode_words(value: str) -> str:
    """Decodes neighbouring words of one charset together: senders split characters between them."""
    pieces: list[str] = []
    pending, pending_charset, last_end = b"", "", 0
    for match in _ENCODED_WORD.finditer(value):
        between = value[last_end : match.start()]
        charset = match[1].partition("*")[0].lower()  # RFC 2231 §5: a language after the asterisk
        octets = _octets(match[2], match[3])
        if pending and charset == pending_charset and not between.strip():
            pending += octets
        else:
            pieces.append(decode(pending, pending_charset)[0] if pending else "")
            pieces.append(between if not pending or between.strip() else "")
            pending, pending_charset = octets, charset
        last_end = match.end()
    pieces.append(decode(pending, pending_charset)[0] if pending else "")
    pieces.append(value[last_end:])
    return "".join(pieces)


def _octets(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return _Q_OCTET.sub(lambda found: bytes([int(found[1], 16)]), raw.replace(b"_", b" "))
    compact = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    try:
        return base64.b64decode(compact + b"=" * (-len(compact) % 4))
    except binascii.Error:
        return base64.b64decode(compact[:-1])  # one character too many says nothing


def message_ids(value: str | None) -> tuple[str, ...]:
    """The Message-IDs of a field with their angle brackets, in order (RFC 5322 §3.6.4)."""
    return tuple(_MESSAGE_ID.findall(value)) if value else ()


def date_of(value: str | None) -> datetime | None:
    """The date of a field in its own UTC offset (RFC 5322 §3.3), or None where it is none."""
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value[:200])
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    # "-0000" says UTC without a local zone.
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
