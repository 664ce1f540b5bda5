"""Tells a request to come first from all the other mail that people write (M4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailproc.message.phrases import fold, is_answer
from mailproc.reading.request import EvidenceKind, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mailproc.reading.phrases import Match
    from mailproc.reading.speech import Passage

_GRAVE = ("outage", "revenue", "security", "safety", "churn", "legal")
"""Evidence of which two kinds make a named ticket a request without any words that ask."""
_CONSEQUENCES = ("deadline", "deal", "churn", "revenue", "security", "safety", "legal")
"""Evidence that turns a mere wish ("could you look at 48213") into a request: what happens else.
Not the outage itself, nor who is affected: any ticket tells those."""
_EXCUSES = ("excuses.forgot", "excuses.promised")
_ONLY_A_TICKET = re.compile(r"\A\W{0,3}(?:[^\W\d]{1,20}\W{0,3}){0,2}\d{3,20}\W{0,3}\Z")
GRAVE_ENOUGH = 2
EVERY_EVIDENCE = tuple(EvidenceKind)
OPENS_A_SENTENCE = 1
"""Words before a request that still opens its sentence: "Hello, escalate", "Please escalate"."""
TERSE = 4
"""Words of a mail that says nothing but "now, please"."""


def asks_outright(passages: Iterable[Passage]) -> Finding | None:
    """The words that ask for a ticket to come first, whatever else the mail says."""
    return next(_requests(passages, "intent.request"), None)


def asks_without_ticket(passages: Iterable[Passage]) -> Finding | None:
    """The same where no ticket is named: then such words may be a mere topic ("I prioritise incidents at
    work"). They ask where they open a sentence, stand beside a wish, urgency or "our case", or the mail has a
    reason."""
    passages = tuple(passages)
    has_reason = bool(_evidence(passages, EVERY_EVIDENCE))
    return next(_requests(passages, "intent.request", where=None if has_reason else _is_asked), None)


def _is_asked(passage: Passage, match: Match) -> bool:
    wished = passage.found_in(match.sentence, "intent.wish", "intent.urgency", "intent.own_case")
    return match.first <= OPENS_A_SENTENCE or any(not is_taken_back(passage, wish) for wish in wished)


def asks_about_ticket(passages: Iterable[Passage]) -> Finding | None:
    """Words that ask for it only because a ticket is named beside them ("48213 first, please"),
    or a named ticket with so grave a case that nobody would read it as ordinary mail."""
    passages = tuple(passages)
    terse = sum(len(passage.text.split()) for passage in passages if passage.place != "subject") <= TERSE
    weak = next(
        _requests(passages, "intent.with_ticket", "intent.urgency", where=None if terse else _is_not_faint),
        None,
    )
    if any(_is_ordinary(passage) for passage in passages):
        return None
    return (
        weak
        or _wish_with_consequence(passages)
        or _excused_case(passages)
        or _bare_subject(passages)
        or _grave_case(passages)
    )


def _wish_with_consequence(passages: tuple[Passage, ...]) -> Finding | None:
    """ "Could you look at 48213? They cancel on Friday"."""
    wish = next(_requests(passages, "intent.wish"), None)
    return wish if wish and _evidence(passages, _CONSEQUENCES) else None


def _is_ordinary(passage: Passage) -> bool:
    """True for words of ordinary mail ("works again"), unless an excuse holds them ("promised it works"),
    or a request does ("must be solved today")."""
    return any(
        not passage.found_in(match.sentence, *_EXCUSES) and not _is_demanded(passage, match)
        for match in passage.found("intent.ordinary")
    )


def _is_demanded(passage: Passage, ordinary: Match) -> bool:
    return any(
        asked.first < ordinary.last < asked.last
        for asked in passage.found_in(ordinary.sentence, "intent.with_ticket")
    )


def _excused_case(passages: tuple[Passage, ...]) -> Finding | None:
    """ "I forgot 48213, sorry; now everybody reads everybody's records": who excuses the delay of a
    ticket and says what happens otherwise asks for it."""
    excuse = next((m for p in passages for m in p.found(*_EXCUSES)), None)
    if excuse is None or not _evidence(passages, _CONSEQUENCES):
        return None
    return Finding(
        rule="intent",
        said="a delay is excused, and the consequences told",
        words=excuse.words,
        place="own words",
    )


def _bare_subject(passages: tuple[Passage, ...]) -> Finding | None:
    """ "Subject: 58820", and what happens otherwise: nobody writes so about an ordinary matter."""
    bare = next((p for p in passages if p.place == "subject" and _is_bare(p.text)), None)
    if bare is None or not _evidence(passages, _CONSEQUENCES):
        return None
    said = "the subject is a ticket, and the consequences are told"
    return Finding(rule="intent", said=said, words=bare.text, place=bare.place)


def _is_bare(subject: str) -> bool:
    """True for a subject somebody typed that is nothing but a ticket; behind "Re:" a program put it there."""
    return _ONLY_A_TICKET.match(subject) is not None and not is_answer(fold(subject))


def _grave_case(passages: tuple[Passage, ...]) -> Finding | None:
    grave = _evidence(passages, _GRAVE)
    if len({match.key for match in grave}) < GRAVE_ENOUGH:
        return None
    return Finding(
        rule="intent",
        said="a ticket is named, and the case is grave",
        words=grave[0].words,
        place="own words",
    )


def _evidence(passages: tuple[Passage, ...], kinds: tuple[str, ...]) -> list[Match]:
    keys = [f"evidence.{kind}" for kind in kinds]
    return [match for passage in passages for match in passage.found(*keys)]


def _is_not_faint(passage: Passage, match: Match) -> bool:
    """False for a match of nothing but words such as "thanks" and "now", in a sentence without the ticket:
    "Thanks, it prints now" asks for nothing, "48213 now, thanks" does."""
    said = match.sentence.words[match.first : match.last + 1]
    if any(word[0].isdigit() for word in match.sentence.words):
        return True
    return not all(passage.is_faint(word) for word in said)


def _requests(
    passages: Iterable[Passage], *keys: str, where: Callable[[Passage, Match], bool] | None = None
) -> Iterator[Finding]:
    for passage in passages:
        for match in passage.found(*keys):
            if not is_taken_back(passage, match) and (where is None or where(passage, match)):
                yield Finding(
                    rule="intent",
                    said=f"asks to come first ({match.key.partition('.')[2]})",
                    words=match.words,
                    place=passage.place,
                )


def is_taken_back(passage: Passage, match: Match) -> bool:
    """True where words such as "how do I escalate" or "thanks for escalating" cover the match."""
    return any(
        never.first <= match.last and match.first <= never.last
        for never in passage.found_in(match.sentence, "intent.never")
    )
