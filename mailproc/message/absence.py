"""Finds out-of-office notices that carry no header, without taking a person for one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailproc.message.mail import Nature, Signal
from mailproc.message.phrases import (
    answered_label,
    fold,
    held,
    is_answer,
    is_handed_on,
    label,
    opening,
    phrases,
    tail_label,
)

if TYPE_CHECKING:
    from mailproc.message.features import Features

_LONGEST_NOTICE = 1_200
_LONGEST_NAME = 3
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\d\.)\s+|(?<=[。！？])|\n[ \t]*\n")
_ENDS = (".", "!", "?", "。", "！", "？")
_DIGIT = re.compile(r"\d")


def absence(look: Features) -> Signal | None:
    """An automatic answer told by its words: subject and a second sign, or a body that says nothing else."""
    return _by_subject(look) or _by_body(look)


def _notice(rule: str, found: str) -> Signal:
    return Signal(nature=Nature.AUTOMATIC, rule=rule, found=found)


def _by_subject(look: Features) -> Signal | None:
    """The label alone is not enough: people report faults of automatic replies under the same words."""
    if machine := _labelled(look, "reply_subjects"):
        second = _says_so(look) or _answers_by_itself(look) or _tells(look, "absence_words")
        return _notice("absence_subject", machine) if second else None
    if away := _labelled(look, "absence_subjects") or _who(look):
        second = _says_so(look) or _tells(look, "absence_openings")
        return _notice("absence_subject", away) if second else None
    return None


def _labelled(look: Features, key: str) -> str | None:
    return label(look.subject, key) or tail_label(look.subject, key)


def _who(look: Features) -> str | None:
    """Notes writes "Maja Lind is out of the office."."""
    subject = look.subject.partition("(")[0].rstrip(" .!")
    return next((tail for tail in phrases("absence_tails") if subject.endswith(tail)), None)


def _says_so(look: Features) -> bool:
    return answered_label(look.subject) or held(look.opening, "automatic_openings") is not None


def _answers_by_itself(look: Features) -> bool:
    return not look.opening or _answers(look) or "x-auto-response-suppress" in look.headers


def _tells(look: Features, key: str) -> bool:
    """Words of a notice, and none that were written to us."""
    if "?" in look.opening or held(look.opening, "substance_words"):
        return False
    return held(look.opening, key) is not None or held(look.opening, "absence_openings") is not None


def _answers(look: Features) -> bool:
    return bool(look.mail.in_reply_to or look.mail.references)


def _by_body(look: Features) -> Signal | None:
    """An answer whose every sentence is about the absence. One sentence of substance makes it a person's."""
    if not (_answers(look) or is_answer(look.subject) or not look.subject) or is_handed_on(look.subject):
        return None
    own = look.mail.words.text or look.mail.text
    if len(own) > _LONGEST_NOTICE or "?" in own:
        return None
    sentences = [fold(sentence) for sentence in _SENTENCE_END.split(own) if sentence.strip()]
    says = next(filter(None, map(_absence_told, sentences[:3])), None)
    if says and all(_is_about_absence(sentence) for sentence in (sentences[0].rstrip("!"), *sentences[1:])):
        return _notice("absence_words", says)
    return None


def _absence_told(sentence: str) -> str | None:
    """ "I am currently" begins many sentences: what counts is that it goes on to an absence."""
    return held(sentence, "absence_cores") if opening(sentence, "absence_openings") else None


def _is_about_absence(sentence: str) -> bool:
    if held(sentence, "substance_words"):
        return False
    return bool(_absence_told(sentence) or held(sentence, "absence_words")) or _is_greeting_or_name(sentence)


def _is_greeting_or_name(sentence: str) -> bool:
    short = len(sentence.split()) <= _LONGEST_NAME and len(sentence) <= 40
    return short and not sentence.endswith(_ENDS) and not _DIGIT.search(sentence)
