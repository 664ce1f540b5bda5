"""Resolves "before Friday" or "le 3 mars" against the day the mail was written. Never looks at a clock."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mailproc.reading.sentences import Sentence
    from mailproc.reading.tongue import Tongue

_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_JAPANESE = re.compile(r"(\d{1,2})月(\d{1,2})日")
_IN_FIGURES = re.compile(
    r"(\d(?<![\d.,/]\d)\d?)([./])(\d{1,2})(?:\.(?!\d)|[./](20\d\d|\d\d)(?!\d)|(?!\d|[.,/]\d|%))"
)
_ORDINALS = frozenset({"st", "nd", "rd", "th", "of", "de", "del", "di", "er", "do", "the", "den", "der"})


def due_date(sentence: Sentence, tongues: Iterable[Tongue], written: date) -> date | None:
    """The day a sentence speaks of, on or after the day of the mail; None where it names none."""
    iso = _ISO.search(sentence.text)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    japanese = _JAPANESE.search(sentence.text)
    if japanese:
        return _coming(int(japanese[1]), int(japanese[2]), written)
    for tongue in tongues:
        if tongue.day_words.isdisjoint(sentence.words):
            continue
        found = _day_of_month(sentence.words, tongue, written) or _relative(sentence.words, tongue, written)
        if found:
            return found
    return _in_figures(sentence.text, written)


def names_a_day(words: tuple[str, ...], tongue: Tongue) -> bool:
    """True where a weekday, a month or a day such as "tomorrow" is named, whatever day that is."""
    return any(
        word in tongue.weekdays
        or word in tongue.months
        or any(
            name != "next" and words[place : place + len(phrase)] == phrase
            for name, phrase in tongue.relative_days.get(word, ())
        )
        for place, word in enumerate(words)
    )


def _day_of_month(words: tuple[str, ...], tongue: Tongue, written: date) -> date | None:
    """ "3 March", "March 3rd", "3rd of March 2025"."""
    for place, word in enumerate(words):
        month = tongue.months.get(word)
        if month is None:
            continue
        before = [w for w in words[max(0, place - 3) : place] if w not in _ORDINALS]
        after = [w for w in words[place + 1 : place + 4] if w not in _ORDINALS]
        for number in (*before[-1:], *after[:1]):
            if number.isdecimal() and len(number) <= 2 and 1 <= int(number) <= 31:
                year = next((int(w) for w in after if len(w) == 4 and w.isdecimal() and w[:2] == "20"), None)
                return _day(year, month, int(number)) if year else _coming(month, int(number), written)
    return None


def _relative(words: tuple[str, ...], tongue: Tongue, written: date) -> date | None:
    """ "today", "tomorrow", "Friday", "next Friday", "the end of the month"."""
    for place, word in enumerate(words):
        if word in tongue.weekdays:
            ahead = (tongue.weekdays[word] - written.isoweekday()) % 7 or 7
            if place and ahead < 3 and _says_next(words[place - 1], tongue):
                ahead += 7
            return written + timedelta(days=ahead)
        for name, phrase in tongue.relative_days.get(word, ()):
            if name != "next" and words[place : place + len(phrase)] == phrase:
                return _DAY_OF[name](written)
    return None


def _says_next(word: str, tongue: Tongue) -> bool:
    return ("next", (word,)) in tongue.relative_days.get(word, ())


def _end_of_month(written: date) -> date:
    return (written.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


_DAY_OF: dict[str, Callable[[date], date]] = {
    "today": lambda written: written,
    "tomorrow": lambda written: written + timedelta(days=1),
    "this_week": lambda written: written + timedelta(days=(5 - written.isoweekday()) % 7),
    "this_month": _end_of_month,
}


def _in_figures(text: str, written: date) -> date | None:
    """ "am 3.3.", "31/12", "03.12.2026". Day before month, unless only the other way is a date
    (12/31): the nearer reading of an American 3/4 cannot be told."""
    for match in _IN_FIGURES.finditer(text):
        first, second, year = int(match[1]), int(match[3]), match[4]
        if match[2] == "." and not year and not match[0].endswith("."):
            continue  # "3.5" is a number
        for day, month in ((first, second), (second, first)):
            found = _day(int(year) % 100 + 2000, month, day) if year else _coming(month, day, written)
            if found:
                return found
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
