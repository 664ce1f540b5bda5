"""Judges a number by the words around it: a ticket, another kind of number, or nothing (M6)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.reading.request import Source
from mailproc.reading.sightings import sightings
from mailproc.reading.ticket_lists import ASKING, list_items
from mailproc.reading.ticket_places import Seen, is_configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.reading.sentences import Sentence
    from mailproc.reading.sightings import Sighting
    from mailproc.reading.speech import Passage
    from mailproc.reading.ticket_forms import Form

ASKING_OUTRIGHT = ("intent.request", "level.emergency")
_COUNTS = ("evidence.many_users", "evidence.revenue")
"""Phrases that begin with a number count something: "12517 customers"."""
CUE_REACH = 3
OTHER_REACH = 5
"""Words between "the plant has the number" and its number; behind it, "4471 is the number of the plant"."""
LONGEST_JOIN = 30
ROUND = "00"
SHORTEST_BARE, LONGEST_BARE = 4, 9
_REMARK = re.compile(r"\([^()\n]{0,120}\)")
LONGEST_REMARKS = 300


def in_passage(
    passage: Passage, source: Source, own: tuple[Form, ...], prefixes: tuple[str, ...]
) -> Iterator[Seen]:
    """The tickets that a text names, each judged by the words around it."""
    listed_until, listed_cued, items = -1, False, list_items(passage)
    for sighting in sorted(sightings(passage.text, own, prefixes), key=lambda s: s.start):
        at = passage.sentence_at(sighting.start)
        if at is None:
            continue
        sentence, word = at
        is_item = sighting.start in items
        in_list = is_item or (listed_cued and _only_joins(passage, listed_until, sighting.start))
        judged = _judge(passage, sentence, word, sighting, source, in_list)
        listed_until, listed_cued = sighting.end, judged is not None and not judged.lost
        if judged and is_item and judged.source is Source.WORDS:
            judged = replace(judged, source=Source.REQUEST, why="an item of the list that is asked for")
        if judged:
            yield replace(judged, configured=is_configured(sighting, prefixes))


def only_number(
    subject: Passage, words: Passage, own: tuple[Form, ...], prefixes: tuple[str, ...]
) -> list[Seen]:
    """The one number that can be a ticket, in a mail that asks outright and names none otherwise:
    "I hear nothing about 50301, please escalate". Round numbers count something."""
    if not (subject.found(*ASKING_OUTRIGHT) or words.found(*ASKING_OUTRIGHT)):
        return []
    possible = {
        sighting.ticket: sighting
        for sighting in sightings(words.text, own, prefixes)
        if sighting.form.bare and _may_be_ticket(words, sighting)
    }
    if len(possible) != 1:
        return []
    (sighting,) = possible.values()
    return [
        Seen(
            ticket=sighting.ticket,
            written=sighting.written,
            source=Source.WORDS,
            why="the only number that can be a ticket",
        )
    ]


def _may_be_ticket(passage: Passage, sighting: Sighting) -> bool:
    """True for a bare number that nothing around it explains, near the words that ask."""
    number, at = sighting.ticket, passage.sentence_at(sighting.start)
    if at is None or not SHORTEST_BARE < len(number) <= LONGEST_BARE or number.startswith("0"):
        return False
    sentence, word = at
    return not (
        number.endswith(ROUND)
        or (word > 0 and sentence.words[word - 1] not in passage.common | passage.number_words)
        or _is_part_of_a_number(sentence, word)
        or _other_number(passage, sentence, word) is not None
        or _is_year_or_amount(passage, sentence, word, word)
        or (_counts_something(passage, sentence, word) and sentence.words[word + 1] not in passage.negations)
        or not _is_asked_nearby(passage, sentence)
    )


def _is_part_of_a_number(sentence: Sentence, word: int) -> bool:
    """True for a part of something longer, such as a telephone number; numbers of a list are alike."""
    beside = sentence.words[max(0, word - 1) : word] + sentence.words[word + 1 : word + 2]
    return any(each[0].isdigit() and len(each) != len(sentence.words[word]) for each in beside)


def _is_asked_nearby(passage: Passage, sentence: Sentence) -> bool:
    """True where this sentence or one beside it asks."""
    place = passage.sentences.index(sentence)
    return any(_is_asked_in(passage, near) for near in passage.sentences[max(0, place - 1) : place + 2])


def _judge(
    passage: Passage, sentence: Sentence, word: int, sighting: Sighting, source: Source, in_list: bool
) -> Seen | None:
    """What a sighting is worth where it stands; None for a number that nobody calls a ticket."""
    last = word
    while last + 1 < len(sentence.words) and sentence.start + sentence.places[last + 1][0] < sighting.end:
        last += 1
    first = _first_word(passage, sentence, sighting, word)
    seen = Seen(
        ticket=sighting.ticket,
        written=sighting.written,
        source=source,
        why=f"written as {sighting.form.name}",
        apart=sighting.written.startswith("[") or sighting.form.name == "configured",
    )
    other = _other_number(passage, sentence, first)
    cue = _cue(passage, sentence, first)
    if other is not None and (cue is None or other >= cue) and " - " not in sighting.written:
        return replace(seen, lost=True, why="another kind of number: " + sentence.words[other])
    if sighting.form.bare and _belongs_behind(passage, sentence, last, cue):
        return replace(seen, lost=True, why="another kind of number, named behind it")
    if sighting.form.bare and _is_day(passage, sentence, last):
        return None
    if cue is None and sighting.form.bare and _is_year_or_amount(passage, sentence, word, last):
        return None
    asked = source is Source.WORDS and _is_asked_in(passage, sentence)
    mentioned = _is_mentioned(passage, sentence, first, last)
    if sighting.form.sure or cue is not None or in_list:
        if asked and not mentioned:
            seen = replace(seen, source=Source.REQUEST)
        if cue is not None:
            seen = replace(seen, why=f"called {sentence.words[cue]!r}")
        return replace(seen, mentioned=mentioned)
    if sighting.form.bare and not SHORTEST_BARE <= len(sighting.ticket) <= LONGEST_BARE:
        return None
    if sighting.form.bare and _is_part_of_a_number(sentence, word):
        return None
    if asked and not mentioned and _is_object(passage, sentence, first, last):
        return replace(seen, source=Source.REQUEST, why="the object of the request")
    if source is Source.SUBJECT and sighting.form.bare:
        return replace(seen, why="the number in the subject", mentioned=mentioned)
    return None


def _first_word(passage: Passage, sentence: Sentence, sighting: Sighting, word: int) -> int:
    """The first word of the whole ID; ``sentence_at`` found the word at its start."""
    while word and sentence.places[word][0] > sighting.start - sentence.start:
        word -= 1
    if word and sentence.words[word - 1] == "#":
        return word - 1
    return word


def _cue(passage: Passage, sentence: Sentence, first: int) -> int | None:
    """The place of a word such as "ticket" shortly before, with nothing but "number is" between."""
    number_words = passage.number_words
    best = None
    for match in passage.found_in(sentence, "ticket.cues"):
        if not 0 < first - match.last <= CUE_REACH:
            continue
        if all(word in number_words for word in sentence.words[match.last + 1 : first]):
            best = match.last if best is None else max(best, match.last)
    return best


def _other_number(passage: Passage, sentence: Sentence, first: int) -> int | None:
    """The place of a word such as "invoice" shortly before."""
    number_words = passage.number_words
    best = None
    for match in passage.found_in(sentence, "ticket.other_numbers"):
        if not 0 < first - match.last <= OTHER_REACH:
            continue
        # Without accents Swedish "år" (year) is "är" (is), which stands before any number.
        if match.first == match.last and sentence.words[match.last] in passage.number_words:
            continue
        between = sentence.words[match.last + 1 : first]
        if all(word in number_words or word[0].isdigit() for word in between):
            best = match.last if best is None else max(best, match.last)
    if best is None:
        return None
    # "customer number 4711": the number word belongs to the customer, not to a ticket.
    while best + 1 < first and sentence.words[best + 1] in number_words:
        best += 1
    return best


def _belongs_behind(passage: Passage, sentence: Sentence, last: int, cue: int | None) -> bool:
    """True for "4471 is the number of the plant": what it numbers ends the clause. Not for what is called
    a ticket, nor for a bare number that is asked for ("can 48213 go first, it is the order page")."""
    if (
        sentence.words[cue] not in passage.number_words
        if cue is not None
        else _is_asked_in(passage, sentence)
    ):
        return False
    linking = passage.common | passage.number_words
    for match in passage.found_in(sentence, "ticket.other_numbers"):
        between = range(last + 1, match.first)
        if not 0 < len(between) <= OTHER_REACH or not linking.issuperset(sentence.words[p] for p in between):
            continue
        end = match.last + 1
        while end < len(sentence.words) and sentence.words[end] in passage.number_words:
            end += 1
        if sentence.breaks.isdisjoint(range(last + 1, match.first + 1)) and (
            end == len(sentence.words) or end in sentence.breaks or sentence.words[end] in passage.joining
        ):
            return True
    return False


def _is_year_or_amount(passage: Passage, sentence: Sentence, word: int, last: int) -> bool:
    number = sentence.words[last]
    if len(number) == 4 and number.startswith(("19", "20")):
        return True
    before = sentence.words[word - 1] if word else ""
    beside = _word_beside(sentence, last)
    if before in passage.money or beside in passage.money or beside in passage.units:
        return True
    counted = any(match.first == word for match in passage.found_in(sentence, *_COUNTS))
    return counted and _counts_something(passage, sentence, last)


def _word_beside(sentence: Sentence, last: int) -> str:
    """The word right after a number; none after a comma, nor an article cut short ("50301 l'offre")."""
    following = last + 1
    if following >= len(sentence.words) or following in sentence.breaks:
        return ""
    if sentence.text[sentence.places[following][1] :].startswith(("'", "’")):
        return ""
    return sentence.words[following]


def _is_day(passage: Passage, sentence: Sentence, last: int) -> bool:
    """True for "30 November" and "30 c.m."."""
    following = sentence.words[last + 1 : last + 3]
    if len(sentence.words[last]) > 2 or not following or last + 1 in sentence.breaks:
        return False
    return any(
        following[0] in spoken.months or not spoken.day_marks.isdisjoint((following, following[:1]))
        for spoken in passage.tongues
    )


def _is_asked_in(passage: Passage, sentence: Sentence) -> bool:
    return bool(passage.found_in(sentence, *ASKING))


def _is_object(passage: Passage, sentence: Sentence, first: int, last: int) -> bool:
    """True for digits inside a request ("can 46650 go first") or at its edge ("escalate 64023")."""
    counts = _counts_something(passage, sentence, last)
    for match in passage.found_in(sentence, *ASKING):
        if match.first <= first and last <= match.last:
            if not (counts and last == match.last):
                return True
        elif match.first - 3 <= last < match.first:
            if len(sentence.words[last]) > SHORTEST_BARE and not (counts and last + 1 < match.first):
                return True
        elif match.last < first <= match.last + 4 and not counts:
            return True
    return False


def _counts_something(passage: Passage, sentence: Sentence, last: int) -> bool:
    """True for "4711 orders": a word that is no little word follows at once."""
    following = last + 1
    if following >= len(sentence.words) or following in sentence.breaks:
        return False
    return sentence.words[following] not in passage.common


def _is_mentioned(passage: Passage, sentence: Sentence, first: int, last: int) -> bool:
    return any(
        match.first <= last and first <= match.last + 2
        for match in passage.found_in(sentence, "ticket.mentions")
    )


def _only_joins(passage: Passage, end: int, start: int) -> bool:
    """True where only ", " or " and ", and remarks in brackets, stand between two numbers of a list."""
    if not 0 <= end < start <= end + LONGEST_REMARKS:
        return False
    between = _REMARK.sub(" ", passage.text[end:start])
    if len(between) > LONGEST_JOIN:
        return False
    return all(
        word.casefold() in passage.joining or not any(c.isalnum() for c in word)
        for word in between.replace(",", " ").replace("/", " ").replace("#", " ").split()
    )
