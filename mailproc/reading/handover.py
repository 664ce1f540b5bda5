"""Why technicians hand a ticket over: time, knowledge, urgency, permission (T1, T4)."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, get_args

from mailproc.languages import LANGUAGES, lexicon
from mailproc.reading.sentences import words_of
from mailproc.settings import HandoverReason

if TYPE_CHECKING:
    from mailproc.reading.request import FormReading

REASON_SECTIONS = frozenset({"Reason for Escalation", "Escalation Reason"})
"""The sections of the built-in forms that tell why a ticket is handed over."""

REASONS: tuple[HandoverReason, ...] = get_args(HandoverReason)

LONGEST_SUBJECT = 60
"""Characters of what may still be the name of a subject; more is a sentence."""

EXPLAINED = 5
"""Words behind a reason that say more than its subject: they may name the permission and the step."""

_HEAD = re.compile(r"[^\n.:;(–—。：（]{1,120}")
_AROUND_SUBJECT = " \t\n.:;,()–—-&。：（）、"


def reason_text(form: FormReading) -> str:
    """What a form says of why it is handed over; ``""`` where it has no such section."""
    return next((section.text for section in form.sections if section.label in REASON_SECTIONS), "")


def reasons_of(text: str) -> tuple[HandoverReason, ...]:
    """The reasons a technician names, in any language: "Time & Knowledge", "Behörighet saknas".

    They stand before the first full stop, colon, dash or bracket; where none does, anywhere in the text.
    """
    head = _HEAD.match(text.strip())
    return _named(head[0] if head else "") or _named(text)


def subject_of(text: str) -> str:
    """What stands behind the reasons, where it is short enough to name a subject: "Knowledge – VPN"."""
    head = _HEAD.match(text.strip())
    rest = text.strip()[head.end() :].strip(_AROUND_SUBJECT) if head else ""
    return rest if len(rest) <= LONGEST_SUBJECT and "\n" not in rest else ""


def told_behind(text: str) -> str:
    """What stands behind the reasons, where it is long enough to explain them: "Permission – I may not …"."""
    head = _HEAD.match(text.strip())
    rest = text.strip()[head.end() :].strip(_AROUND_SUBJECT) if head else ""
    return rest if len(words_of(rest)) >= EXPLAINED else ""


def _named(text: str) -> tuple[HandoverReason, ...]:
    said = f" {' '.join(words_of(text))} "
    return tuple(reason for reason in REASONS if any(cue in said for cue in _cues(reason)))


@cache
def _cues(reason: HandoverReason) -> frozenset[str]:
    """How all languages name a reason, folded: whole words, and the beginnings that end in ``~``."""
    phrases = (
        phrase for code in LANGUAGES for phrase in lexicon(code).phrases(f"request.form.reasons.{reason}")
    )
    return frozenset(
        f" {' '.join(words_of(phrase))}{'' if phrase.endswith('~') else ' '}" for phrase in phrases
    )
