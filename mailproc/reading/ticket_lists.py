"""Finds the tickets that a mail lists line by line: numbers, and links that lead to them."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from mailproc.reading.request import Source
from mailproc.reading.sightings import MOST_SIGHTINGS, linked_tickets
from mailproc.reading.ticket_places import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.reading.speech import Passage

ASKING = ("intent.request", "intent.with_ticket", "intent.urgency", "level.emergency")
_ITEM = re.compile(
    r"^[ \t]{0,8}(?:(?:\d{1,2}[.)]|[-*•–])[ \t]{1,4}#?(\d{4,9})\b|#?(\d{4,9})[ \t]{0,8}$)", re.MULTILINE
)
"""A number behind a bullet, or one that has the line for itself."""
_LINK_ITEM = re.compile(r"^[ \t]{0,8}(?:(?:\d{1,2}[.)]|[-*•–])[ \t]{1,4})?(?=<?https?://)", re.MULTILINE)
_LONGEST_LINE = 400


def list_items(passage: Passage) -> frozenset[int]:
    """Where the numbers stand that begin the lines of a list, two at least and of one length, in a text
    that speaks of tickets."""
    items = list(islice(_ITEM.finditer(passage.text), MOST_SIGHTINGS))
    alike = len({len(item[item.lastindex or 1]) for item in items}) == 1
    if len(items) < 2 or not alike or not passage.found("ticket.cues", *ASKING):
        return frozenset()
    return frozenset(item.start(item.lastindex or 1) for item in items)


def listed_links(passage: Passage) -> list[Seen]:
    """Links to several tickets, each at the start of its line, below words that ask: "These two have to
    come first:". A list that only tells of other tickets ("see also") is none."""
    starts = [match.end() for match in islice(_LINK_ITEM.finditer(passage.text), MOST_SIGHTINGS)]
    listed = [seen for start in starts for seen in _first_link(passage.text, start)]
    if len({seen.ticket for seen in listed}) < 2 or not _asks_above(passage, starts[0]):
        return []
    return listed


def _first_link(text: str, start: int) -> Iterator[Seen]:
    line = text[start : start + _LONGEST_LINE].partition("\n")[0]
    for sighting in islice(linked_tickets(line), 1):
        yield Seen(
            ticket=sighting.ticket,
            written=sighting.written,
            source=Source.REQUEST,
            why="an item of the list that is asked for",
        )


def _asks_above(passage: Passage, start: int) -> bool:
    """True where the last words before the list ask, and mention nothing in passing."""
    above = passage.sentence_at(len(passage.text[:start].rstrip(" \t\n:：-–")) - 1)
    if above is None:
        return False
    sentence, _ = above
    return bool(passage.found_in(sentence, *ASKING)) and not passage.found_in(sentence, "ticket.mentions")
