"""Whom and what the words behind a command name: a member of staff, or a ticket."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailproc.reading.request import Level
from mailproc.reading.sightings import linked_tickets, own_forms, sightings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailproc.settings import Person, Tickets

LEVELS = {
    "emergency": Level.EMERGENCY,
    "higher": Level.HIGHER_PRIORITY,
    "higher priority": Level.HIGHER_PRIORITY,
}
"""How staff write the levels."""

LONGEST = 200
"""Characters of a command that may name somebody or something; the rest is a remark."""

_NUMBER = re.compile(r"[A-Za-z][A-Za-z0-9]{0,20}[-#:][0-9]{1,15}|#?[0-9]{3,20}")
_SHORTEST_NUMBER = 3


def named_person(words: str, people: Sequence[Person]) -> Person | None:
    """The one member of staff whom the words begin with: by address, whole name, or one part of it."""
    tokens = [token.strip(".,;:!<>()") for token in words[:LONGEST].casefold().split()]
    said = " ".join((*tokens, ""))
    for person in people:
        if person.email in tokens or said.startswith(f"{person.name.casefold()} "):
            return person
    if not tokens:
        return None
    found = [person for person in people if tokens[0] in person.name.casefold().split()]
    return found[0] if len(found) == 1 else None


def named_ticket(words: str, tickets: Tickets) -> str:
    """The one ticket in the words, ``""`` where there is none or more than one. No cue is needed here."""
    text = words[:LONGEST]
    seen = [*sightings(text, own_forms(tickets.patterns), tickets.prefixes), *linked_tickets(text)]
    found = [sighting.ticket for sighting in seen if len(sighting.ticket) >= _SHORTEST_NUMBER]
    found = found or [match[0].lstrip("#").upper() for match in _NUMBER.finditer(text)]
    return found[0] if len(set(found)) == 1 else ""


def named_level(words: str) -> Level | None:
    """The level that stands somewhere in the words, as a word of its own; None where none does."""
    said = words[:LONGEST].casefold()
    return next((level for name, level in LEVELS.items() if re.search(rf"\b{name}\b", said)), None)
