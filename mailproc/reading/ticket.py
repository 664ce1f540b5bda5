"""Chooses the ticket a mail asks for, and says of every other number why it lost (M6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailproc.reading.request import Candidate, Source
from mailproc.reading.sightings import own_forms, same_ticket
from mailproc.reading.ticket_judgement import in_passage, only_number
from mailproc.reading.ticket_lists import listed_links
from mailproc.reading.ticket_places import labelled, links, plus_addresses, threads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailproc.message.mail import IncomingMail
    from mailproc.reading.speech import Passage
    from mailproc.reading.ticket_places import Seen
    from mailproc.settings import Settings

_RANK = {source: rank for rank, source in enumerate(Source)}
_MAY_ASK_FOR_SEVERAL = frozenset({Source.LABEL, Source.REQUEST, Source.SUBJECT, Source.WORDS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The ticket, or the several that are asked for, and all candidates."""

    ticket: str | None
    several: tuple[str, ...]
    candidates: tuple[Candidate, ...]


def choose_ticket(
    mail: IncomingMail,
    subject: Passage,
    words: Passage,
    elsewhere: Iterable[tuple[Source, Passage]],
    settings: Settings,
    thread_ticket: str | None = None,
) -> Choice:
    """The ticket that is asked for: the first place that names one, in the order of ``Source``."""
    own = own_forms(settings.tickets.patterns)
    prefixes = settings.tickets.prefixes
    seen = [
        *labelled(words, own, prefixes),
        *in_passage(words, Source.WORDS, own, prefixes),
        *plus_addresses(mail, settings),
        *in_passage(subject, Source.SUBJECT, own, prefixes),
        *threads(mail, thread_ticket, settings),
        *listed_links(words),
        *links(words),
        *links(subject),
    ]
    for source, passage in elsewhere:
        found = (*in_passage(passage, source, own, prefixes), *links(passage))
        seen += [replace(each, source=source) for each in found]
    if all(each.lost for each in seen):
        seen += only_number(subject, words, own, prefixes)
    return _choose(seen)


def _choose(seen: list[Seen]) -> Choice:
    ranked = sorted(
        (s for s in seen if not s.lost),
        key=lambda s: (s.mentioned, not s.configured, _RANK[s.source], not s.apart),
    )
    if not ranked:
        return Choice(ticket=None, several=(), candidates=tuple(_lost(s, s.why) for s in seen))
    best = ranked[0]
    rivals = _distinct(
        s.ticket
        for s in ranked
        if (s.mentioned, s.configured, s.source) == (best.mentioned, best.configured, best.source)
    )
    asked_together = (
        len(rivals) > 1
        and best.source in _MAY_ASK_FOR_SEVERAL
        and not best.mentioned
        and not (best.source is Source.SUBJECT and best.apart)
    )
    if asked_together:
        return Choice(
            ticket=None,
            several=tuple(rivals),
            candidates=tuple(_lost(s, "several are asked for" if not s.lost else s.why) for s in seen),
        )
    winner = rivals[0]
    return Choice(ticket=winner, several=(), candidates=tuple(_explained(s, best, winner) for s in seen))


def _distinct(tickets: Iterable[str]) -> list[str]:
    """The different tickets; one with and one without prefix are the same, the longer is kept."""
    kept: list[str] = []
    for ticket in tickets:
        twin = next((k for k in kept if same_ticket(k, ticket)), None)
        if twin is None:
            kept.append(ticket)
        elif len(ticket) > len(twin):
            kept[kept.index(twin)] = ticket
    return kept


def _explained(seen: Seen, best: Seen, winner: str) -> Candidate:
    if seen.lost:
        return _lost(seen, seen.why)
    if same_ticket(seen.ticket, winner):
        return Candidate(
            ticket=seen.ticket, source=seen.source, written=seen.written, chosen=seen is best, why=seen.why
        )
    if seen.mentioned:
        return _lost(seen, "only mentioned, not asked for")
    return _lost(seen, f"{best.source} comes before {seen.source}")


def _lost(seen: Seen, why: str) -> Candidate:
    return Candidate(ticket=seen.ticket, source=seen.source, written=seen.written, chosen=False, why=why)
