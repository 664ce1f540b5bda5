"""Sets aside what only sounds like a reason: outages behind an "if", and the false friends of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.reading.dates import names_a_day

if TYPE_CHECKING:
    from mailproc.reading.phrases import Match
    from mailproc.reading.sentences import Sentence
    from mailproc.reading.tongue import Tongue

_FALSE_FRIENDS = {"evidence.never": "evidence.", "excuses.never": "excuses."}
"""The lists of phrases that hold the words of a reason but are none, and what they take away."""
_OUTAGE = "evidence.outage"
_MERELY_SUPPOSED = frozenset({_OUTAGE, "evidence.revenue"})
"""What is no fact where the outage itself is only supposed: "if it goes down we lose 400 euros an hour"."""
SUBJECT_OF_A_CLAUSE = 4
"""Words that may stand between "if" and what breaks down."""
HOW_LONG = 4
"""Words behind it that may say how long it lasts."""
REACH_OF_AN_ENDING = 4
"""Characters between an outage and the ending that makes it a mere thought (Japanese)."""


def real(found: list[Match], sentence: Sentence, spoken: Tongue) -> list[Match]:
    """The matches of one language in a sentence without those that tell of nothing real.

    "If the system is down, the line stops" says what an outage would mean, not that there is one;
    "if it stays down" and "if it is not back by noon" speak of one that is there. A false friend
    ("legal notice") takes with it the evidence that begins or ends in its own words.
    """
    friends = [match for match in found if match.key in _FALSE_FRIENDS]
    outages = [match for match in found if match.key == _OUTAGE and not match.negated]
    start = _supposed_from(outages, sentence, spoken) if outages else len(sentence.words)
    if not friends and start == len(sentence.words):
        return found
    return [
        match
        for match in found
        if not (match.key in _MERELY_SUPPOSED and match.first >= start) and not _is_inside(match, friends)
    ]


def _is_inside(match: Match, friends: list[Match]) -> bool:
    return any(
        friend.first <= edge <= friend.last and match.key.startswith(_FALSE_FRIENDS[friend.key])
        for friend in friends
        for edge in (match.first, match.last)
    )


def _supposed_from(outages: list[Match], sentence: Sentence, spoken: Tongue) -> int:
    """The word from which an "if" makes the sentence a thought, or its end: the clause that supposes an
    outage, and what follows from it."""
    for place in _conditions(sentence, spoken):
        if any(_is_condition(outage, place, sentence, spoken) for outage in outages):
            return _start_of_the_thought(place, sentence, spoken)
    return next((o.first for o in outages if _ends_as_a_thought(o, sentence, spoken)), len(sentence.words))


def _conditions(sentence: Sentence, spoken: Tongue) -> list[int]:
    """The places of words such as "if". Swedish "om" and the like are it only where a clause begins, or
    behind its "and"."""
    words = sentence.words

    def _begins(place: int) -> bool:
        return place == 0 or place in sentence.breaks or words[place - 1] in spoken.clause_starters

    return [
        place
        for place, word in enumerate(words)
        if (word in spoken.suppositions or (word in spoken.suppositions_first and _begins(place)))
        and place + 1 < len(words)
        and place + 1 not in sentence.breaks
        and not words[place + 1][0].isdigit()
    ]


def _is_condition(outage: Match, place: int, sentence: Sentence, spoken: Tongue) -> bool:
    """True where the outage is what the "if" supposes: at once, with no comma and no "not" before it."""
    between = range(place + 1, outage.first + 1)
    return (
        place < outage.first <= place + SUBJECT_OF_A_CLAUSE
        and sentence.breaks.isdisjoint(between)
        and spoken.negations.isdisjoint(sentence.words[place + 1 : outage.first])
        and not _speaks_of_now(sentence.words[place : outage.last + 1 + HOW_LONG], spoken)
    )


def _start_of_the_thought(place: int, sentence: Sentence, spoken: Tongue) -> int:
    """From where the sentence only supposes: its start ("the line stops if …"), or the "if" of "and if"."""
    joined = place > 0 and sentence.words[place - 1] in spoken.clause_starters | spoken.turns
    return place if joined else 0


def _ends_as_a_thought(outage: Match, sentence: Sentence, spoken: Tongue) -> bool:
    """True for languages that say "if" last: 止まれば, 止まった場合."""
    words = sentence.words
    return any(
        words[place : place + len(ending)] == ending
        for ending in spoken.suppositions_after
        for place in range(outage.last, min(outage.last + REACH_OF_AN_ENDING, len(words)))
    )


def _speaks_of_now(words: tuple[str, ...], spoken: Tongue) -> bool:
    """True where the thought is how long it lasts: "stays down", "not back by Friday"."""
    return not spoken.lasting.isdisjoint(words) or names_a_day(words, spoken)
