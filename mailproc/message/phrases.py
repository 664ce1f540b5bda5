"""The words by which machines give themselves away, folded for comparison."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from mailproc.languages import phrases_of_all

_TAGS = re.compile(r"(?:\[[^\[\]]{0,40}\] ?|\*{2,}[^*]{0,40}\*{2,} ?)+")
_ANSWERED = re.compile(r"(?:re|aw|sv|vs|antw|odp|rv|ref|res|r|返信)(?:\[\d{1,3}\])? ?[:：]")
_HANDED_ON = re.compile(r"(?:fwd?|wg|vb|vl|tr|i|enc|pd|doorst|転送)(?:\[\d{1,3}\])? ?[:：]")
_TAIL = re.compile(r"[(\[]([^()\[\]]{1,60})[)\]]$")
_AFTER_LABEL = frozenset(":：;,.!-–—([<\"'|/】]")
_AND_ON = "…"
_LONGEST_HEAD = 12
_LONGEST_DATE = 5


def fold(text: str) -> str:
    """Lower case, composed letters, straight apostrophes, single spaces."""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text).replace("’", "'")
    return " ".join(composed.casefold().split())


def fold_subject(subject: str) -> str:
    """A subject folded, without the tags that gateways and lists put before it."""
    folded = fold(subject)
    tags = _TAGS.match(folded)
    return folded[tags.end() :] if tags and tags.end() < len(folded) else folded


@cache
def phrases(key: str) -> tuple[str, ...]:
    """The phrases of every language under ``automatic.<key>``, folded, the longest first."""
    folded = {fold(phrase) for _, phrase in phrases_of_all(f"automatic.{key}")}
    return tuple(sorted(folded, key=lambda phrase: (-len(phrase), phrase)))


def opening(text: str, key: str) -> str | None:
    """The longest phrase of the key that the folded text begins with."""
    listed = phrases(key)
    if not text.startswith(listed):
        return None
    return next(phrase for phrase in listed if text.startswith(phrase))


def held(text: str, key: str) -> str | None:
    """The longest phrase of the key that occurs in the folded text."""
    return next((phrase for phrase in phrases(key) if phrase in text), None)


def label(subject: str, key: str) -> str | None:
    """The longest phrase of the key that stands at the start of the subject as a label.

    A label ends there, or punctuation follows it, or the subject it answers ("Re: …"). A word after it
    makes it a topic that somebody writes about, unless the phrase ends in ``…`` ("away until …").
    """
    listed = _label_starts(key)
    if not subject.startswith(listed):
        return None
    return next(
        (start for start in listed if subject.startswith(start) and _is_label(subject, start, key)), None
    )


def tail_label(subject: str, key: str) -> str | None:
    """The phrase of the key that ends the subject in brackets ("Ticket 4711 [Auto-Reply]")."""
    tail = None if is_answer(subject) else _TAIL.search(subject)
    return tail[1].strip() if tail and tail[1].strip() in phrases(key) else None


def heads_a_subject(subject: str, key: str) -> str | None:
    """The phrase of the key in the few words before a colon, with the answered subject behind it.

    "The office: out of office until 1 December: printer" is one; "Holiday next week" is a topic.
    """
    head, colon, answered = subject.replace("：", ": ").rpartition(": ")
    if not colon or not answered or len(head.split()) > _LONGEST_HEAD:
        return None
    found = _whole_phrases(key).search(head)
    return found[0] if found else None


def quotes_an_answer(subject: str) -> bool:
    """True for "Away until 3 May: Re: …": programs put words before "Re:", people behind it."""
    head, *rest = subject.split(": ", _LONGEST_HEAD)
    return bool(head) and not is_answer(subject) and any(is_answer(f"{part}: ") for part in rest[:-1])


def answered_label(subject: str) -> bool:
    """True where a label is followed by the subject it answers ("Out of office until 1 May: Re: …")."""
    for start in _starts_of(subject):
        rest = subject[len(start) :].lstrip(" :-–")
        head, colon, answered = rest.partition(": ")
        until = colon and len(head.split()) <= _LONGEST_DATE and is_answer(answered)
        if is_answer(rest) or until:
            return True
    return False


def is_answer(subject: str) -> bool:
    """True for a folded subject that begins with "Re:" in some client's language."""
    return _ANSWERED.match(subject) is not None


def is_handed_on(subject: str) -> bool:
    """True for a folded subject that begins with "Fwd:" in some client's language."""
    return _HANDED_ON.match(subject) is not None


def _starts_of(subject: str) -> list[str]:
    keys = ("reply_subjects", "absence_subjects")
    return [start for key in keys for start in _label_starts(key) if subject.startswith(start)]


@cache
def _whole_phrases(key: str) -> re.Pattern[str]:
    """Any phrase of the key between word boundaries; Japanese knows none."""
    listed = _label_starts(key)
    spaced = "|".join(re.escape(phrase.strip()) for phrase in listed if phrase[0] < "\u2e80")
    joined = [re.escape(phrase) for phrase in listed if phrase[0] >= "\u2e80"]
    return re.compile("|".join([rf"(?<!\w)(?:{spaced})(?!\w)", *joined]))


@cache
def _label_starts(key: str) -> tuple[str, ...]:
    return tuple(phrase.removesuffix(_AND_ON) for phrase in phrases(key))


def _is_label(subject: str, start: str, key: str) -> bool:
    if not start[-1].isalnum() or f"{start}{_AND_ON}" in phrases(key):
        return True
    rest = subject[len(start) :]
    if rest.startswith("-"):  # "auto-reply" is a label, "auto-reply-to field" is none
        return False
    rest = rest.lstrip()
    return not rest or rest[0] in _AFTER_LABEL or is_answer(rest)
