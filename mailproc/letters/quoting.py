"""Other people's words, fit to be printed: no control characters, of bounded length, never a link."""

from __future__ import annotations

import re
from urllib.parse import quote

# C0 and C1 controls but for line breaks, and the marks that turn the direction of what follows (UAX 9 §2).
_DROPPED = ((0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0x202A, 0x202E), (0x2066, 0x2069), (0xD800, 0xDFFF))
_UNPRINTABLE: dict[int, str | None] = {
    code: None for first, last in _DROPPED for code in range(first, last + 1)
} | {0x09: " ", 0x2028: "\n", 0x2029: "\n"}
_EMPTY_LINES = re.compile(r"\n{3,}")

NAME_LENGTH = 60
LINE_LENGTH = 160
QUOTE_LENGTH = 700
FORM_LENGTH = 4_000


def one_line(text: str, limit: int = LINE_LENGTH) -> str:
    """The text on one line, cut at a word."""
    return _cut(" ".join(text[: 4 * limit].translate(_UNPRINTABLE).split()), limit)


def several_lines(text: str, limit: int = QUOTE_LENGTH) -> str:
    """The text with its line breaks, cut at a word."""
    clean = text[: 4 * limit].replace("\r\n", "\n").replace("\r", "\n").translate(_UNPRINTABLE)
    return _cut(_EMPTY_LINES.sub("\n\n", clean).strip(), limit)


def greeting_name(name: str) -> str:
    """A display name as one would say it, or ``""``: ``Svensson, Anna`` is Anna Svensson.

    What looks like an address or a link is nobody's name.
    """
    clean = one_line(name, 200).strip("'\"")
    if len(clean) > NAME_LENGTH or any(mark in clean for mark in "@/<>{}"):
        return ""
    last, comma, first = clean.partition(", ")
    return f"{first} {last}" if comma and "," not in first else clean


def answer_subject(subject: str) -> str:
    """``Re: …`` once (RFC 5322 §3.6.5), or ``""`` where the mail had no subject."""
    clean = one_line(subject, 180)
    if not clean or clean.lower().startswith(_ANSWER_MARKS):
        return clean
    return f"Re: {clean}"


_ANSWER_MARKS = ("re:", "sv:", "aw:", "antw:", "vs:", "odp:", "res:", "rif:")


def mailto(address: str, *, subject: str, body: str = "") -> str:
    """A link that opens a mail (RFC 6068)."""
    link = f"{mailto_start(address)}{quote(subject, safe='')}"
    return f"{link}&body={quote(body, safe='')}" if body else link


def mailto_start(address: str) -> str:
    """How a link that opens a mail to this address begins."""
    return f"mailto:{quote(address, safe='@+.-_')}?subject="


def ticket_link(pattern: str | None, ticket: str) -> str:
    """The address of a ticket, or ``""``. Nothing but http and https is ever a link."""
    if not pattern or not ticket or not pattern.startswith(("https://", "http://")):
        return ""
    return pattern.replace("{ticket}", quote(ticket, safe=""))


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head, space, _ = text[: limit - 1].rpartition(" ")
    return (head if space and len(head) > limit // 2 else text[: limit - 1]).rstrip() + "…"
