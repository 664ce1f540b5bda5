"""Reads the notation in which translators write phrases; ``docs/languages.md`` teaches it.

=============  =====================================================================
``lose``       this word, upper or lower case, with or without accents
``cancel~``    a word that begins so; ``~ausfall`` ends so; ``~fall~`` holds it
``a|b``        one of these; ``out_of`` joins two words into one choice
``very?``      may be missing
``*`` ``**``   up to 4, up to 10 other words (in Japanese: characters)
``#``          a number
``@customer``  any phrase of the group ``customer``
=============  =====================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from mailproc.reading.sentences import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GAPS = {"*": 4, "**": 10}


class BadPhraseError(ValueError):
    """A phrase of a lexicon that breaks the notation; the message names it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One word of a phrase: the words that may stand there, and how many others before it."""

    words: frozenset[str]
    gap: int


_Part = frozenset[str] | int


def phrasings(phrase: str, groups: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Step, ...]]:
    """Every way to say a phrase, word by word. Raises BadPhraseError."""
    for variant in _variants(phrase, groups):
        steps, gap = [], 0
        for part in variant:
            if isinstance(part, int):
                gap = max(gap, part)
            else:
                steps.append(_step(part, gap))
                gap = 0
        if not steps or steps[0].gap or phrase.split()[-1] in GAPS:
            raise BadPhraseError(f"{phrase!r} has to begin and end with a word")
        yield tuple(steps)


@lru_cache(maxsize=10_000)
def _step(words: frozenset[str], gap: int) -> Step:
    """The one step of its kind: phrases share most of theirs."""
    return Step(words=words, gap=gap)


def _variants(phrase: str, groups: Mapping[str, tuple[str, ...]]) -> Iterator[list[_Part]]:
    """The phrase without choices of several words: each such choice is a variant of its own."""
    places = [_choices(part, phrase, groups) for part in phrase.split()]
    for combination in product(*places):
        yield [word for choice in combination for word in choice]


def _choices(part: str, phrase: str, groups: Mapping[str, tuple[str, ...]]) -> list[list[_Part]]:
    """What may stand at one place: the single words together, each run of words by itself."""
    if part in GAPS:
        return [[GAPS[part]]]
    singles: set[str] = set()
    several: list[list[_Part]] = []
    for variant in _alternatives(part.removesuffix("?"), phrase, groups):
        if len(variant) == 1 and isinstance(variant[0], frozenset):
            singles |= variant[0]
        else:
            several.append(variant)
    choices: list[list[_Part]] = [[frozenset(singles)]] if singles else []
    choices += _merged(several)
    if part.endswith("?"):
        choices.append([])
    return choices


def _merged(variants: list[list[_Part]]) -> list[list[_Part]]:
    """Fewer variants that say the same: those that differ in one word are one with a choice there.

    "did not send" and "did not mail" are "did not send|mail". The choices of a phrase multiply, so what
    is saved here is saved many times over.
    """
    for place in range(max(map(len, variants), default=0)):
        others: list[list[_Part]] = []
        words: dict[tuple[tuple[_Part, ...], tuple[_Part, ...]], frozenset[str]] = {}
        for variant in variants:
            part = variant[place] if place < len(variant) else 0
            if isinstance(part, int):
                others.append(variant)
                continue
            around = tuple(variant[:place]), tuple(variant[place + 1 :])
            words[around] = words.get(around, frozenset()) | part
        variants = [*others, *([*before, part, *after] for (before, after), part in words.items())]
    return variants


def _alternatives(part: str, phrase: str, groups: Mapping[str, tuple[str, ...]]) -> Iterator[list[_Part]]:
    for choice in part.split("|"):
        if not choice.startswith("@"):
            words = _pattern_words(choice)
            if not words:
                raise BadPhraseError(f"{phrase!r}: {choice!r} holds no word")
            yield [frozenset((word,)) for word in words]
        elif choice[1:] not in groups:
            raise BadPhraseError(f"{phrase!r}: there is no group {choice[1:]!r}")
        else:
            for member in groups[choice[1:]]:
                yield from _variants(member, groups)


def _pattern_words(choice: str) -> tuple[str, ...]:
    """The words of a choice such as ``out_of`` or ``cancel~``, folded as the text is, ``~`` kept."""
    words = [word for part in choice.split("_") for word in words_of(part)]
    if not words:
        return ()
    words[0] = ("~" if choice.startswith("~") else "") + words[0]
    words[-1] += "~" if choice.endswith("~") else ""
    return tuple(words)
