"""What prose may mean as a command: it is offered back for a one-word answer, and never carried out.

Two designs were weighed. *Carrying out* what is surely meant saves an answer, and closes an emergency by a
remark one day. *Offering* the one word costs an answer and cannot go wrong, so a phrase may be found too
often. The second was built.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from mailproc.escalation.command import Verb
from mailproc.escalation.status import Step, after
from mailproc.languages import lexicon
from mailproc.reading.hearing import languages_heard
from mailproc.reading.phrases import Phrasebook
from mailproc.reading.sentences import sentences_of
from mailproc.reading.tongue import tongue

if TYPE_CHECKING:
    from mailproc.escalation.status import Status
    from mailproc.reading.phrases import Match
    from mailproc.reading.sentences import Sentence

BY_STAFF = (Verb.ACK, Verb.CLOSE, Verb.PROPOSE)
BY_REQUESTERS = (Verb.ACCEPT, Verb.REJECT)

LONGEST_HEARD = 1_500
"""Characters of an answer that are listened to: whoever says it in one sentence says it at the beginning."""

_FIRST_WORDS = 8
"""A sentence that is a command begins with it: "the vendor says that we close on Friday" is none."""

_NOT_AFTERWARDS = 3
"""Words behind a phrase in which a "not" takes it back: "wir kümmern uns nicht darum"."""

_QUESTION_MARKS = ("?", "？")


def meant_by(text: str, status: Status, *, is_staff: bool, language: str | None = None) -> Verb | None:
    """The one command that the author's own words may mean where an escalation stands; None for none or two.

    Questions, conditions and what is negated mean nothing. ``language`` is the author's usual one.
    """
    heard = text[:LONGEST_HEARD]
    codes = languages_heard(heard, (language,) if language else ())
    found = {verb for code in codes for verb in _said(heard, code)}
    possible = {verb for verb in (BY_STAFF if is_staff else BY_REQUESTERS) if after(status, Step(verb))}
    found &= possible
    return found.pop() if len(found) == 1 else None


def _said(text: str, code: str) -> set[Verb]:
    spoken, book = tongue(code), _book(code)
    found = set()
    for sentence in sentences_of(text, spoken.abbreviations):
        if sentence.text.rstrip().endswith(_QUESTION_MARKS) or _supposes(sentence, spoken.suppositions):
            continue
        found |= {
            Verb(match.key)
            for match in book.matches(sentence)
            if not match.negated
            and not (match.key != Verb.REJECT and _is_taken_back(match, spoken.negations))
            and (match.first < _FIRST_WORDS or code == "ja")
        }
    return found


def _is_taken_back(match: Match, negations: frozenset[str]) -> bool:
    """True for a "not" right behind the phrase, in the same clause."""
    sentence = match.sentence
    for place in range(match.last + 1, min(match.last + 1 + _NOT_AFTERWARDS, len(sentence.words))):
        if place in sentence.breaks:
            return False
        if sentence.words[place] in negations:
            return True
    return False


def _supposes(sentence: Sentence, suppositions: frozenset[str]) -> bool:
    """True where a clause begins with "if"; elsewhere Portuguese "caso" is another word."""
    return any(
        word in suppositions and (place == 0 or place in sentence.breaks)
        for place, word in enumerate(sentence.words)
    )


@cache
def _book(code: str) -> Phrasebook:
    words, spoken = lexicon(code), tongue(code)
    return Phrasebook(
        (
            (str(verb), phrase)
            for verb in (*BY_STAFF, *BY_REQUESTERS)
            for phrase in words.phrases(f"prose.{verb}")
        ),
        groups={},
        common=spoken.common,
        negations=spoken.negations,
        negations_after=words.phrases("request.language.negations_after"),
        clause_starters=spoken.clause_starters,
        turns=spoken.turns,
    )
