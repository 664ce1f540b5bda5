"""Chooses the ticket a mail asks for, and says of every other number why it lost (M6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from mailproc.reading.labels import labelled_lines
from mailproc.reading.request import Candidate, Source
from mailproc.reading.ticket_forms import Form, linked_tickets, same_ticket, sightings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailproc.message.mail import IncomingMail
    from mailproc.reading.sentences import Sentence
    from mailproc.reading.speech import Passage
    from mailproc.reading.ticket_forms import Sighting
    from mailproc.settings import Settings

ASKING = ("intent.request", "intent.with_ticket", "intent.urgency", "level.emergency")
CUE_REACH = 3
SHORTEST_BARE, LONGEST_BARE = 4, 9
_PLUS_TICKET = re.compile(
    r"(?:id|ticket|case|issue|t)?[-_]?([A-Za-z]{0,10}-?\d[A-Za-z0-9]{0,20}(?:-[A-Za-z0-9]{2,12})?)-?"
)
_GITLAB_PLUS = re.compile(r"[\w-]{1,80}-(\d{1,10})-issue-?")
_OWN_MESSAGE_ID = re.compile(r"<(?:ticket|case|issue|rt|escalation)[-._]([A-Za-z]{0,10}-?\d{1,15})[-._@]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The ticket, or the several that are asked for, and all candidates."""

    ticket: str | None
    several: tuple[str, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """A candidate before the choice."""

    ticket: str
    written: str
    source: Source
    why: str
    configured: bool = False
    mentioned: bool = False
    lost: bool = False
    apart: bool = False
    """True where the form itself marks the one ticket of the mail, as brackets do."""


def choose_ticket(
    mail: IncomingMail,
    subject: Passage,
    words: Passage,
    elsewhere: Iterable[tuple[Source, Passage]],
    settings: Settings,
) -> Choice:
    """The ticket that is asked for: the first place that names one, in the order of ``Source``."""
    own = own_forms(settings.tickets.patterns)
    prefixes = settings.tickets.prefixes
    seen = [
        *_labelled(words, own, prefixes),
        *_in_passage(words, Source.WORDS, own, prefixes),
        *_plus_addresses(mail, settings),
        *_in_passage(subject, Source.SUBJECT, own, prefixes),
        *_threads(mail, settings),
        *_links(words),
        *_links(subject),
    ]
    for source, passage in elsewhere:
        seen += [
            replace(s, source=source)
            for s in (*_in_passage(passage, source, own, prefixes), *_links(passage))
        ]
    return _choose(seen)


@lru_cache(maxsize=64)
def own_forms(patterns: tuple[str, ...]) -> tuple[Form, ...]:
    """The desk's configured patterns as forms. Their first group is the ID."""
    return tuple(Form(name="configured", pattern=re.compile(pattern)) for pattern in patterns)


def _labelled(words: Passage, own: tuple[Form, ...], prefixes: tuple[str, ...]) -> Iterator[_Seen]:
    for line in labelled_lines(words.text):
        if line.kind != "ticket":
            continue
        found = list(sightings(line.value, own, prefixes)) or list(linked_tickets(line.value))
        for sighting in found:
            yield _Seen(
                ticket=sighting.ticket,
                written=line.value,
                source=Source.LABEL,
                why=f"labelled {line.label!r}",
                configured=_is_configured(sighting, prefixes),
            )


def _in_passage(
    passage: Passage, source: Source, own: tuple[Form, ...], prefixes: tuple[str, ...]
) -> Iterator[_Seen]:
    listed_until, listed_cued = -1, False
    for sighting in sorted(sightings(passage.text, own, prefixes), key=lambda s: s.start):
        at = passage.sentence_at(sighting.start)
        if at is None:
            continue
        sentence, word = at
        in_list = listed_cued and _only_joins(passage, listed_until, sighting.start)
        judged = _judge(passage, sentence, word, sighting, source, in_list)
        listed_until, listed_cued = sighting.end, judged is not None and not judged.lost
        if judged:
            yield replace(judged, configured=_is_configured(sighting, prefixes))


def _judge(
    passage: Passage, sentence: Sentence, word: int, sighting: Sighting, source: Source, in_list: bool
) -> _Seen | None:
    """What a sighting is worth where it stands; None for a number that nobody calls a ticket."""
    last = word
    while last + 1 < len(sentence.words) and sentence.start + sentence.places[last + 1][0] < sighting.end:
        last += 1
    first = _first_word(passage, sentence, sighting, word)
    seen = _Seen(
        ticket=sighting.ticket,
        written=sighting.written,
        source=source,
        why=f"written as {sighting.form.name}",
        apart=sighting.written.startswith("[") or sighting.form.name == "configured",
    )
    other = _other_number(passage, sentence, first)
    cue = _cue(passage, sentence, first)
    if other is not None and (cue is None or other >= cue):
        return replace(seen, lost=True, why="another kind of number: " + sentence.words[other])
    if cue is None and _is_year_or_amount(sentence, word, last, sighting):
        return None
    asked = source is Source.WORDS and _is_asked_in(passage, sentence)
    mentioned = _is_mentioned(passage, sentence, first)
    if sighting.form.sure or cue is not None or in_list:
        if asked and not mentioned:
            seen = replace(seen, source=Source.REQUEST)
        if cue is not None:
            seen = replace(seen, why=f"called {sentence.words[cue]!r}")
        return replace(seen, mentioned=mentioned)
    if not sighting.form.bare or not SHORTEST_BARE <= len(sighting.ticket) <= LONGEST_BARE:
        return None
    if source is Source.SUBJECT:
        return replace(seen, why="the number in the subject", mentioned=mentioned)
    if asked and not mentioned and _is_object(passage, sentence, first, last):
        return replace(seen, source=Source.REQUEST, why="the object of the request")
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
    number_words = frozenset[str]().union(*(t.number_words for t in passage.tongues)) | {"#"}
    best = None
    for match in passage.found_in(sentence, "ticket.cues"):
        if not 0 < first - match.last <= CUE_REACH:
            continue
        if all(word in number_words for word in sentence.words[match.last + 1 : first]):
            best = match.last if best is None else max(best, match.last)
    return best


def _other_number(passage: Passage, sentence: Sentence, first: int) -> int | None:
    """The place of a word such as "invoice" shortly before."""
    number_words = frozenset[str]().union(*(t.number_words for t in passage.tongues)) | {"#"}
    best = None
    for match in passage.found_in(sentence, "ticket.other_numbers"):
        if not 0 < first - match.last <= CUE_REACH:
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


def _is_year_or_amount(sentence: Sentence, word: int, last: int, sighting: Sighting) -> bool:
    if not sighting.form.bare:
        return False
    number = sighting.ticket
    if len(number) == 4 and number.startswith(("19", "20")):
        return True
    around = {
        sentence.words[word - 1] if word else "",
        sentence.words[last + 1] if last + 1 < len(sentence.words) else "",
    }
    return bool(around & {"€", "$", "£", "¥", "%", "eur", "euro", "usd", "sek", "kr"})


def _is_asked_in(passage: Passage, sentence: Sentence) -> bool:
    return bool(passage.found_in(sentence, *ASKING))


def _is_object(passage: Passage, sentence: Sentence, first: int, last: int) -> bool:
    """True for digits inside a request ("can 46650 go first") or at its edge ("escalate 64023")."""
    for match in passage.found_in(sentence, *ASKING):
        if match.first <= first and last <= match.last:
            return True
        if match.first - 3 <= last < match.first and len(sentence.words[last]) > SHORTEST_BARE:
            return True
        if match.last < first <= match.last + 4 and not _counts_something(passage, sentence, last):
            return True
    return False


def _counts_something(passage: Passage, sentence: Sentence, last: int) -> bool:
    """True for "4711 orders": a word that is no little word follows at once."""
    following = last + 1
    if following >= len(sentence.words) or following in sentence.breaks:
        return False
    return not any(sentence.words[following] in tongue.common for tongue in passage.tongues)


def _is_mentioned(passage: Passage, sentence: Sentence, first: int) -> bool:
    return any(
        match.first <= first <= match.last + 2 for match in passage.found_in(sentence, "ticket.mentions")
    )


def _only_joins(passage: Passage, end: int, start: int) -> bool:
    """True where only ", " or " and " stand between two numbers of a list."""
    between = passage.text[end:start] if 0 <= end < start <= end + 30 else "?"
    joining = frozenset[str]().union(*(t.joining for t in passage.tongues))
    return all(
        word.casefold() in joining or not any(c.isalnum() for c in word)
        for word in between.replace(",", " ").replace("/", " ").replace("#", " ").split()
    )


def _plus_addresses(mail: IncomingMail, settings: Settings) -> Iterator[_Seen]:
    """Tickets in the address itself: support+48213@ (RFC 5233)."""
    for address in (*mail.to, *mail.cc):
        local = address.local_part
        if "+" not in local or not settings.is_own_address(address.email):
            continue
        for part in local.split("+")[1:]:
            match = _GITLAB_PLUS.fullmatch(part) or _PLUS_TICKET.fullmatch(part)
            if match:
                yield _Seen(
                    ticket=match[1].upper(),
                    written=address.email,
                    source=Source.PLUS_ADDRESS,
                    why="part of the address",
                )


def _threads(mail: IncomingMail, settings: Settings) -> Iterator[_Seen]:
    """Tickets in Message-IDs that this desk or its ticket system gave out."""
    domain = settings.desk.address.rpartition("@")[2]
    for reference in (*mail.in_reply_to, *reversed(mail.references)):
        match = _OWN_MESSAGE_ID.match(reference)
        if match and reference.rstrip(">").endswith(domain):
            yield _Seen(
                ticket=match[1].upper(),
                written=reference,
                source=Source.THREAD,
                why="the thread this mail answers",
            )


def _links(passage: Passage) -> Iterator[_Seen]:
    for sighting in linked_tickets(passage.text):
        yield _Seen(
            ticket=sighting.ticket, written=sighting.written, source=Source.LINK, why="where a link leads"
        )


def _is_configured(sighting: Sighting, prefixes: tuple[str, ...]) -> bool:
    return sighting.form.name == "configured" or any(
        sighting.ticket.startswith(prefix.strip("[#").upper()) for prefix in prefixes
    )


_RANK = {source: rank for rank, source in enumerate(Source)}
_MAY_ASK_FOR_SEVERAL = frozenset({Source.LABEL, Source.REQUEST, Source.SUBJECT, Source.WORDS})


def _choose(seen: list[_Seen]) -> Choice:
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


def _explained(seen: _Seen, best: _Seen, winner: str) -> Candidate:
    if seen.lost:
        return _lost(seen, seen.why)
    if same_ticket(seen.ticket, winner):
        return Candidate(
            ticket=seen.ticket, source=seen.source, written=seen.written, chosen=seen is best, why=seen.why
        )
    if seen.mentioned:
        return _lost(seen, "only mentioned, not asked for")
    return _lost(seen, f"{best.source} comes before {seen.source}")


def _lost(seen: _Seen, why: str) -> Candidate:
    return Candidate(ticket=seen.ticket, source=seen.source, written=seen.written, chosen=False, why=why)
