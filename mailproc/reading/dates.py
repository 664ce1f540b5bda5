"""Resolves "before Friday" or "le 3 mars" against the day the mail was written. Never looks at a clock."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailproc.reading.sentences import Sentence
    from mailproc.reading.tongue import Tongue

_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_JAPANESE = re.compile(r"(\d{1,2})月(\d{1,2})日")
_ORDINALS = frozenset({"st", "nd", "rd", "th", "of", "de", "del", "di", "er", "do"})


def due_date(sentence: Sentence, tongues: Iterable[Tongue], written: date) -> date | None:
    """The day a sentence speaks of, on or after the day of the mail; None where it names none."""
    iso = _ISO.search(sentence.text)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    japanese = _JAPANESE.search(sentence.text)
    if japanese:
        return _coming(int(japanese[1]), int(japanese[2]), written)
    for tongue in tongues:
        found = _day_of_month(sentence.words, tongue, written) or _relative(sentence.words, tongue, written)
        if found:
            return found
    return None


def _day_of_month(words: tuple[str, ...], tongue: Tongue, written: date) -> date | None:
    """ "3 March", "March 3rd", "3rd of March 2025"."""
    for place, word in enumerate(words):
        month = tongue.months.get(word)
        if month is None:
            continue
        before = [w for w in words[max(0, place - 3) : place] if w not in _ORDINALS]
        after = [w for w in words[place + 1 : place + 4] if w not in _ORDINALS]
        for number in (*before[-1:], *after[:1]):
            if number.isdigit() and 1 <= int(number) <= 31:
                year = next(
                    (int(w) for w in after if len(w) == 4 and w.isdigit() and w.startswith("20")), None
                )
                return _day(year, month, int(number)) if year else _coming(month, int(number), written)
    return None


def _relative(words: tuple[str, ...], tongue: Tongue, written: date) -> date | None:
    """ "today", "tomorrow", "Friday", "next Friday"."""
    days = tongue.relative_days
    for place, word in enumerate(words):
        if word in tongue.weekdays:
            ahead = (tongue.weekdays[word] - written.isoweekday()) % 7 or 7
            if place and (words[place - 1],) in days["next"] and ahead < 3:
                ahead += 7
            return written + timedelta(days=ahead)
        for name, ahead in (("today", 0), ("tomorrow", 1), ("this_week", (5 - written.isoweekday()) % 7)):
            if any(words[place : place + len(phrase)] == phrase for phrase in days[name]):
                return written + timedelta(days=ahead)
    return None


def _coming(month: int, day: int, written: date) -> date | None:
    """The next such day: a date that passed more than two months ago is next year's."""
    found = _day(written.year, month, day)
    if found and found < written - timedelta(days=60):
        return _day(written.year + 1, month, day)
    return found


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
