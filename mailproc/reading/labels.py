"""Finds labelled lines ("Ticket: 48213", "| Level | Emergency |"), in any language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.reading.tongue import all_labels, flat_label

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = re.compile(r"[^\n]*\n?")
DECORATION = re.compile(r"[ \t>*•·\-–_|#+\d.)(]{0,12}")
_COLON = re.compile(r"[:：=|]|\s[-–—]\s|\*\*")
LONGEST_LABEL = 48


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledLine:
    """A line that begins with a known label: what it labels, the value, and the line's place."""

    kind: str
    label: str
    value: str
    start: int
    end: int


def labelled_lines(text: str) -> Iterator[LabelledLine]:
    """The labelled lines of a text. A label alone on its line takes the next line as its value."""
    known, pending = all_labels(), None
    for line in LINE.finditer(text):
        if not line[0].strip():
            continue
        if pending:
            yield LabelledLine(
                kind=known[pending[0]],
                label=pending[1],
                value=_bare(line[0]),
                start=pending[2],
                end=line.end(),
            )
            pending = None
            continue
        start = DECORATION.match(line[0]).end()  # type: ignore[union-attr]
        colon = _COLON.search(line[0], start, start + LONGEST_LABEL)
        if not colon:
            continue
        label = line[0][start : colon.start()]
        flat = flat_label(label)
        if flat not in known:
            continue
        value = _bare(line[0][colon.end() :])
        if not value:
            pending = (flat, label.strip(), line.start())
            continue
        yield LabelledLine(
            kind=known[flat], label=label.strip(), value=value, start=line.start(), end=line.end()
        )


def _bare(value: str) -> str:
    return value.strip(" \t\r\n*_|:：")
