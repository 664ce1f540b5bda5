"""Knows each choice of words by a bit, so that a set of choices is one number, compared at once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST_MISSPELT, LONGEST_MISSPELT = 5, 20
LONGEST_STEM = 40


class Vocabulary:
    """The choices of words that the phrases of a language offer, by what a word may look like."""

    def __init__(self, often_misspelt: Iterable[str] = ()) -> None:
        self._bits: dict[frozenset[str], int] = {}
        self._whole: dict[str, int] = defaultdict(int)
        self._beginning: dict[str, int] = defaultdict(int)
        self._ending: dict[str, int] = defaultdict(int)
        self._inside: dict[str, int] = defaultdict(int)
        self._often_misspelt = tuple(often_misspelt)

    def bit(self, choice: frozenset[str]) -> int:
        """The bit of a choice; it is learnt where it is new."""
        if choice in self._bits:
            return self._bits[choice]
        bit = self._bits[choice] = 1 << len(self._bits)
        for word in choice:
            bare = word.strip("~")
            if word.startswith("~") and word.endswith("~"):
                self._inside[bare] |= bit
            elif word.endswith("~"):
                self._beginning[bare] |= bit
            elif word.startswith("~"):
                self._ending[bare] |= bit
            else:
                self._whole[word] |= bit
        return bit

    def choices(self) -> tuple[frozenset[str], ...]:
        """The choices learnt, in order."""
        return tuple(self._bits)

    def bits_of(self, word: str) -> int:
        """The choices a word fits; a slip of the pen in an often used word is forgiven."""
        if word[0].isdigit():
            return self._whole.get("#", 0) | self._whole.get(word, 0)
        found = self._known(word)
        if found or not SHORTEST_MISSPELT <= len(word) <= LONGEST_MISSPELT:
            return found
        meant = next((right for right in self._often_misspelt if is_slip(word, right)), None)
        return self._known(meant) if meant else 0

    def _known(self, word: str) -> int:
        found = self._whole.get(word, 0)
        for cut in range(1, min(len(word), LONGEST_STEM) + 1):
            found |= self._beginning.get(word[:cut], 0) | self._ending.get(word[-cut:], 0)
        for part, bits in self._inside.items():
            if part in word:
                found |= bits
        return found


def is_slip(written: str, meant: str) -> bool:
    """True for one letter too many, too few, wrong, or two swapped; the first letter is right."""
    if written[0] != meant[0] or abs(len(written) - len(meant)) > 1 or written == meant:
        return False
    same = next((i for i, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), None)
    if same is None:
        return True
    rest, wanted = written[same:], meant[same:]
    return (
        rest[1:] == wanted
        or rest == wanted[1:]
        or rest[1:] == wanted[1:]
        or (rest[2:] == wanted[2:] and rest[:2] == wanted[1::-1])
    )
