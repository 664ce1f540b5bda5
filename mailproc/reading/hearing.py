"""Hears which languages a text is in, by its words and their letters, as the lexicons spell them.

Every word of a lexicon teaches how its language writes: its three-letter runs for the words no lexicon
holds, its little words by themselves. Accents count: "för" is Swedish, "for" is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from math import log
from typing import TYPE_CHECKING, Any

from mailproc.languages import LANGUAGES, lexicon
from mailproc.reading.sentences import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FALLBACK = "en"
MOST_LANGUAGES = 3
ENOUGH_TO_HEAR = 600
"""Characters from which the language is told."""
NEARLY_AS_LIKELY = 3.0
"""Nats of doubt within which a neighbour is heard as well: it is twenty times less likely."""
NEARLY_AS_LIKELY_A_WORD = 0.25
HINT = 1.5
"""Nats that a hint from outside the text is worth: the thread's language, the desk's."""

_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")
_STEM = re.compile(r"~?[^\W\d_]+~?")
_GROUP = re.compile(r"@\w+")
_SPOKEN = tuple(code for code in LANGUAGES if code != "ja")
"""The languages told apart by letters; kana and kanji tell Japanese at once."""
_LONGEST_CHUNK = 40
"""Characters between two blanks that are listened to: longer ones are addresses of pages."""
_RUN = 3
_UNSEEN = 0.5
_MOST_SEEN = 255
_KNOWN, _LITTLE_WITHOUT_ACCENTS, _LITTLE = 1, 3, 30
"""How often a word counts as met: one of the lexicon, a little word typed without its accents, one as it
is written."""


def languages_heard(text: str, hints: Iterable[str] = ()) -> tuple[str, ...]:
    """The languages a text may be in, the likeliest first, English always among them.

    ``hints`` are codes of languages that something outside the text speaks for; they decide where
    the text leaves doubt. Neighbours that are nearly as likely are heard as well.
    """
    heard = likeliest(text, hints)
    return heard if FALLBACK in heard else (*heard, FALLBACK)


def likeliest(text: str, hints: Iterable[str] = ()) -> tuple[str, ...]:
    """The languages a text may be in, the likeliest first; English where it holds no words."""
    start, hints = text[:ENOUGH_TO_HEAR], tuple(hints)
    if not start.isascii():
        # Kanji alone may be Chinese as well.
        if _KANA.search(start) or ("ja" in hints and _HAN.search(start)):
            return ("ja",)
        start = unicodedata.normalize("NFC", start)
    chunks = list(filter(None, map(_likeness, start.split())))
    if not chunks:
        return next(((code,) for code in hints), (FALLBACK,))
    columns = zip(*chunks, strict=True)
    scores: dict[str, float] = {code: sum(column) for code, column in zip(_SPOKEN, columns, strict=True)}
    for code in hints:
        if code in scores:
            scores[code] += HINT
    # Ties go to the earlier language of the list: English first.
    ranked = sorted(scores, key=lambda code: -scores[code])
    least = scores[ranked[0]] - max(NEARLY_AS_LIKELY, NEARLY_AS_LIKELY_A_WORD * len(chunks))
    return tuple(code for code in ranked[:MOST_LANGUAGES] if scores[code] >= least)


def _likeness(chunk: str) -> tuple[float, ...]:
    """How much like each language a stretch without blanks is; empty where it holds no word."""
    return _likeness_once(chunk[:_LONGEST_CHUNK])


@lru_cache(maxsize=8_000)
def _likeness_once(chunk: str) -> tuple[float, ...]:
    words = [word for word in _WORD.findall(chunk.casefold()) if _habits().may_spell(word)]
    return tuple(map(sum, zip(*map(_likeness_of_word, words), strict=True)))


def _likeness_of_word(word: str) -> tuple[float, ...]:
    """How much like each language a word is, in nats; only differences mean something.

    The runs of a word are not independent of each other: their sum is damped by its length, so that
    no long name outvotes a sentence.
    """
    habits, bare = _habits(), folded(word)
    runs = list(_runs(f" {word} "))
    seen = [habits.runs.get(run, habits.nothing) for run in runs]
    damped = len(runs) ** 0.5
    return tuple(
        sum(habits.logs[each[place]] - total for each in seen) / damped
        + 2 * log(1 + habits.met(place, word, bare))
        for place, total in enumerate(habits.totals)
    )


class _Habits:
    """How the languages spell: their three-letter runs, counted over the words of the lexicons."""

    def __init__(self) -> None:
        written = [set(_STEM.findall(_GROUP.sub(" ", _text(lexicon(code).entries)))) for code in _SPOKEN]
        counts = [_counted("\n".join(map(_edged, words))) for words in written]
        kinds = set().union(*counts)
        self.nothing = bytes(len(_SPOKEN))
        self.runs = {run: bytes(min(count[run], _MOST_SEEN) for count in counts) for run in kinds}
        self.totals = [log(count.total() + _UNSEEN * len(kinds)) for count in counts]
        self.logs = [log(seen + _UNSEEN) for seen in range(_MOST_SEEN + 1)]
        self._known = written
        self._little = [
            {word for phrase in _common(code) for word in _WORD.findall(phrase)} for code in _SPOKEN
        ]
        self._without_accents = [set(map(folded, words)) for words in self._little]

    def may_spell(self, word: str) -> bool:
        """False for a word in letters that no language here is written in."""
        return any(run in self.runs for run in _runs(f" {word} "))

    def met(self, place: int, word: str, bare: str) -> int:
        """How often a word is reckoned to be met in one language."""
        if word in self._little[place]:
            return _LITTLE
        if bare == word and word in self._without_accents[place]:
            return _LITTLE_WITHOUT_ACCENTS
        return _KNOWN if word in self._known[place] else 0


@cache
def _habits() -> _Habits:
    return _Habits()


def _common(code: str) -> Iterator[str]:
    return (phrase.casefold() for phrase in lexicon(code).phrases("request.language.common"))


def _text(node: Any) -> str:
    """All that a lexicon says, in one text."""
    parts: list[str] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            parts.append(each)
        elif isinstance(each, dict):
            waiting += each.values()
        else:
            waiting += each
    return " ".join(parts).casefold()


def _edged(stem: str) -> str:
    """A word of the notation with blanks where it begins and ends: a stem ends nowhere."""
    begins = "" if stem.startswith("~") else " "
    ends = "" if stem.endswith("~") else " "
    return begins + stem.strip("~") + ends


def _counted(text: str) -> Counter[str]:
    """How often each run stands in some lines."""
    counts = Counter(zip(text, text[1:], text[2:], strict=False))
    return Counter({"".join(run): count for run, count in counts.items() if "\n" not in run})


def _runs(word: str) -> Iterator[str]:
    return (word[place : place + _RUN] for place in range(max(1, len(word) - _RUN + 1)))
