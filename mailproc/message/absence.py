"""Finds out-of-office notices that carry no header, without taking a person for one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailproc.message.mail import Nature, Signal
from mailproc.message.phrases import (
    answered_label,
    fold,
    heads_a_subject,
    held,
    is_answer,
    is_handed_on,
    label,
    opening,
    phrases,
    quotes_an_answer,
    tail_label,
)
from mailproc.message.vocabulary import bare, vocabulary

if TYPE_CHECKING:
    from mailproc.message.features import Features

_NUMBER_MARK = "#"
_AUTO = "auto:"
"""What RFC 3834 §3.1.5 puts before the subject that is answered."""
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
        second = second or _is_only_a_notice(look)
        return _notice("absence_subject", machine) if second else None
    if look.subject.startswith(_AUTO) and _answers_by_itself(look):
        return _notice("absence_subject", _AUTO)
    if away := _labelled(look, "absence_subjects") or _who(look):
        second = _says_so(look) or _tells(look, "absence_openings") or _is_only_a_notice(look)
        return _notice("absence_subject", away) if second else None
    away = heads_a_subject(look.subject, "absence_subjects")
    return _notice("absence_subject", away) if away and _is_headed(look) else None


def _is_headed(look: Features) -> bool:
    """Words of an absence before the answered subject: with a "Re:", a day, or a text that tells of it."""
    if quotes_an_answer(look.subject) and not _is_written_to_us(look):
        return True
    dated = _DIGIT.search(look.subject.partition(": ")[0]) is not None
    return (dated and _is_only_a_notice(look)) or _told_by(look) is not None


def _labelled(look: Features, key: str) -> str | None:
    return label(look.subject, key) or tail_label(look.subject, key)


def _who(look: Features) -> str | None:
    """Notes writes "Maja Lind is out of the office."."""
    subject = look.subject.partition("(")[0].rstrip(" .!")
    return next((tail for tail in phrases("absence_tails") if subject.endswith(tail)), None)


def _says_so(look: Features) -> bool:
    return answered_label(look.subject) or held(look.opening, "automatic_openings") is not None


def _answers_by_itself(look: Features) -> bool:
    if look.subject.startswith(_AUTO) and is_answer(look.subject.removeprefix(_AUTO).lstrip()):
        return True
    return not look.opening or _answers(look) or "x-auto-response-suppress" in look.headers


def _tells(look: Features, key: str) -> bool:
    """Words of a notice, and none that were written to us."""
    if _is_written_to_us(look):
        return False
    return held(look.opening, key) is not None or held(look.opening, "absence_openings") is not None


def _is_written_to_us(look: Features) -> bool:
    return "?" in look.opening or held(look.opening, "substance_words") is not None


def _answers(look: Features) -> bool:
    return bool(look.mail.in_reply_to or look.mail.references)


def _by_body(look: Features) -> Signal | None:
    """An answer whose every sentence is about the absence. One sentence of substance makes it a person's."""
    if not (_answers(look) or is_answer(look.subject) or not look.subject) or is_handed_on(look.subject):
        return None
    says = _told_by(look)
    return _notice("absence_words", says) if says else None


def _told_by(look: Features) -> str | None:
    """What tells of the absence in a text that is about nothing else."""
    if not _is_only_a_notice(look):
        return None
    return next(filter(None, map(_absence_told, _sentences(look)[:3])), None)


def _is_only_a_notice(look: Features) -> bool:
    sentences = _sentences(look)
    if not sentences:
        return False
    return all(_is_about_absence(sentence) for sentence in (sentences[0].rstrip("!"), *sentences[1:]))


def _sentences(look: Features) -> list[str]:
    """The sentences of the own words, folded; none where they are too long for a notice, or ask something."""
    own = look.mail.words.text or look.mail.text
    if len(own) > _LONGEST_NOTICE or "?" in own:
        return []
    return [fold(sentence) for sentence in _SENTENCE_END.split(own) if sentence.strip()]


def _absence_told(sentence: str) -> str | None:
    """ "I am currently" begins many sentences: what counts is that it goes on to an absence."""
    return held(sentence, "absence_cores") if opening(sentence, "absence_openings") else None


def _is_about_absence(sentence: str) -> bool:
    if _has_substance(sentence):
        return False
    return bool(
        _absence_told(sentence)
        or held(sentence, "absence_words")
        or held(sentence, "deputy_conditions")
        or _is_greeting_or_name(sentence)
    )


def _has_substance(sentence: str) -> bool:
    """Words written to us. "In an emergency please escalate to Joan" speaks of the absent person's deputy."""
    if held(sentence, "deputy_conditions"):
        return _NUMBER_MARK in sentence
    return held(sentence, "substance_words") is not None


def _is_greeting_or_name(sentence: str) -> bool:
    words = vocabulary()
    if bare(sentence) in words.greetings | words.thanks | words.closings:
        return True
    short = len(sentence.split()) <= _LONGEST_NAME and len(sentence) <= 40
    return short and not sentence.endswith(_ENDS) and not _DIGIT.search(sentence)
