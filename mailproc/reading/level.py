"""Reads the level asked for: an emergency only where it is asked for in so many words (P1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from mailproc.reading.intent import is_taken_back
from mailproc.reading.request import Finding, Level
from mailproc.reading.tongue import flat_label, level_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailproc.message.mail import IncomingMail
    from mailproc.reading.sentences import Sentence
    from mailproc.reading.speech import Passage
    from mailproc.settings import Settings

LONGEST_EXCLAMATION = 4
"""Words of a level that is called out rather than asked for."""
_MARKED_SUBJECT = re.compile(r"[\[(*!]{1,3}\s{0,2}([^\[\](*!\n]{3,30}?)\s{0,2}[\])*!]")
_HOLDS_A_FIGURE = re.compile(r"\d")
_SUBJECT_START = re.compile(r"\s{0,5}([^\s:：\-–|][^:：\-–|\n]{2,29})[:：\-–|]")


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelReading:
    """The level, or None where nothing asks for one; ``declined`` where "Level: none" is written."""

    level: Level | None = None
    declined: bool = False
    finding: Finding | None = None


_LEVELS = {"emergency": Level.EMERGENCY, "higher": Level.HIGHER_PRIORITY}


def read_level(mail: IncomingMail, subject: Passage, words: Passage, settings: Settings) -> LevelReading:
    """The level from a label, the address, a mark in the subject, or the author's words."""
    readings = chain(
        _labelled(words), _addressed(mail, settings), _in_subject(subject), _in_words((subject, words))
    )
    return next(readings, LevelReading())


def _labelled(words: Passage) -> Iterable[LevelReading]:
    for line in words.labelled:
        value = level_values().get(flat_label(line.value)) if line.kind == "level" else None
        if value == "none":
            yield LevelReading(
                declined=True, finding=_found("no level asked for", line.value, f"label {line.label}")
            )
        elif value:
            yield LevelReading(
                level=_LEVELS[value], finding=_found(_LEVELS[value], line.value, f"label {line.label}")
            )


def _addressed(mail: IncomingMail, settings: Settings) -> Iterable[LevelReading]:
    for address in (*mail.to, *mail.cc):
        if not settings.is_own_address(address.email):
            continue
        for part in address.local_part.split("+")[1:]:
            value = level_values().get(flat_label(part))
            if value in _LEVELS:
                yield LevelReading(
                    level=_LEVELS[value], finding=_found(_LEVELS[value], address.email, "plus-address")
                )


def _in_subject(subject: Passage) -> Iterable[LevelReading]:
    """ "[EMERGENCY] 23377", "EMERGENCY: till down", "Ticket 91160 EMERGENCY", "OPS-4412 emergency"."""
    marked = [match[1] for match in _MARKED_SUBJECT.finditer(subject.text)]
    start = _SUBJECT_START.match(subject.text)
    capitals = [word for word in subject.text.split() if word.isupper()]
    beside_ticket = " ".join(word for word in subject.text.split() if not _HOLDS_A_FIGURE.search(word))
    for words in (*marked, *([start[1]] if start else []), *capitals, beside_ticket):
        if level_values().get(flat_label(words)) == "emergency" and len(words) > 1:
            yield LevelReading(level=Level.EMERGENCY, finding=_found(Level.EMERGENCY, words, "subject"))


def _in_words(passages: Iterable[Passage]) -> Iterable[LevelReading]:
    for passage in passages:
        asked = (m.words for m in passage.found("level.emergency") if not is_taken_back(passage, m))
        called_out = filter(None, map(_called_out, passage.sentences))
        for words in chain(asked, called_out):
            yield LevelReading(level=Level.EMERGENCY, finding=_found(Level.EMERGENCY, words, passage.place))


def _called_out(sentence: Sentence) -> str | None:
    """ "Emergency" in "Emergency! Our shop is down" and in "Emergency - our shop is down"."""
    end = min(sentence.breaks, default=len(sentence.words))
    if end > LONGEST_EXCLAMATION or level_values().get(" ".join(sentence.words[:end])) != "emergency":
        return None
    return sentence.between(0, end - 1)


def _found(said: str, words: str, place: str) -> Finding:
    return Finding(rule="level", said=said, words=words, place=place)
