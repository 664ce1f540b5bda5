"""A language as the reader needs it: its lexicon, compiled once when it is first heard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from mailproc.languages import LANGUAGES, Lexicon, lexicon
from mailproc.reading.phrases import Phrasebook
from mailproc.reading.sentences import folded, words_of

PHRASE_KEYS = (
    "ticket.cues",
    "ticket.mentions",
    "ticket.other_numbers",
    "intent.request",
    "intent.with_ticket",
    "intent.urgency",
    "intent.wish",
    "intent.never",
    "intent.ordinary",
    "intent.own_case",
    "level.emergency",
    "level.higher",
    "misuse.feature",
    "misuse.cosmetic",
    "misuse.timeline",
    "misuse.staging",
    "misuse.nice_to_have",
    "misuse.works",
    "evidence.deadline",
    "evidence.deal",
    "evidence.churn",
    "evidence.outage",
    "evidence.revenue",
    "evidence.security",
    "evidence.safety",
    "evidence.legal",
    "evidence.many_users",
    "evidence.never",
    "excuses.forgot",
    "excuses.promised",
    "excuses.never",
    "motivation.because",
    "motivation.courtesy",
    "motivation.empty",
    "motivation.hollow",
    "intent.faint",
)
"""The lists of a lexicon that are written in the phrase notation."""

LABEL_KEYS = ("labels.ticket", "labels.level", "labels.motivation", "labels.reference")
"""The lists that hold labels: what may stand before a colon at the start of a line."""

WORD_KEYS = (
    "ticket.number_words",
    "ticket.joining",
    "ticket.money",
    "ticket.units",
    "level.emergency_values",
    "level.higher_values",
    "level.none_values",
    "language.common",
    "language.abbreviations",
    "language.clause_starters",
    "language.conditions",
    "language.suppositions",
    "language.suppositions_first",
    "language.suppositions_after",
    "language.lasting",
    "language.told_apart",
    "language.negations",
    "language.negations_after",
    "language.turns",
    "language.often_misspelt",
    "form.vague",
    "form.nothing",
    "dates.today",
    "dates.tomorrow",
    "dates.this_week",
    "dates.this_month",
    "dates.next",
    "dates.day_marks",
)
"""The lists that hold plain words, or words said together."""

RELATIVE_DAYS = ("today", "tomorrow", "this_week", "this_month", "next")

CALENDAR_KEYS = {"dates.months": 12, "dates.weekdays": 7}
"""Lists in the order of the calendar, Monday first; each entry may offer choices with ``|``."""


@dataclass(frozen=True, kw_only=True)
class Tongue:
    """A language: its phrases compiled, its words as sets, its labels by what they label."""

    code: str
    phrases: Phrasebook
    common: frozenset[str]
    abbreviations: frozenset[str]
    turns: frozenset[str]
    number_words: frozenset[str]
    joining: frozenset[str]
    money: frozenset[str]
    units: frozenset[str]
    clause_starters: frozenset[str]
    negations: frozenset[str]
    suppositions: frozenset[str]
    """Words such as "if"."""
    suppositions_first: frozenset[str]
    """Words that say "if" only where a clause begins: "should the line stop"."""
    suppositions_after: tuple[tuple[str, ...], ...]
    lasting: frozenset[str]
    """Words such as "stays", by which an "if" speaks of what is so already."""
    day_marks: frozenset[tuple[str, ...]]
    """What may follow the day of a month that is not named: "30 inst."."""
    vague: frozenset[str]
    nothing: frozenset[str]
    months: dict[str, int]
    weekdays: dict[str, int]
    relative_days: dict[str, tuple[tuple[str, tuple[str, ...]], ...]]
    """By its first word, each phrase such as "end of day" with the list it stands in."""

    @cached_property
    def day_words(self) -> frozenset[str]:
        """Every word with which a day may be named."""
        return frozenset(self.months).union(self.weekdays, self.relative_days)


@cache
def tongue(code: str) -> Tongue:
    """The compiled lexicon of a language; a language without a file knows no phrases."""
    words = lexicon(code)
    misspelt = [folded(word) for word in _list(words, "language.often_misspelt")]
    return Tongue(
        code=code,
        phrases=Phrasebook(
            ((key, phrase) for key in PHRASE_KEYS for phrase in _list(words, key)),
            groups=_groups(words),
            common=_single(words, "language.common"),
            single=("motivation.hollow", "intent.faint"),
            negations=_single(words, "language.negations"),
            negations_after=_list(words, "language.negations_after"),
            clause_starters=_single(words, "language.clause_starters"),
            conditions=_single(words, "language.conditions"),
            turns=_single(words, "language.turns"),
            often_misspelt=misspelt,
        ),
        common=_single(words, "language.common"),
        abbreviations=frozenset(
            form for a in _list(words, "language.abbreviations") for form in (a.casefold(), folded(a))
        ),
        turns=_single(words, "language.turns"),
        number_words=_single(words, "ticket.number_words"),
        joining=_single(words, "ticket.joining"),
        money=_single(words, "ticket.money"),
        units=_single(words, "ticket.units"),
        clause_starters=_single(words, "language.clause_starters"),
        negations=_single(words, "language.negations"),
        suppositions=_single(words, "language.suppositions"),
        suppositions_first=_single(words, "language.suppositions_first"),
        suppositions_after=tuple(map(words_of, _list(words, "language.suppositions_after"))),
        lasting=_single(words, "language.lasting"),
        day_marks=frozenset(map(words_of, _list(words, "dates.day_marks"))),
        vague=frozenset(map(flat_label, _list(words, "form.vague"))),
        nothing=frozenset(map(flat_label, _list(words, "form.nothing"))),
        months=_calendar(words, "dates.months"),
        weekdays=_calendar(words, "dates.weekdays"),
        relative_days=_relative_days(words),
    )


def flat_label(text: str) -> str:
    """A label for comparison: its folded words alone ("What’s happening?" and "WHAT'S HAPPENING")."""
    return " ".join(words_of(text))


@cache
def all_labels() -> dict[str, str]:
    """Labels of every language: people keep a form's labels and write in their own language."""
    return {
        flat_label(label): key.partition(".")[2]
        for key in LABEL_KEYS
        for code in reversed(LANGUAGES)
        for label in _list(lexicon(code), key)
    }


