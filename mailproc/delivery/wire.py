"""A mail as it goes over the wire cannot end early, hold a second mail, or bend its envelope."""

from __future__ import annotations

import re

_ENVELOPE_ADDRESS = re.compile(
    r'(?:[^\s<>"@\x00-\x1f\x7f\ud800-\udfff]+|"[^"\\<>\x00-\x1f\x7f\ud800-\udfff]+")'
    r'(?:@[^\s<>"@\x00-\x1f\x7f\ud800-\udfff]+)?'
)


def lines(content: bytes) -> bytes:
    """The content with CRLF as its only line end (RFC 5321 §2.3.8).

    A bare LF is the line end of a mail that was stored on this machine. A bare CR ends no line for
    anybody who follows the standard: it becomes a space, so that it cannot open a header here that was
    none when the mail was checked.
    """
    ends = content.count(b"\r\n")
    if content.count(b"\n") == ends and content.count(b"\r") == ends:
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b" ").replace(b"\n", b"\r\n")


def data(content: bytes) -> bytes:
    """What follows the 354: lines, dots doubled (RFC 5321 §4.5.2), and the final dot."""
    stuffed = lines(content).replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")


def is_envelope_address(address: str) -> bool:
    """True for what may stand between the angle brackets of MAIL and RCPT, the null sender aside."""
    return _ENVELOPE_ADDRESS.fullmatch(address) is not None


def one_line(answer: bytes | str, limit: int = 300) -> str:
    """Another machine's words, fit for a log line and a table: printable, one line, not endless."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    printable = "".join(char if char.isprintable() else " " for char in text[: 4 * limit])
    return " ".join(printable.split())[:limit]
