"""Tells a matter that comes back from a new one: what the same people asked for in the last weeks (F3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mailproc.languages import LANGUAGES, lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

MOST_NAMED = 5
"""Earlier tickets that are named, the latest ones: more would not be read."""

SHARED_WORDS = 2
"""Telling words that two titles have in common at least."""

SHARED_PART = 0.5
"""The part of the shorter text's telling words that the other one must hold."""

WORDS_READ = 400
"""Words of one text that are compared."""

_WORD = re.compile(r"[^\W_]{1,60}")
_SYLLABIC = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SHORTEST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """A ticket as it is compared: ``words`` are its title, or the reason given for it.

    ``closed_at`` is None while it is open, and where nobody knows.
    """

    number: str
    words: str = ""
    category: str = ""
    contact: str = ""
    seen_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recurrence:
    """The numbers of earlier tickets of the same matter, the latest first.

    ``warranty`` are those among them whose service was completed so lately that it may be at fault.
    """

    earlier: tuple[str, ...] = ()
    warranty: tuple[str, ...] = ()


NOTHING_EARLIER = Recurrence()


def recurrence(asked: Matter, others: Iterable[Matter], *, now: datetime, warranty: timedelta) -> Recurrence:
    """What of ``others``, the recent matters of the same people, is the same matter again.

    Alike are two with the same telling words, or with one of them in the same category. A service that was
    completed within ``warranty`` also counts where the same contact asks, or the category is the same.
    """
    found: dict[str, tuple[Matter, bool]] = {}
    for other in others:
        if _same_number(asked.number, other.number):
            continue
        completed = other.closed_at is not None and now - other.closed_at <= warranty
        is_close = _same(asked.contact, other.contact) or _same(asked.category, other.category)
        in_warranty = completed and (is_close or _alike(asked, other))
        if in_warranty or _alike(asked, other):
            key = other.number.casefold()
            found[key] = (other, in_warranty or found.get(key, (other, False))[1])
    latest = sorted(found.values(), key=lambda each: _age(each[0], now))[:MOST_NAMED]
    return Recurrence(
        earlier=tuple(other.number for other, _ in latest),
        warranty=tuple(other.number for other, in_warranty in latest if in_warranty),
    )


def _age(other: Matter, now: datetime) -> float:
    seen_at = other.closed_at or other.seen_at
    return (now - seen_at).total_seconds() if seen_at else float("inf")


def _alike(one: Matter, other: Matter) -> bool:
    mine, theirs = telling_words(one.words), telling_words(other.words)
    shared = len(mine & theirs)
    if _same(one.category, other.category) and (shared or not (mine and theirs)):
        return True
    return shared >= SHARED_WORDS and shared >= SHARED_PART * min(len(mine), len(theirs))


def _same(one: str, other: str) -> bool:
    return bool(one.strip()) and one.strip().casefold() == other.strip().casefold()


def _same_number(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def telling_words(text: str) -> frozenset[str]:
    """The words that tell one matter from another: no short ones, and none that every text has.

    Scripts without blanks between words are compared by pairs of characters.
    """
    found: set[str] = set()
    for word in _WORD.findall(text.casefold())[:WORDS_READ]:
        if _SYLLABIC.search(word):
            found |= {word[place : place + 2] for place in range(len(word) - 1)}
        elif len(word) >= _SHORTEST and not word.isdigit():
            found.add(word)
    return frozenset(found - _common_words())


@cache
def _common_words() -> frozenset[str]:
    """What stands in every text of a language, and in every text about a ticket."""
    words = {word for code in LANGUAGES for word in lexicon(code).phrases("request.language.common")}
    groups = {
        word.rstrip("~")
        for code in LANGUAGES
        for group in ("ticket", "thing")
        for word in lexicon(code).phrases(f"request.groups.{group}")
    }
    return frozenset(word.casefold() for word in words | groups)
