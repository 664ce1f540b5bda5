"""Sets text in lines of at most 72 columns, for letters that are read as plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH = 72
"""Columns of a line, so that an answer can quote it with room to spare (RFC 3676 §4.2: at most 78)."""

_FIRST_WIDE = "\u1100"
_WIDE = r"\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\U0001f300-\U0003fffd"
_CLOSING = "、。，．・：；？！）」』】〉》ー々"
_PIECE = re.compile(f"[{_WIDE}][{_CLOSING}]*|[^{_WIDE}]+")
_WIDE_CHARACTER = re.compile(f"[{_WIDE}]")


def wrap(text: str, first: str = "", rest: str | None = None) -> str:
    """The text with every line folded; ``first`` and ``rest`` stand before the first and further lines.

    Words longer than a line (links) stay whole. Japanese, Chinese and Korean are folded between
    characters, never before a closing mark.
    """
    rest = first if rest is None else rest
    lines: list[str] = []
    for line in text.split("\n"):
        lines.extend(_fold(line, rest if lines else first, rest))
    return "\n".join(lines)


def _fold(line: str, first: str, rest: str) -> list[str]:
    wide = max(line, default="") >= _FIRST_WIDE
    if len(first) + len(line) * (1 + wide) <= WIDTH:
        return [(first + line).rstrip()]
    lines, current, used = [], first, len(first)
    empty = used
    for space, piece, width in _wide_pieces(line) if wide else _words(line):
        if used > empty and used + len(space) + width > WIDTH:
            lines.append(current)
            current, used, empty = rest, len(rest), len(rest)
        if used > empty:
            current += space
            used += len(space)
        current += piece
        used += width
    return [*lines, current.rstrip()]


# What may stand alone on a line: the space before it, itself, its columns.


def _words(line: str) -> Iterator[tuple[str, str, int]]:
    return ((" ", word, len(word)) for word in line.split(" ") if word)


def _wide_pieces(line: str) -> Iterator[tuple[str, str, int]]:
    for word in line.split(" "):
        for place, piece in enumerate(_PIECE.findall(word)):
            yield "" if place else " ", piece, len(piece) + len(_WIDE_CHARACTER.findall(piece))
