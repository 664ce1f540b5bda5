"""Reads a mail that somebody passed on as text: who wrote it, to whom, when, about what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailproc.message.mail import Address, Forwarded
from mailproc.message.quotes import header_block, is_quoted, separator
from mailproc.message.sheet import Sheet

if TYPE_CHECKING:
    from mailproc.message.quotes import HeaderBlock

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']{1,64}@[^\s<>()\[\],;:\"']{1,190}")
_MAILTO = re.compile(r"\[?<?mailto:[^\]>\s]*[\]>]?", re.IGNORECASE)
_LOOK_AHEAD = 6


def read_forwarded(text: str) -> Forwarded:
    """The forwarded mail in a stretch of text that begins at its separator or its header lines."""
    sheet = Sheet(_without_quote_marks(text))
    block = _first_block(sheet)
    if block is None:
        return Forwarded(
            sender=None, to=(), subject="", date="", text=_below_separator(sheet), attached=False
        )
    start, found = block
    senders = addresses_in(found.fields.get("from", "") + " " + _continuation(sheet, start))
    return Forwarded(
        sender=senders[0] if senders else _nameless(found),
        to=addresses_in(found.fields.get("to", "")),
        subject=found.fields.get("subject", ""),
        date=found.fields.get("sent", ""),
        text="\n".join(sheet.lines[found.end :]).strip("\n"),
        attached=False,
    )


def addresses_in(text: str) -> tuple[Address, ...]:
    """The addresses of one quoted header line; the name before an address goes with it."""
    found: list[Address] = []
    end = 0
    for match in _ADDRESS.finditer(text[:4000]):
        name = _MAILTO.sub("", text[end : match.start()]).strip(" \t<>[](),;:\"'*")
        name = "" if name.lower() == "mailto" else name
        email = match[0].lower().removeprefix("mailto:").strip(".")
        if not any(address.email == email for address in found):
            found.append(Address(email=email, name=name[:100]))
        end = match.end()
    return tuple(found)


def _nameless(block: HeaderBlock) -> Address | None:
    """Outlook shows colleagues by name only: a sender with a name and no address."""
    name = block.fields.get("from", "").strip(" \"'")
    return Address(email="", name=name[:100]) if name else None


def _continuation(sheet: Sheet, start: int) -> str:
    """The line after "From:", where a wrapped address stands."""
    following = sheet.lines[start + 1] if start + 1 < len(sheet.lines) else ""
    return following if following.lstrip().startswith("<") else ""


def _first_block(sheet: Sheet) -> tuple[int, HeaderBlock] | None:
    index = 0
    for _ in range(_LOOK_AHEAD):
        index = sheet.next_written(index)
        if index >= len(sheet.lines):
            return None
        block = header_block(sheet, index)
        if block is not None:
            return index, block
        index += 1
    return None


def _below_separator(sheet: Sheet) -> str:
    start = sheet.next_written(0)
    if start < len(sheet.lines) and separator(sheet.folded[start]) is not None:
        start += 1
    return "\n".join(sheet.lines[start:]).strip("\n")


def _without_quote_marks(text: str) -> str:
    """Apple Mail quotes what it forwards: one mark is taken off where most lines carry it."""
    lines = text.split("\n")
    written = [line for line in lines if line.strip()]
    if sum(map(is_quoted, written)) * 2 < len(written):
        return text
    return "\n".join(re.sub(r"\A\s*> ?", "", line) for line in lines)
