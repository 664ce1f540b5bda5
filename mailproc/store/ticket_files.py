"""Reads tickets from a CSV file as spreadsheets and ticket systems write them, line by line."""

from __future__ import annotations

import csv
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from mailproc.policy.tickets import Ticket
from mailproc.store.tickets import FIELDS, spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_FIELD = 1_000_000
"""Characters of one field: a description that nobody reads must not break the file off."""

MOST_LINES = 200
"""Lines that one row may go over: a text with line breaks, and not the rest of the file."""

DELIMITERS = ",;\t|"
_EXCEL = re.compile(r'"?sep=([,;\t|])"?[ \t,;]*\n', re.IGNORECASE)

# How systems call their columns, the surest first.
_SPELLINGS = {
    "number": (
        "number",
        "ticket number",
        "ticket id",
        "ticket",
        "case number",
        "issue key",
        "key",
        "id",
        "nr",
        "no",
    ),
    "title": ("title", "subject", "summary", "short description", "name"),
    "status": ("status", "state"),
    "organisation": (
        "organisation",
        "organization",
        "company",
        "customer",
        "client",
        "account",
        "account name",
    ),
    "contact": (
        "contact email",
        "requester email",
        "customer email",
        "email",
        "contact",
        "requester",
        "caller",
    ),
    "category": ("category", "type", "queue"),
    "priority": ("priority",),
    "assignee": ("assignee", "assigned to", "owner", "agent"),
    "url": ("url", "link"),
    "changed_at": (
        "changed at",
        "changed",
        "updated",
        "updated at",
        "last updated",
        "modified",
        "closed at",
        "resolved",
    ),
}
_COLUMN_OF = {spelling: column for column, spellings in _SPELLINGS.items() for spelling in spellings}
_DAY = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d")
_OF_DAY = ("", " %H:%M", " %H:%M:%S")
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A line that was not taken, counted from 1 as an editor counts them, and why."""

    line: int
    why: str


class FileError(ValueError):
    """The file as a whole holds no tickets; the text says why."""


def read_tickets(content: bytes, *, zone: tzinfo = UTC) -> Iterator[Ticket | Fault]:
    """Each line as a ticket, or what is wrong with it; blank lines are nothing.

    Takes UTF-8 and UTF-16 with or without a byte order mark, and Windows-1252; commas, semicolons, tabs or
    bars; Excel's ``sep=;`` line; quoted line breaks. Columns are known by their names, in any order. Times
    without an offset are on the clock of ``zone``. Raises FileError where no column holds ticket numbers.
    """
    text = _decoded(content)
    mark = _EXCEL.match(text)
    lines = [f"{line}\n" for line in text.split("\n")]
    start = 1 if mark else 0
    delimiter = mark[1] if mark else _delimiter(lines)
    try:
        header, length = _parsed(lines, start, delimiter)
    except csv.Error as fault:
        raise FileError(f"no CSV: {fault}") from fault
    columns = _columns(header)
    if "number" not in columns:
        raise FileError(f"no column is called number; the first line holds {', '.join(header) or 'nothing'}")
    return _rows(lines, start + length, delimiter, columns, zone)


def _columns(header: list[str]) -> list[str]:
    """What each column holds, ``""`` for what is not asked for. Of several for one thing the best counts."""
    flat = [_flat(name) for name in header]
    twice = [name for name, count in Counter(flat).items() if count > 1 and name in _COLUMN_OF]
    if twice:
        raise FileError(f"two columns are called {twice[0]}")
    best = {
        column: next((spelling for spelling in spellings if spelling in flat), None)
        for column, spellings in _SPELLINGS.items()
    }
    return [_COLUMN_OF[name] if best.get(_COLUMN_OF.get(name, "")) == name else "" for name in flat]


def _rows(
    lines: list[str], start: int, delimiter: str, columns: list[str], zone: tzinfo
) -> Iterator[Ticket | Fault]:
    seen: dict[str, int] = {}
    while start < len(lines):
        line = start + 1
        try:
            row, length = _parsed(lines, start, delimiter)
        except csv.Error as fault:  # such as a quotation mark that never ends: the next line counts again
            yield Fault(line=line, why=str(fault))
            start += 1
            continue
        start += length
        if not any(field.strip() for field in row):
            continue
        read = _row(row, columns, line, zone)
        if isinstance(read, Ticket):
            key = spelled(read.number)
            if key in seen:
                read = Fault(line=line, why=f"{read.number} stands on line {seen[key]} already")
            seen.setdefault(key, line)
        yield read


def _parsed(lines: list[str], start: int, delimiter: str) -> tuple[list[str], int]:
    """The fields of the row that begins on a line, and over how many lines it goes. Raises csv.Error."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(lines[start : start + MOST_LINES], delimiter=delimiter, strict=True)
    return next(reader, []), max(1, reader.line_num)


def _row(row: list[str], columns: list[str], line: int, zone: tzinfo) -> Ticket | Fault:
    if len(row) != len(columns) and any(field.strip() for field in row[len(columns) :]):
        return Fault(line=line, why=f"{len(row)} fields, where the first line has {len(columns)}")
    told = {column: value.strip() for column, value in zip(columns, row, strict=False) if column}
    if not told.get("number"):
        return Fault(line=line, why="no ticket number")
    changed = told.get("changed_at", "")
    changed_at = _moment(changed, zone) if changed else None
    if changed and changed_at is None:
        return Fault(line=line, why=f"no date that is understood: {changed} (write 2026-11-23 14:30)")
    fields = {name: told.get(name, "") for name in FIELDS}
    return Ticket(number=told["number"], changed_at=changed_at, untold=(), **fields)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return content.decode("latin-1").replace("\r\n", "\n").replace("\0", "")


def _delimiter(lines: list[str]) -> str:
    """The mark that parts the first line into the most fields."""
    first = next((line for line in lines[:20] if line.strip()), "")
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))


def _flat(name: str) -> str:
    return " ".join(_MARKS.sub(" ", name.casefold()).split())


def _moment(written: str, zone: tzinfo) -> datetime | None:
    with suppress(ValueError):
        moment = datetime.fromisoformat(written)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    for day in _DAY:
        for of_day in _OF_DAY:
            with suppress(ValueError):
                return datetime.strptime(written, day + of_day).replace(tzinfo=zone)
    return None
