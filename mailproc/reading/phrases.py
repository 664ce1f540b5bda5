"""Finds the phrases of a language in a sentence, in time that grows with the sentence alone.

Each phrase is filed under its rarest word, there under its second rarest, and looked at only where the
first stands and the sentence holds all the others too, which one comparison of two numbers tells. Most
sentences hold no such pair.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from mailproc.reading.phrase_notation import phrasings
from mailproc.reading.remembered import Remembered
from mailproc.reading.sentences import words_of
from mailproc.reading.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mailproc.reading.phrase_notation import Step
    from mailproc.reading.sentences import Sentence

NEGATION_REACH = 3
CONDITION_REACH = 4
NUMBER_SIGN = "no"
"""What "no.", "nº" and Spanish "not" look like; before digits it is never the negation."""
_ALONE = 0
"""Where phrases of one word are filed."""
COST_OF_A_MATCH = 10
MOST_TRIES = 6_000
"""Places tried in one sentence, a match counting as ten: many times what any author needs, and a limit
to what a hostile one, built of words that phrases wait for, can cost."""


_Span = tuple[int, int, str]
"""First word, last word, key."""


class Match(NamedTuple):
    """A phrase found: the lexicon's key, and the first and last word in the sentence."""

    key: str
    sentence: Sentence
    first: int
    last: int
    negated: bool

    @property
    def words(self) -> str:
        """The author's words that matched."""
        return self.sentence.between(self.first, self.last)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase compiled: the bit of its first word, those of the others with the places each may be
    ahead, all bits together, and how far before the rarest word the first may stand."""

    key: str
    opening: int
    others: tuple[tuple[int, int], ...]
    all_bits: int
    before_rarest: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What the language knows of a word: the choices it fits, the phrases it says alone, and those filed
    under it by their second rarest word; ``partners`` are the bits of all these words together."""

    bits: int
    alone: tuple[_Phrase, ...]
    partners: int
    by_partner: dict[int, tuple[_Phrase, ...]]
    files: bool

    def candidates(self, here: int) -> tuple[_Phrase, ...]:
        """The phrases all of whose words stand in a sentence that holds these bits."""
        partners = self.partners & here
        if not partners:
            return self.alone
        absent = ~here
        filed = [self.by_partner[partner] for partner in _each(partners)]
        return (*self.alone, *[p for each in filed for p in each if not p.all_bits & absent])


