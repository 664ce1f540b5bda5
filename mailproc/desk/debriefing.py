"""An emergency is over: everybody inside who had to do with it reads in one letter how it went (S6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.audience import post_mortem_author, stakeholders
from mailproc.desk.matter import happening_of, matter_of
from mailproc.escalation.timeline import Event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.letters.matter import Happening
    from mailproc.message.mail import IncomingMail
    from mailproc.settings import Person, Settings

LEFT_OUT = frozenset({Event.NOTE, Event.WROTE, Event.TAKEN, Event.JOINED_FOR_A_WHILE})
"""Events that a timeline in short does without."""


class Debriefing:
    """Writes the letters that debrief."""

    def __init__(self, settings: Settings, letters: Letters) -> None:
        self._settings = settings
        self._letters = letters

    def write(
        self,
        connection: Connection,
        row: dict[str, Any],
        happening: Happening,
        *,
        closer: Person | None,
        now: datetime,
        answers: IncomingMail | None,
    ) -> Iterator[Letter]:
        """A letter to each stakeholder, and to the ``closer``, for whom it is the receipt of their CLOSE."""
        people = stakeholders(connection, row, self._settings)
        asked = self._settings.debrief.post_mortem
        author = post_mortem_author(row, self._settings) if asked else None
        matter = matter_of(row, self._settings)
        events = [
            happening_of(event, self._settings) for event in row["events"] if event["kind"] not in LEFT_OUT
        ]
        for person in [*([closer] if closer else []), *(one for one in people if one != closer)]:
            yield self._letters.debrief(
                matter,
                happening,
                events,
                person=person,
                author=author,
                now=now,
                answers=answers if person == closer else None,
            )
