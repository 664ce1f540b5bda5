"""A text as the speakers of some languages understand it: every phrase of theirs in it, found once."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from mailproc.reading.hearing import FALLBACK, likeliest
from mailproc.reading.labels import labelled_lines
from mailproc.reading.sentences import sentences_of
from mailproc.reading.supposition import real
from mailproc.reading.tongue import Tongue, speakers_of_words, tongue

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailproc.reading.labels import LabelledLine
    from mailproc.reading.phrases import Match
    from mailproc.reading.sentences import Sentence

WORDS_OF_A_TERM = 2
_OF_AN_ENGLISH_SENTENCE = (
    "evidence.",
    "excuses.",
    "misuse.",
    "intent.with_ticket",
    "intent.urgency",
    "intent.wish",
    "intent.ordinary",
)
"""English that counts for nothing in a mail of another language, unless the sentence is English."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A stretch of a mail, cut into sentences, with every phrase found in it."""

    place: str
    text: str
    tongues: tuple[Tongue, ...]
    taken_from: Passage | None = None
    """The longer passage this one is a part of; what was found there is not looked for again."""

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences, in order."""
        known = self.taken_from.sentences if self.taken_from else ()
        return sentences_of(self.text, self._all(lambda tongue: tongue.abbreviations), known)

    @cached_property
    def common(self) -> frozenset[str]:
        """The little words of the languages heard."""
        return self._all(lambda tongue: tongue.common)

    @cached_property
    def number_words(self) -> frozenset[str]:
        """What may stand between "ticket" and its number."""
        return self._all(lambda tongue: tongue.number_words) | {"#"}

    @cached_property
    def joining(self) -> frozenset[str]:
        """What joins the numbers of a list."""
        return self._all(lambda tongue: tongue.joining)

    @cached_property
    def money(self) -> frozenset[str]:
        """Currencies, as written beside an amount."""
        return self._all(lambda tongue: tongue.money)

    @cached_property
    def units(self) -> frozenset[str]:
        """Units and counters, as written behind a number."""
        return self._all(lambda tongue: tongue.units)

    @cached_property
    def negations(self) -> frozenset[str]:
        """Words such as "not" and "nothing"."""
        return self._all(lambda tongue: tongue.negations)

    @cached_property
    def turns(self) -> frozenset[str]:
        """The words after which a new thought begins."""
        return self._all(lambda tongue: tongue.turns)

    def is_hollow(self, word: str) -> bool:
        """True for a word that gives no reason in such a mail: "please", "ticket", "urgent"."""
        return any(spoken.phrases.is_one_of("motivation.hollow", word) for spoken in self.tongues)

    def is_faint(self, word: str) -> bool:
        """True for a word that asks for nothing by itself: "now", "already", "thanks", little words."""
        return word in self.common or any(
            spoken.phrases.is_one_of("intent.faint", word) for spoken in self.tongues
        )

    def _all(self, words: Callable[[Tongue], frozenset[str]]) -> frozenset[str]:
        return frozenset[str]().union(*map(words, self.tongues))

    @cached_property
    def labelled(self) -> tuple[LabelledLine, ...]:
        """The lines that begin with a known label, in order."""
        return tuple(labelled_lines(self.text))

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """Every phrase of every language heard, in order of the sentences."""
        return tuple(chain.from_iterable(map(self.matches_in, self.sentences)))

    def _matches_in(self, sentence: Sentence) -> list[Match]:
        known = self.taken_from._by_sentence.get(id(sentence)) if self.taken_from else None
        if known is not None:
            return known
        return [match for spoken in self.tongues for match in self._understood(spoken, sentence)]

    def _understood(self, spoken: Tongue, sentence: Sentence) -> list[Match]:
        """The phrases of one language. In a mail of another one, English reasons and weak requests
        need an English sentence or a borrowed term: German "die" and French "exploitation" tell of
        neither death nor burglars, "data breach" is one everywhere."""
        found = spoken.phrases.matches(sentence)
        if not found:
            return found
        found = real(found, sentence, spoken)
        if spoken.code != FALLBACK or self.tongues[0].code == FALLBACK:
            return found
        if not any(match.key.startswith(_OF_AN_ENGLISH_SENTENCE) for match in found):
            return found
        if not spoken.common.isdisjoint(sentence.words) and FALLBACK in likeliest(sentence.text):
            return found
        return [
            match for match in found if not match.key.startswith(_OF_AN_ENGLISH_SENTENCE) or _is_term(match)
        ]

    @cached_property
    def _by_key(self) -> dict[str, list[Match]]:
        found: dict[str, list[Match]] = {}
        for match in self.matches:
            found.setdefault(match.key, []).append(match)
        return found

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def found(self, *keys: str) -> list[Match]:
        """The matches of some keys that no negation takes back."""
        return [m for key in keys for m in self._by_key.get(key, ()) if not m.negated]

    @cached_property
    def _by_sentence(self) -> dict[int, list[Match]]:
        # A sentence said twice is one: looked at once, or a mail of equal sentences takes their square.
        sentences = {id(sentence): sentence for sentence in self.sentences}
        return {known_as: self._matches_in(sentence) for known_as, sentence in sentences.items()}

    def matches_in(self, sentence: Sentence) -> list[Match]:
        """Every phrase of one sentence."""
        return self._by_sentence.get(id(sentence), [])

    def found_in(self, sentence: Sentence, *keys: str) -> list[Match]:
        """The matches of some keys in one sentence that no negation takes back."""
        return [m for m in self.matches_in(sentence) if m.key in keys and not m.negated]

    def sentence_at(self, offset: int) -> tuple[Sentence, int] | None:
        """The sentence around an offset of the text, and the number of the word there."""
        number = bisect_right(self._starts, offset) - 1
        if number < 0:
            return None
        sentence = self.sentences[number]
        inside = offset - sentence.start
        ends = [end for _, end in sentence.places]
        word = bisect_right(ends, inside)
        return (sentence, word) if word < len(ends) else None


def _is_term(match: Match) -> bool:
    """True for a reason of two words side by side, neither of them a little word of any language."""
    if match.key.startswith("intent."):
        return False
    words = match.sentence.words[match.first : match.last + 1]
    return len(words) == WORDS_OF_A_TERM and speakers_of_words().keys().isdisjoint(words)


def passage(text: str, place: str, languages: tuple[str, ...], taken_from: Passage | None = None) -> Passage:
    """A stretch of a mail as the speakers of some languages understand it."""
    return Passage(place=place, text=text, tongues=tuple(map(tongue, languages)), taken_from=taken_from)