class Phrasebook:
    """All phrases of a language, compiled. A word is looked up once, however many phrases there are.

    ``single`` names keys whose phrases of one word are asked for word by word (``is_one_of``) and
    never reported as matches; there are many of them in any text.
    """

    def __init__(
        self,
        phrases: Iterable[tuple[str, str]],
        *,
        groups: Mapping[str, tuple[str, ...]],
        common: Iterable[str] = (),
        negations: Iterable[str] = (),
        negations_after: Iterable[str] = (),
        clause_starters: Iterable[str] = (),
        conditions: Iterable[str] = (),
        turns: Iterable[str] = (),
        often_misspelt: Iterable[str] = (),
        single: Iterable[str] = (),
    ) -> None:
        self._vocabulary = Vocabulary(often_misspelt)
        self._filed: dict[int, dict[int, list[_Phrase]]] = defaultdict(lambda: defaultdict(list))
        self._single: dict[str, int] = dict.fromkeys(single, 0)
        self._common = frozenset(common)
        self._negations = frozenset(negations)
        self._negations_after: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for after in map(words_of, negations_after):
            self._negations_after[after[0]].append(after)
        self._negating = self._negations.union(self._negations_after)
        self._clause_starters = frozenset(clause_starters)
        self._conditions = frozenset(conditions)
        self._turns = frozenset(turns)
        said = [(key, steps) for key, phrase in phrases for steps in phrasings(phrase, groups)]
        self._phrases_with = Counter(step.words for _, steps in said for step in steps)
        for key, steps in said:
            self._file(key, steps)
        self._rarest = sum(self._filed)
        self._known = Remembered(self._look_up)

    def matches(self, sentence: Sentence) -> list[Match]:
        """Every phrase that stands in the sentence, in the order of its first words."""
        known = [self._known[word] for word in sentence.words]
        filing = [place for place, word in enumerate(known) if word.files]
        if not filing:
            return []
        bits = [word.bits for word in known]
        here = reduce(or_, bits)
        found: dict[_Span, Match] = {}
        tries = 0
        for place in filing:
            for phrase in known[place].candidates(here):
                self._try(phrase, place, sentence, bits, found)
                tries += phrase.before_rarest + 1
            if tries + COST_OF_A_MATCH * len(found) > MOST_TRIES:
                break
        return sorted(found.values(), key=lambda match: match.first)

    def _try(
        self, phrase: _Phrase, place: int, sentence: Sentence, bits: list[int], found: dict[_Span, Match]
    ) -> None:
        """Adds each match of a phrase whose rarest word stands at a place."""
        opening, start = phrase.opening, max(0, place - phrase.before_rarest)
        for first, said in enumerate(bits[start : place + 1], start):
            if not said & opening:
                continue
            last = _follow(phrase, bits, first)
            if last is None:
                continue
            known_as = found.get((first, last, phrase.key))
            # One phrase may hold the "not" that negates another: the one that holds it counts.
            if known_as is not None and not known_as.negated:
                continue
            if _is_number_sign(phrase, sentence.words, first):
                continue
            if self._crosses_a_turn(sentence, first, last, phrase, bits):
                continue
            negated = self._is_negated(sentence, first, last, phrase, bits)
            found[first, last, phrase.key] = Match(phrase.key, sentence, first, last, negated)

    def is_one_of(self, key: str, word: str) -> bool:
        """True where a word by itself is a phrase of a ``single`` key."""
        return bool(self._known[word].bits & self._single[key])

    def choices(self) -> Iterable[frozenset[str]]:
        """Every choice of words that some phrase offers."""
        return self._vocabulary.choices()

    def _file(self, key: str, steps: tuple[Step, ...]) -> None:
        bits = tuple(self._vocabulary.bit(step.words) for step in steps)
        if len(bits) == 1 and key in self._single:
            self._single[key] |= bits[0]
            return
        reach = tuple(step.gap + 1 for step in steps)
        rarest, *others = sorted(range(len(steps)), key=lambda place: self._commonness(steps[place].words))
        # Words said in one breath come together anyway: one from beyond a gap tells more.
        breath = list(accumulate(step.gap > 0 for step in steps))
        others.sort(key=lambda place: breath[place] == breath[rarest])
        partner = next((bits[place] for place in others if bits[place] != bits[rarest]), _ALONE)
        all_bits = 0
        for bit in bits:
            all_bits |= bit
        before = [0, *accumulate(reach[1:])][rarest]
        self._filed[bits[rarest]][partner].append(
            _Phrase(key, bits[0], tuple(zip(bits[1:], reach[1:], strict=True)), all_bits, before)
        )

    def _commonness(self, words: frozenset[str]) -> tuple[int, int, int]:
        """How often one of some words is met, and how many phrases wait for it: little words first, and
        Japanese letters that stand for sounds."""
        little = len(words & self._common) + ("#" in words) + any("\u3040" <= w <= "\u30ff" for w in words)
        return (little, len(words), self._phrases_with[words])

    def _look_up(self, word: str) -> _Known:
        bits = self._vocabulary.bits_of(word)
        filed: dict[int, list[_Phrase]] = defaultdict(list)
        for bit in _each(bits & self._rarest):
            for partner, phrases in self._filed[bit].items():
                filed[partner] += phrases
        alone = tuple(filed.pop(_ALONE, ()))
        by_partner = {partner: tuple(each) for partner, each in filed.items()}
        return _Known(bits, alone, sum(filed), by_partner, bool(alone or filed))

    def _is_negated(
        self, sentence: Sentence, first: int, last: int, phrase: _Phrase, bits: list[int]
    ) -> bool:
        """True where "not" stands shortly before the phrase, in one of its gaps, or, in languages
        that say it last, right after it. A pronoun or conjunction begins a new thought."""
        words = sentence.words
        if self._negating.isdisjoint(words):
            return False
        if words[first] not in self._clause_starters:
            for place in range(first - 1, max(-1, first - 1 - NEGATION_REACH), -1):
                if place + 1 in sentence.breaks or words[place] in self._clause_starters:
                    break
                if self._says_not(words, place):
                    if not self._is_condition(sentence, place, first, phrase):
                        return True
                    break
        if any(self._says_not(words, p) and not bits[p] & phrase.all_bits for p in range(first + 1, last)):
            return True
        return any(
            words[place : place + len(after)] == after
            for place in range(last + 1, min(last + 2 + NEGATION_REACH, len(words)))
            for after in self._negations_after.get(words[place], ())
        )

    def _says_not(self, words: tuple[str, ...], place: int) -> bool:
        if words[place] not in self._negations:
            return False
        return not _numbers(words, place)

    def _is_condition(self, sentence: Sentence, place: int, first: int, phrase: _Phrase) -> bool:
        """True where the "not" belongs to an "if", and the phrase says what happens then: "if it is
        not fixed they leave". A word at least, the verb of the condition, stands between."""
        if first - place < 2 or not phrase.key.startswith("evidence."):
            return False
        for before in range(place - 1, max(-1, place - 1 - CONDITION_REACH), -1):
            if before + 1 in sentence.breaks:
                return False
            if sentence.words[before] in self._conditions:
                return True
        return False

    def _crosses_a_turn(
        self, sentence: Sentence, first: int, last: int, phrase: _Phrase, bits: list[int]
    ) -> bool:
        """True for an excuse with a turn in one of its gaps: "I promised it, but if nobody told them"."""
        return phrase.key.startswith("excuses.") and any(
            sentence.words[place] in self._turns and not bits[place] & phrase.all_bits
            for place in range(first + 1, last)
        )


def _each(bits: int) -> Iterator[int]:
    """The bits of a number, one by one."""
    while bits:
        lowest = bits & -bits
        yield lowest
        bits ^= lowest


def _numbers(words: tuple[str, ...], place: int) -> bool:
    """True for "no." in "ticket no. 48213"."""
    return words[place] == NUMBER_SIGN and place + 1 < len(words) and words[place + 1][0].isdigit()


def _is_number_sign(phrase: _Phrase, words: tuple[str, ...], first: int) -> bool:
    """True where a phrase that says no begins with the "no." of a number; those of tickets want it."""
    return _numbers(words, first) and not phrase.key.startswith("ticket.")


def _follow(phrase: _Phrase, bits: list[int], first: int) -> int | None:
    """The place of the last word, each word taken at its nearest place; None where one is absent.
    The first word stands at ``first``."""
    place, end = first, len(bits)
    for bit, reach in phrase.others:
        for following in range(place + 1, min(place + 1 + reach, end)):
            if bits[following] & bit:
                place = following
                break
        else:
            return None
    return place
