"""Cuts a text into sentences and words once, so that every later step looks at the same places."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from mailproc.languages import phrases_of_all
from mailproc.reading.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Iterable

# One Japanese or Chinese character counts as a word: such text has no blanks to cut at.
_WORD = r"[^\W\d_\u3005-\u30ff\u3400-\u9fff]+|[\u3005-\u30ff\u3400-\u9fff]|\d+(?:[.,:]\d+)*|[€$£¥%#]"
WORD = re.compile(_WORD)
_WORD_OR_BREAK = re.compile(_WORD + r"|[,;:()\[\]{}–—/|、：；]|(?<=\s)-(?=\s)")
_BREAKS = frozenset(",;:()[]{}–—/|、：；\n-")

LONGEST_SENTENCE = 2_000
"""Characters after which a sentence is cut: nobody says more in one breath."""
LONGEST_ABBREVIATION = 12

_PARAGRAPH = re.compile(r"\n[ \t]*\n|\n(?=[ \t]{0,9}(?:(?:[-*•–+]|\d{1,2}[.)])[ \t]|[^\n:：]{2,40}[:：]))")
# The look behind comes after the first character: the search then skips to such characters at once.
_LATIN_END = r"[.!?…](?<![.!?…][.!?…])[.!?…]*+[\"'”’)\]]*+(?=\s|$)"
_END = re.compile(_LATIN_END)
_END_ANYWHERE = re.compile(_LATIN_END + "|[。！？]")
_LAST_WORD = re.compile(r"[^\s(\[\"']{1,12}\Z")
_SHORT_NUMBER = re.compile(r"\A(?:\d{1,2}\.)?\d{1,2}\Z")
_LETTERS_WITHOUT_MARKS = str.maketrans(
    {"ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th"}
)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence as written, and its words, folded.

    ``breaks`` holds the numbers of the words that follow a comma, a dash, a bracket or the like.
    """

    text: str
    start: int
    words: tuple[str, ...]
    breaks: frozenset[int]

    @cached_property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Where each word begins and ends in ``text``."""
        return tuple([match.span() for match in WORD.finditer(self.text)])

    def between(self, first: int, last: int) -> str:
        """The text from word ``first`` to word ``last``, both included."""
        return " ".join(self.text[self.places[first][0] : self.places[last][1]].split())

    @property
    def flat(self) -> str:
        """The sentence on one line."""
        return " ".join(self.text.split())


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """A word for comparison: lower case, without accents ("Priorité" and "PRIORITE" are one).

    Words that mean another thing without them keep theirs (Italian "è" and "e").
    """
    if word.isascii():
        return word.lower()
    if "\u3005" <= word[0] <= "\u9fff":
        return unicodedata.normalize("NFKC", word)
    lower = word.casefold()
    words, stems = _told_apart()
    if lower in words or lower.startswith(stems):
        return lower
    plain = unicodedata.normalize("NFKD", lower)
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_LETTERS_WITHOUT_MARKS)


@cache
def _told_apart() -> tuple[frozenset[str], tuple[str, ...]]:
    """The words, and the beginnings of words, that keep their accents."""
    told = [word.casefold() for _, word in phrases_of_all("request.language.told_apart")]
    words = frozenset(word for word in told if not word.endswith("~"))
    return words, tuple(word.removesuffix("~") for word in told if word.endswith("~"))


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a text, in order."""
    return tuple(chain.from_iterable([_CUT[chunk][0] for chunk in text.split()]))


def sentences_of(
    text: str, abbreviations: frozenset[str] = frozenset(), known: Iterable[Sentence] = ()
) -> tuple[Sentence, ...]:
    """The sentences of a text; ``abbreviations`` are words whose dot ends none ("Nr", "e.g").

    A sentence that is ``known`` from a longer text is that sentence, with its place there.
    """
    found, by_text = [], {sentence.text.strip(): sentence for sentence in known}
    for start, end in _stretches(text, abbreviations):
        for cut in range(start, end, LONGEST_SENTENCE):
            piece = text[cut : min(end, cut + LONGEST_SENTENCE)]
            sentence = by_text.get(piece.strip()) or _sentence(piece, cut)
            if sentence:
                found.append(sentence)
    return tuple(found)


def _stretches(text: str, abbreviations: frozenset[str]) -> list[tuple[int, int]]:
    """Where sentences begin and end: at blank lines, list items and closing marks."""
    stretches, start = [], 0
    end = _END if "。" not in text and "！" not in text and "？" not in text else _END_ANYWHERE
    for paragraph in [*_PARAGRAPH.finditer(text), None]:
        stop = paragraph.start() if paragraph else len(text)
        for mark in end.finditer(text, start, stop):
            if not _is_abbreviation(text, mark, start, abbreviations):
                stretches.append((start, mark.end()))
                start = mark.end()
        stretches.append((start, stop))
        start = stop
    return stretches


def _is_abbreviation(text: str, mark: re.Match[str], start: int, abbreviations: frozenset[str]) -> bool:
    """True for the dot of "e.g.", "Nr.", an initial, or a day before its month ("2. Mai", "2.5.")."""
    if mark[0] != ".":
        return False
    before = _LAST_WORD.search(text[max(start, mark.start() - LONGEST_ABBREVIATION) : mark.start()])
    if not before:
        return False
    word = before[0]
    if word[-1].isdigit() and _SHORT_NUMBER.match(word):
        following = text[mark.end() : mark.end() + 3].lstrip()
        return bool(following) and (following[0].isalpha() or following[0].isdigit())
    return folded(word) in abbreviations or (len(word) == 1 and word.isalpha() and word.isupper())


def _sentence(text: str, start: int) -> Sentence | None:
    words: list[str] = []
    breaks: set[int] = set()
    for line in text.split("\n"):
        breaks.add(len(words))
        for chunk in line.split():
            said, parted = _CUT[chunk]
            if parted:
                breaks.update([len(words) + place for place in parted])
            words += said
    if not words:
        return None
    return Sentence(text=text, start=start, words=tuple(words), breaks=frozenset(breaks - {0, len(words)}))


def _cut(chunk: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The folded words of a stretch without blanks, and the places in it where something parts them."""
    words: list[str] = []
    breaks: list[int] = []
    for token in _WORD_OR_BREAK.findall(f" {chunk} "):
        if token in _BREAKS:
            breaks.append(len(words))
        else:
            words.append(folded(token))
    return tuple(words), tuple(breaks)


_CUT = Remembered(_cut)
