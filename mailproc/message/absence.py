"""Finds out-of-office notices that carry no header, without taking a person for one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailproc.message.mail import Nature, Signal
from mailproc.message.phrases import fold, held, is_answer, is_handed_on, label, opening

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
    if says := label(look.subject, "reply_subjects"):
        second = _second_sign(look) or held(look.opening, "absence_words")
    elif says := label(look.subject, "absence_subjects"):
        second = _second_sign(look)
    else:
        return None
    return _notice("absence_subject", says) if second else None


def _second_sign(look: Features) -> bool:
    return (
        not look.opening
        or _answers(look)
        or "x-auto-response-suppress" in look.headers
        or held(look.opening, "absence_openings") is not None
    )


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
    says = next(filter(None, (opening(sentence, "absence_openings") for sentence in sentences[:3])), None)
    if says and all(_is_about_absence(sentence) for sentence in (sentences[0].rstrip("!"), *sentences[1:])):
        return _notice("absence_words", says)
    return None


def _is_about_absence(sentence: str) -> bool:
    if held(sentence, "substance_words"):
        return False
    if opening(sentence, "absence_openings") or held(sentence, "absence_words"):
        return True
    return _is_greeting_or_name(sentence)


def _is_greeting_or_name(sentence: str) -> bool:
    short = len(sentence.split()) <= _LONGEST_NAME and len(sentence) <= 40
    return short and not sentence.endswith(_ENDS) and not _DIGIT.search(sentence)
