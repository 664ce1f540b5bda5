"""Finds the phrases of a lexicon in a sentence, in time that grows with the sentence alone.

The notation is written for translators; ``docs/languages.md`` teaches it:

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

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from mailproc.reading.sentences import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mailproc.reading.sentences import Sentence

GAPS = {"*": 4, "**": 10}
NEGATION_REACH = 3


class BadPhraseError(ValueError):
    """A phrase of a lexicon that breaks the notation; the message names it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """One word of a phrase: which atom it must be, and how many words may stand before it."""

    atom: int
    gap: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Phrase:
    key: str
    steps: tuple[_Step, ...]


class Phrasebook:
    """All phrases of a language, compiled. A word is looked up once, however many phrases there are."""

    def __init__(
        self,
        phrases: Iterable[tuple[str, str]],
        *,
        groups: Mapping[str, tuple[str, ...]],
        negations: Iterable[str] = (),
        negations_after: Iterable[str] = (),
        clause_starters: Iterable[str] = (),
        often_misspelt: Iterable[str] = (),
    ) -> None:
        self._groups = groups
        self._atoms: dict[frozenset[str], int] = {}
        self._whole: dict[str, set[int]] = defaultdict(set)
        self._beginning: dict[str, set[int]] = defaultdict(set)
        self._ending: dict[str, set[int]] = defaultdict(set)
        self._inside: dict[str, set[int]] = defaultdict(set)
        self._from_atom: dict[int, list[_Phrase]] = defaultdict(list)
        self._negations = frozenset(negations)
        self._negations_after = tuple(words_of(phrase) for phrase in negations_after)
        self._clause_starters = frozenset(clause_starters)
        self._often_misspelt = tuple(often_misspelt)
        for key, phrase in phrases:
            self._add(key, phrase)
        self.atoms_of = lru_cache(maxsize=20_000)(self._atoms_of)

    def matches(self, sentence: Sentence) -> Iterator[Match]:
        """Every phrase that stands in the sentence, in the order of its first words."""
        atoms = [self.atoms_of(word) for word in sentence.words]
        for first, here in enumerate(atoms):
            for atom in here:
                for phrase in self._from_atom.get(atom, ()):
                    last = _follow(phrase.steps, atoms, first)
                    if last is not None:
                        negated = self._is_negated(sentence, first, last, phrase.steps, atoms)
                        yield Match(
                            key=phrase.key, sentence=sentence, first=first, last=last, negated=negated
                        )

    def _add(self, key: str, phrase: str) -> None:
        for variant in self._variants(phrase):
            steps, gap = [], 0
            for word in variant:
                if isinstance(word, int):
                    gap = max(gap, word)
                else:
                    steps.append(_Step(atom=self._atom(word), gap=gap))
                    gap = 0
            if not steps or steps[0].gap or phrase.split()[-1] in GAPS:
                raise BadPhraseError(f"{key}: {phrase!r} has to begin and end with a word")
            self._from_atom[steps[0].atom].append(_Phrase(key=key, steps=tuple(steps)))

    def _variants(self, phrase: str) -> Iterator[list[frozenset[str] | int]]:
        """The phrase without choices of several words: each such choice is a variant of its own."""
        places = [self._choices(part, phrase) for part in phrase.split()]
        for combination in product(*places):
            yield [word for choice in combination for word in choice]

    def _choices(self, part: str, phrase: str) -> list[list[frozenset[str] | int]]:
        """What may stand at one place: the single words together, each run of words by itself."""
        if part in GAPS:
            return [[GAPS[part]]]
        singles: set[str] = set()
        several: list[list[frozenset[str] | int]] = []
        for variant in self._alternatives(part.removesuffix("?"), phrase):
            if len(variant) == 1 and isinstance(variant[0], frozenset):
                singles |= variant[0]
            else:
                several.append(variant)
        choices: list[list[frozenset[str] | int]] = [[frozenset(singles)]] if singles else []
        choices += several
        if part.endswith("?"):
            choices.append([])
        return choices

    def _alternatives(self, part: str, phrase: str) -> Iterator[list[frozenset[str] | int]]:
        for choice in part.split("|"):
            if not choice.startswith("@"):
                words = _pattern_words(choice)
                if not words:
                    raise BadPhraseError(f"{phrase!r}: {choice!r} holds no word")
                yield [frozenset((word,)) for word in words]
            elif choice[1:] not in self._groups:
                raise BadPhraseError(f"{phrase!r}: there is no group {choice[1:]!r}")
            else:
                for member in self._groups[choice[1:]]:
                    yield from self._variants(member)

    def _atom(self, words: frozenset[str]) -> int:
        if words in self._atoms:
            return self._atoms[words]
        atom = self._atoms[words] = len(self._atoms)
        for word in words:
            bare = word.strip("~")
            if word.startswith("~") and word.endswith("~"):
                self._inside[bare].add(atom)
            elif word.endswith("~"):
                self._beginning[bare].add(atom)
            elif word.startswith("~"):
                self._ending[bare].add(atom)
            else:
                self._whole[word].add(atom)
        return atom

    def _atoms_of(self, word: str) -> frozenset[int]:
        """The atoms a word fits; a slip of the pen in an often used word is forgiven."""
        if word[0].isdigit():
            return frozenset(self._whole.get("#", ())) | frozenset(self._whole.get(word, ()))
        found = self._known(word)
        if found or len(word) < 5 or len(word) > 20:
            return found
        meant = next((right for right in self._often_misspelt if is_slip(word, right)), None)
        return self._known(meant) if meant else found

    def _known(self, word: str) -> frozenset[int]:
        found = set(self._whole.get(word, ()))
        for cut in range(1, min(len(word), 40) + 1):
            found |= self._beginning.get(word[:cut], set())
            found |= self._ending.get(word[-cut:], set())
        for part, atoms in self._inside.items():
            if part in word:
                found |= atoms
        return frozenset(found)

    def _is_negated(
        self,
        sentence: Sentence,
        first: int,
        last: int,
        steps: tuple[_Step, ...],
        atoms: list[frozenset[int]],
    ) -> bool:
        """True where "not" stands shortly before the phrase, in one of its gaps, or, in languages
        that say it last, right after it. A pronoun or conjunction begins a new thought."""
        words = sentence.words
        if words[first] not in self._clause_starters:
            for place in range(first - 1, max(-1, first - 1 - NEGATION_REACH), -1):
                if place + 1 in sentence.breaks or words[place] in self._clause_starters:
                    break
                if words[place] in self._negations:
                    return True
        wanted = {step.atom for step in steps}
        if any(words[p] in self._negations and not atoms[p] & wanted for p in range(first + 1, last)):
            return True
        return any(_begins(words, last + 1, after) for after in self._negations_after)


def _begins(words: tuple[str, ...], start: int, wanted: tuple[str, ...]) -> bool:
    """True where ``wanted`` stands at ``start``, or up to three words further on."""
    return any(words[start + skip : start + skip + len(wanted)] == wanted for skip in range(4))


def _follow(steps: tuple[_Step, ...], atoms: list[frozenset[int]], first: int) -> int | None:
    """The place of the last word, each word taken at its nearest place; None where one is absent."""
    place = first
    for step in steps[1:]:
        for following in range(place + 1, min(place + 2 + step.gap, len(atoms))):
            if step.atom in atoms[following]:
                place = following
                break
        else:
            return None
    return place


def _pattern_words(choice: str) -> tuple[str, ...]:
    """The words of a choice such as ``out_of`` or ``cancel~``, folded as the text is, ``~`` kept."""
    words = [word for part in choice.split("_") for word in words_of(part)]
    if not words:
        return ()
    words[0] = ("~" if choice.startswith("~") else "") + words[0]
    words[-1] += "~" if choice.endswith("~") else ""
    return tuple(words)


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
