"""Sees everything in a text that is written like a ticket ID, each stretch read by one form only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING

from mailproc.reading.ticket_forms import ADDRESS, FORMS, LINK, LINK_TICKET, OTHER_KEYS, Form

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SIGHTINGS = 100
"""Of one form in one text: who writes more numbers pastes a list, and asks for none of them."""

_UNSPACED = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_EASTERN = re.compile(r"[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff5e]")
_NARROW = {0xFF01 + place: 0x21 + place for place in range(94)}
_LINK_FORM = Form(name="link", pattern=LINK_TICKET, sign=LINK)
_KEY_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,30}-?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """Something that looks like an ID: the ID, as written, where, and by which form."""

    ticket: str
    written: str
    start: int
    end: int
    form: Form


@lru_cache(maxsize=64)
def own_forms(patterns: tuple[str, ...]) -> tuple[Form, ...]:
    """The desk's configured patterns as forms. Their first group is the ID."""
    compiled = (re.compile(pattern) for pattern in patterns)
    return tuple(Form(name="configured", pattern=each, sign=each) for each in compiled)


def sightings(text: str, own: tuple[Form, ...], prefixes: tuple[str, ...]) -> Iterator[Sighting]:
    """Everything in a text that looks like an ID.

    ``own`` are the desk's configured forms, which read first; ``prefixes`` its own keys.
    """
    original, text = text, _latin_alone(text)
    taken: bytearray | None = None
    for form in (*own, *FORMS):
        if not form.may_stand_in(text):
            continue
        taken = _links_and_addresses(text) if taken is None else taken
        for match in islice(form.pattern.finditer(text), MOST_SIGHTINGS):
            if 1 in taken[match.start(1) : match.end(1)] or _is_other_key(match[1], form, prefixes):
                continue
            _take(taken, match)
            yield Sighting(
                ticket=match[1].upper() if form.any_case else match[1],
                written=original[match.start() : match.end()],
                start=match.start(1),
                end=match.end(1),
                form=form,
            )


def _latin_alone(text: str) -> str:
    """The same text, place for place, as if kana and kanji were blanks and wide letters were narrow.

    Japanese writes numbers right against its words (チケット48213を), and now and then in wide digits.
    """
    if text.isascii() or not _EASTERN.search(text):
        return text
    return _UNSPACED.sub(" ", text.translate(_NARROW))


def linked_tickets(text: str) -> Iterator[Sighting]:
    """The tickets that links lead to."""
    if "://" not in text:
        return
    for link in islice(LINK.finditer(text), MOST_SIGHTINGS):
        match = LINK_TICKET.search(link[0])
        if match:
            start = link.start() + match.start(1)
            yield Sighting(
                ticket=match[1].upper(),
                written=link[0],
                start=start,
                end=start + len(match[1]),
                form=_LINK_FORM,
            )


def same_ticket(one: str, other: str) -> bool:
    """True for an ID with and without its prefix ("SBM-48213" and "48213")."""
    if one == other:
        return True
    long, short = (one, other) if len(one) > len(other) else (other, one)
    return (
        short.isdigit()
        and long.endswith(short)
        and _KEY_PREFIX.fullmatch(long.removesuffix(short)) is not None
    )


def _links_and_addresses(text: str) -> bytearray:
    """A mark for each character of a text that belongs to a link or a mail address."""
    taken = bytearray(len(text))
    links = LINK.finditer(text) if "://" in text else ()
    addresses = ADDRESS.finditer(text) if "@" in text else ()
    for match in chain(links, addresses):
        _take(taken, match)
    return taken


def _take(taken: bytearray, match: re.Match[str]) -> None:
    taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())


def _is_other_key(ticket: str, form: Form, prefixes: tuple[str, ...]) -> bool:
    prefix = ticket.rpartition("-")[0].upper()
    if form.bare or not prefix or prefix in {p.strip("[-#").upper() for p in prefixes}:
        return False
    return prefix in OTHER_KEYS
