"""Finds the reasons that count and those that do not, each with the sentence that states it (E3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.reading.dates import due_date
from mailproc.reading.request import Evidence, EvidenceKind, Excuse, ExcuseKind, Misuse, MisuseFinding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from mailproc.reading.phrases import Match
    from mailproc.reading.speech import Passage

OVERRULES_MISUSE = frozenset(
    {EvidenceKind.OUTAGE, EvidenceKind.REVENUE, EvidenceKind.SECURITY, EvidenceKind.SAFETY}
)
"""Evidence with which an emergency is never questioned."""

_NOT_FOR_A_WISH = frozenset({EvidenceKind.REVENUE, EvidenceKind.OUTAGE})
_EXCUSED = frozenset({EvidenceKind.DEADLINE, EvidenceKind.DEAL, EvidenceKind.OUTAGE, EvidenceKind.MANY_USERS})
"""Evidence that an excuse around it takes away: "I promised the customers to have it by Friday"."""

_NOT_IN_A_TIMELINE = frozenset({EvidenceKind.OUTAGE, EvidenceKind.CHURN})
"""What the question for a date cannot say: "when will the portal be out" tells of no outage."""

_WISHES = ("misuse.feature", "misuse.cosmetic", "misuse.nice_to_have")
"""Words that say what would be nicer; what they lack is neither down nor does it lose money."""


def find_excuses(passage: Passage) -> tuple[Excuse, ...]:
    """Reasons that do not count: forgotten, and promised. One of a kind for each sentence."""
    found: dict[tuple[ExcuseKind, int], Excuse] = {}
    for match in _excuse_matches(passage):
        kind = ExcuseKind(match.key.partition(".")[2])
        excuse = Excuse(kind=kind, sentence=match.sentence.flat, words=match.words)
        found.setdefault((kind, match.sentence.start), excuse)
    return tuple(found.values())


def find_evidence(passage: Passage, written: date | None) -> tuple[Evidence, ...]:
    """Reasons that count, one of a kind for each sentence, in the order of the text.

    What an excuse itself says ("promised for Friday") is none; what follows a turn ("but they
    will leave us") is.
    """
    excuses, timelines = _excuse_matches(passage), passage.found("misuse.timeline")
    wishes = passage.found(*_WISHES)
    found: dict[tuple[int, EvidenceKind], Match] = {}
    for kind in EvidenceKind:
        for match in passage.found(f"evidence.{kind}"):
            if (match.sentence.start, kind) in found:
                continue
            if match.sentence.words[match.first][0].isdigit() and match.first + 1 in match.sentence.breaks:
                continue  # "48213: the invoices go to customers" counts none
            if kind in _NOT_IN_A_TIMELINE and any(_overlap(match, asked) for asked in timelines):
                continue
            if kind in _NOT_FOR_A_WISH and any(_overlap(match, wish) for wish in wishes):
                continue
            if not any(_takes_away(excuse, match, kind, passage) for excuse in excuses):
                found[match.sentence.start, kind] = match
    sentences = {match.sentence.start: match.sentence for match in found.values()}
    due = {start: due_date(s, passage.tongues, written) for start, s in sentences.items()} if written else {}
    return tuple(
        Evidence(kind=kind, sentence=match.sentence.flat, words=match.words, due=due.get(start))
        for (start, kind), match in sorted(found.items(), key=lambda item: item[0][0])
    )


def find_misuse(passages: Iterable[Passage], evidence: tuple[Evidence, ...]) -> MisuseFinding | None:
    """What speaks against an emergency, unless an outage, lost revenue or a breach stands beside it.

    A function that does not exist yet can neither be down nor lose money: a wished-for feature is
    questioned all the same where the mail itself says that everything works.
    """
    passages = tuple(passages)
    kinds = {item.kind for item in evidence}
    all_works = any(passage.found("misuse.works") for passage in passages)
    for kind in Misuse:
        overruling = kinds & OVERRULES_MISUSE
        if kind is Misuse.FEATURE and all_works:
            overruling = overruling - _NOT_FOR_A_WISH
        if overruling and kind is not Misuse.STAGING:
            continue
        if overruling - {EvidenceKind.OUTAGE} and kind is Misuse.STAGING:
            continue
        for passage in passages:
            for match in passage.found(f"misuse.{kind}"):
                return MisuseFinding(kind=kind, sentence=match.sentence.flat, words=match.words)
    return None


def _excuse_matches(passage: Passage) -> list[Match]:
    return passage.found(*(f"excuses.{kind}" for kind in ExcuseKind))


def _takes_away(excuse: Match, match: Match, kind: EvidenceKind, passage: Passage) -> bool:
    """True for words of the excuse itself, and for what its clause says: no turn stands between."""
    if match.sentence is not excuse.sentence:
        return False
    if _overlap(match, excuse):
        return True
    first, last = sorted(((match.first, match.last), (excuse.first, excuse.last)))
    between = match.sentence.words[first[1] + 1 : last[0] + 1]
    return kind in _EXCUSED and passage.turns.isdisjoint(between)


def _overlap(one: Match, other: Match) -> bool:
    return one.sentence is other.sentence and one.first <= other.last and other.first <= one.last
