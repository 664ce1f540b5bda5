"""Tells on which line of a TOML text each key and each item of a list begins.

The standard library's parser keeps no positions. This walk takes a text that ``tomllib`` has already
accepted (TOML 1.0), so it only has to find its way through it, not to judge it.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailproc.config.faults import Location

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r"""
    \"{3} (?:[^\\]|\\.)*? \"{3} \"{0,2}      # a closing quote may have two of the text's own before it
    | '{3} .*? '{3} '{0,2}
    | " (?:[^"\\\n]|\\.)* "
    | ' [^'\n]* '
    """,
    re.VERBOSE | re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> dict[Location, int]:
    """The first line, counted from 1, of every table, key and list item of a valid TOML text."""
    walk = _Walk(text)
    walk.document()
    return walk.lines


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Location, int] = {}
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._items: dict[Location, int] = {}

    def document(self) -> None:
        table: Location = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self._next("[["):
                table = self._table_of_a_list()
            elif self._next("["):
                table = self._inside(self._dotted_key())
                self._note_all(table)
                self._expect("]")
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _table_of_a_list(self) -> Location:
        *outer, name = self._dotted_key()
        place = (*self._inside(tuple(outer)), name)
        self._note_all(place)
        self._items[place] = self._items.get(place, 0) + 1
        table = (*place, self._items[place] - 1)
        self._note_all(table)
        self._expect("]]")
        return table

    def _inside(self, keys: Location) -> Location:
        """The table a header means: below a list of tables it is the last of them."""
        place: Location = ()
        for key in keys:
            place = (*place, key)
            if place in self._items:
                place = (*place, self._items[place] - 1)
        return place

    def _pair(self, table: Location) -> None:
        place = (*table, *self._dotted_key())
        self._note_all(place)
        self._expect("=")
        self._value(place)

    def _value(self, place: Location) -> None:
        if self._next("["):
            self._list(place)
        elif self._next("{"):
            while not self._next("}"):
                self._pair(place)
                self._next(",")
        elif string := _STRING.match(self.text, self.at):
            self.at = string.end()
        else:
            self._skip(_SCALAR)

    def _list(self, place: Location) -> None:
        position = 0
        while not self._next("]"):
            self._note_all((*place, position))
            self._value((*place, position))
            self._next(",")
            position += 1

    def _dotted_key(self) -> Location:
        keys: list[str | int] = []
        while True:
            self._skip(_BLANK)
            written = self._skip(_KEY)
            keys.append(_unquoted(written) if written[:1] in {'"', "'"} else written)
            if not self._next("."):
                return tuple(keys)

    def _note_all(self, place: Location) -> None:
        line = bisect_left(self._breaks, self.at) + 1
        for length in range(1, len(place) + 1):
            self.lines.setdefault(place[:length], line)

    def _next(self, mark: str) -> bool:
        """Steps over blanks, and over the mark if it is what follows."""
        self._skip(_BLANK)
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        self._skip(_BLANK)
        return True

    def _expect(self, mark: str) -> None:
        if not self._next(mark):
            raise ValueError(f"no {mark} at {self.at}: the text is no valid TOML")

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if not match:
            raise ValueError(f"nothing to read at {self.at}: the text is no valid TOML")
        self.at = match.end()
        return match[0]


def _unquoted(written: str) -> str:
    return str(tomllib.loads(f"key = {written}")["key"])
