"""Finds the quoted history: ``>`` lines, "On … wrote:", Outlook's header block, "Original Message"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.message.mail import SetAsideKind
from mailproc.message.vocabulary import bare, vocabulary

if TYPE_CHECKING:
    from mailproc.message.sheet import Sheet

_LONGEST_ATTRIBUTION = 420
_MOST_ATTRIBUTION_LINES = 4
_MOST_BLOCK_LINES = 24
_LABEL = re.compile(r"[*_\s|]{0,6}([^\W\d_][^:：*<>@\d]{0,24}?)[*_\s]{0,4}[:：]")
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,4}[./-] ?\d{1,2}[./-] ?\d{2,4}|\d月")
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?(?:[:.]|h|時)\s?\d\d")
_DIGIT_OR_AT = re.compile(r"[\d@]")
_INDENT = " " * 8
_RULED = re.compile(r"[-–—=_*]{2,}")
_SUBJECT_PREFIX = re.compile(r"\s*([^\W\d_]{1,16})(?:\[\d{1,3}\])?\s?[:：]")


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderBlock:
    """The header lines of a quoted mail: where they end, and their values by field."""

    end: int
    fields: dict[str, str]


def is_quoted(line: str) -> bool:
    """Whether a line carries a quote mark. ``>From`` is how mailboxes escape a line (mbox)."""
    stripped = line.lstrip()
    if not stripped.startswith((">", "＞")):
        return False
    # A line of ">:" is the end of a wrapped attribution ("<anna@example.com" on the line above).
    return not stripped.startswith(">From ") and stripped.rstrip() not in (">:", "> :")


def separator(folded: str) -> SetAsideKind | None:
    """What a line between two mails announces: a forwarded mail, the original of a reply, or nothing."""
    if len(folded) > 160:
        return None
    words = vocabulary()
    core = bare(folded)
    ruled = _RULED.match(folded) is not None
    if core in words.forwarded and (ruled or folded.endswith((":", "："))):
        return SetAsideKind.FORWARD
    if words.forward_intros.of(core) and (ruled or (core in _intros(core) and folded.endswith((":", "：")))):
        return SetAsideKind.FORWARD
    if core in words.original and ruled:
        return SetAsideKind.QUOTE
    # Lotus Notes: "-----Anna Berg/ACME wrote: -----"
    lotus = ruled and folded.endswith("-") and len(core) < 120 and not _DATE.search(core)
    return SetAsideKind.QUOTE if lotus and words.wrote.search(core) else None


def _intros(core: str) -> tuple[str, ...]:
    found = vocabulary().forward_intros.of(core)
    return (found,) if found else ()


def attribution_lines(sheet: Sheet, start: int) -> int:
    """How many lines from ``start`` introduce a quote ("On … Anna wrote:"); 0 where none does."""
    following = sheet.folded[start + 1] if start + 1 < len(sheet.lines) else ""
    if not _may_attribute(sheet.folded[start]) and not following.startswith("<"):
        return 0
    joined = ""
    for count in range(1, _MOST_ATTRIBUTION_LINES + 1):
        index = start + count - 1
        if index >= len(sheet.lines) or not sheet.folded[index] or is_quoted(sheet.lines[index]):
            return 0
        joined = f"{joined} {sheet.folded[index]}".lstrip()
        if len(joined) > _LONGEST_ATTRIBUTION:
            return 0
        if _attributes(joined, quote_follows=_quote_follows(sheet, index + 1)):
            return count
    return 0


def _may_attribute(folded: str) -> bool:
    """A cheap look: an attribution names a day, an address, or ends at once in a colon."""
    return folded.endswith((":", "：")) or _DIGIT_OR_AT.search(folded) is not None


def _quote_follows(sheet: Sheet, index: int) -> bool:
    following = sheet.next_written(index)
    return following < len(sheet.lines) and is_quoted(sheet.lines[following])


def _attributes(text: str, *, quote_follows: bool) -> bool:
    core = text.strip("-–—_* ")
    ends_in_colon = core.endswith((":", "："))
    dated, timed = _DATE.search(core) is not None, _TIME.search(core) is not None
    addressed = "@" in core
    if not ends_in_colon and not (addressed and (dated or timed)):
        return False
    verbs = list(vocabulary().wrote.finditer(core))
    if not verbs:
        # Some programs write only date, name and address: "Tue, 4 Mar 2025, 10:12 Anna <anna@…>:"
        closed = core.endswith((">:", ">：", "):", "> :"))
        return ends_in_colon and addressed and (timed or dated) and (closed or quote_follows)
    verb_ends = len(core) - verbs[-1].end() <= 4
    if not ends_in_colon and not (verb_ends and addressed and (dated or timed)):
        return False
    if not verb_ends and not (dated or timed or addressed):
        return False
    if addressed or (dated and timed):
        return True
    if quote_follows:
        return dated or timed or len(core.split()) <= 10
    return dated and len(core) < 120 and verb_ends and core[:3].strip().isalnum() and "," in core


def header_block(sheet: Sheet, start: int) -> HeaderBlock | None:
    """The header lines of a quoted mail that begin at ``start``, in any language, or None.

    People write "From:" too, so the block must say when or about what, and name an address or a time.
    """
    field = _field_of(sheet.lines[start])
    if field is None:
        return None
    fields: dict[str, str] = {}
    end, index, loose = start, start, 0
    while index < min(len(sheet.lines), start + _MOST_BLOCK_LINES):
        line = _unquoted(sheet.lines[index])
        field = _field_of(line)
        if field is None:
            loose += 1
            if loose > _allowed_loose(sheet, index, fields):
                break
            index += 1
            continue
        if field in fields and field != "cc":
            break  # a second "From:" begins another block
        loose = 0
        fields.setdefault(field, re.split("[:：]", line, maxsplit=1)[1].strip(" *\t"))
        index += 1
        end = index
    return HeaderBlock(end=end, fields=fields) if _is_block(fields, sheet, start, end) else None


def columned_block(sheet: Sheet, start: int) -> int | None:
    """Where the header block of Lotus Notes ends that begins at ``start``: indented, sender and day in a left
    column, the labels "To", "cc" and "Subject" at the right end of their lines or alone. None where none is.
    """
    fields: set[str] = set()
    end = start
    for index in range(start, min(len(sheet.lines), start + _MOST_BLOCK_LINES)):
        line = sheet.lines[index]
        if sheet.folded[index] and not line.startswith(_INDENT):
            break
        label = line.rstrip().rpartition("  ")[2].strip().casefold()
        field = vocabulary().labels.get(label)
        if field:
            fields.add(field)
        if sheet.folded[index]:
            end = index + 1
    text = " ".join(sheet.lines[start:end])
    return end if {"to", "subject"} <= fields and _DATE.search(text) else None


def _allowed_loose(sheet: Sheet, index: int, fields: dict[str, str]) -> int:
    """How many lines without a label may stand between labels: a wrapped list of names, a blank line."""
    if "subject" in fields and len(fields) >= 3:
        return 0
    following = sheet.next_written(index + 1)
    if not sheet.folded[index]:
        return 1 if following < len(sheet.lines) and _field_of(sheet.lines[following]) else 0
    return 3 if len(sheet.lines[index]) < 200 else 0


def _field_of(line: str) -> str | None:
    if ":" not in line[:60] and "：" not in line[:60]:
        return None
    match = _LABEL.match(_unquoted(line))
    return vocabulary().labels.get(" ".join(match[1].casefold().split())) if match else None


def _unquoted(line: str) -> str:
    return line.lstrip("> \t") if line.lstrip().startswith(">") else line


def _is_block(fields: dict[str, str], sheet: Sheet, start: int, end: int) -> bool:
    if "from" not in fields or len(fields) < 2:
        return False
    text = " ".join(sheet.lines[start:end])
    evident = "@" in text or _TIME.search(fields.get("sent", "")) is not None
    if "subject" in fields:
        return len(fields) >= 3 or evident
    return evident and ("sent" in fields or "to" in fields)


def is_forward_subject(subject: str) -> bool:
    """Whether the last prefix a program put before a subject says "forwarded"."""
    match = _SUBJECT_PREFIX.match(subject)
    if match is None:
        return False
    prefix = match[1].casefold()
    words = vocabulary()
    return prefix in words.forward_subjects and prefix not in words.reply_subjects_only
