"""The words mail programs put around what a person writes, of all languages, ready for comparison."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from mailproc.languages import phrases_of_all

_EDGES = " \t*_~,.;:!-–—…、。，！：|/\\\"'"
_FIELDS = ("from", "sent", "to", "cc", "subject")


def fold(line: str) -> str:
    """A line for comparison: lower case, straight apostrophes, single blanks."""
    if not line.isascii():
        line = line.replace("’", "'").replace("\u200b", "").replace("\ufeff", "")
    return " ".join(line.casefold().split())


def bare(folded: str) -> str:
    """A folded line without the punctuation and emphasis around it."""
    return folded.strip(_EDGES)


class Openings:
    """Phrases with which a line may begin, found by their first two characters."""

    __slots__ = ("_by_start",)

    def __init__(self, phrases: tuple[str, ...]) -> None:
        by_start: dict[str, list[str]] = {}
        for phrase in phrases:
            by_start.setdefault(phrase[:2], []).append(phrase)
        self._by_start = {start: tuple(sorted(of, key=len, reverse=True)) for start, of in by_start.items()}

    def of(self, folded: str) -> str | None:
        """The longest phrase the folded line begins with."""
        for phrase in self._by_start.get(folded[:2], ()):
            if folded.startswith(phrase):
                return phrase
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """All phrases of ``[mail]`` in every language. ``labels`` gives the field a header name stands for."""

    wrote: re.Pattern[str]
    original: frozenset[str]
    forwarded: frozenset[str]
    forward_intros: Openings
    forward_subjects: frozenset[str]
    reply_subjects_only: frozenset[str]
    labels: dict[str, str]
    closings: frozenset[str]
    thanks: frozenset[str]
    telling: frozenset[str]
    greetings: frozenset[str]
    titles: frozenset[str]
    mobile: Openings
    disclaimers: Openings
    legal_words: tuple[str, ...]
    footers: Openings
    banners: Openings
    contact_labels: frozenset[str]
    html_stub: re.Pattern[str]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read from the language files once."""
    forward_subjects = _set("forward_subjects")
    return Vocabulary(
        wrote=_any_word(_list("wrote")),
        original=_set("original"),
        forwarded=_set("forwarded"),
        forward_intros=Openings(_list("forward_intros")),
        forward_subjects=forward_subjects,
        reply_subjects_only=_set("reply_subjects") - forward_subjects,
        labels=_labels(),
        closings=frozenset(map(bare, _list("closings"))),
        thanks=frozenset(map(bare, _list("thanks"))),
        telling=_set("telling"),
        greetings=frozenset(map(bare, _list("greetings"))),
        titles=frozenset(title.strip(".") for title in _list("titles")),
        mobile=Openings(_list("mobile")),
        disclaimers=Openings(_list("disclaimers")),
        legal_words=_list("legal_words"),
        footers=Openings(_list("footers")),
        banners=Openings(_list("banners")),
        contact_labels=_set("contact_labels"),
        html_stub=re.compile("|".join(map(re.escape, _list("html_stub")))),
    )


def _list(key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(phrase) for _, phrase in phrases_of_all(f"mail.{key}")))


def _set(key: str) -> frozenset[str]:
    return frozenset(_list(key))


def _labels() -> dict[str, str]:
    """Field by label. Where two languages disagree ("a" is To, "de" is From) the first field wins."""
    labels: dict[str, str] = {}
    for field in _FIELDS:
        for label in _list(f"labels.{field}"):
            labels.setdefault(label, field)
    return labels


def _any_word(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words between word boundaries; Japanese knows none."""
    spaced = sorted((word for word in words if word[0] < "\u3000"), key=len, reverse=True)
    joined = sorted((word for word in words if word[0] >= "\u3000"), key=len, reverse=True)
    alternatives = [rf"(?<!\w)(?:{'|'.join(map(re.escape, spaced))})(?!\w)", *map(re.escape, joined)]
    return re.compile("|".join(alternatives))