@cache
def level_values() -> dict[str, str]:
    """What people write behind "Level:", in every language."""
    return {
        flat_label(value): level
        for level in ("none", "higher", "emergency")
        for code in reversed(LANGUAGES)
        for value in _list(lexicon(code), f"level.{level}_values")
    }


@cache
def speakers_of_words() -> dict[str, tuple[str, ...]]:
    """For each common little word, the languages it belongs to."""
    known: dict[str, tuple[str, ...]] = {}
    for code in LANGUAGES:
        for word in _single(lexicon(code), "language.common"):
            known[word] = (*known.get(word, ()), code)
    return known


def _list(words: Lexicon, key: str) -> tuple[str, ...]:
    return words.phrases(f"request.{key}")


def _single(words: Lexicon, key: str) -> frozenset[str]:
    return frozenset(folded for word in _list(words, key) for folded in words_of(word))


def _groups(words: Lexicon) -> dict[str, tuple[str, ...]]:
    groups = words.entries.get("request", {}).get("groups", {})
    return {name: tuple(members) for name, members in groups.items()}


def _relative_days(words: Lexicon) -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    found: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
    for name in RELATIVE_DAYS:
        for phrase in map(words_of, _list(words, f"dates.{name}")):
            found[phrase[0]] = (*found.get(phrase[0], ()), (name, phrase))
    return found


def _calendar(words: Lexicon, key: str) -> dict[str, int]:
    return {
        folded(name): number
        for number, names in enumerate(_list(words, key), start=1)
        for name in names.split("|")
    }
