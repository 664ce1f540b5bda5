"""What was changed reaches everybody concerned, and nobody twice (S2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.audience import concerned, copied, stakeholders, voices
from mailproc.desk.debriefing import Debriefing
from mailproc.desk.matter import matter_of
from mailproc.escalation.status import Status
from mailproc.escalation.timeline import Event
from mailproc.reading.request import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from mailproc.desk.occasion import Occasion
    from mailproc.escalation.conduct import Change
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.letters.matter import Happening
    from mailproc.message.mail import Address
    from mailproc.settings import Settings

STANDS_DOWN = (Status.ACKNOWLEDGED, Status.CLOSED, Status.CANCELED)
"""The statuses in which an emergency needs no further help."""


class News:
    """Writes to whoever did it, to those outside, and to those inside."""

    def __init__(self, settings: Settings, letters: Letters) -> None:
        self._settings = settings
        self._letters = letters
        self._debriefing = Debriefing(settings, letters)

    def letters(
        self,
        connection: Connection,
        row: dict[str, Any],
        happening: Happening,
        change: Change,
        by: Address,
        occasion: Occasion,
    ) -> Iterator[Letter]:
        """The letters about a change, each with whom it is for; ``row`` is the escalation after it."""
        matter, now, order = matter_of(row, self._settings), occasion.now, change.order
        told = {by.email}
        if change.status is Status.CLOSED and matter.level is Level.EMERGENCY:
            closer = self._settings.person(by.email)
            for letter in self._debriefing.write(
                connection, row, happening, closer=closer, now=now, answers=occasion.mail
            ):
                told.add(letter.to)
                yield letter
        elif not self._settings.is_own_address(by.email):  # what the clock did needs no receipt
            yield self._letters.done(matter, happening, to=by, now=now, answers=occasion.mail)
        if order.tells_requester:
            words_allowed = order.words_to_requester and self._settings.person(by.email) is not None
            for voice in voices(connection, row, self._settings):
                if voice.email not in told:
                    told.add(voice.email)
                    yield self._letters.news(
                        matter, happening, to=voice, now=now, words_allowed=words_allowed
                    )
            for reader in copied(row):
                if reader.email not in told:
                    told.add(reader.email)
                    yield self._letters.news(
                        matter, happening, to=reader, now=now, words_allowed=words_allowed, is_copy=True
                    )
        # Whoever was called for an emergency hears, above all, that nobody need come any more (P9).
        is_over_for_them = change.status in STANDS_DOWN and order.happening is not Event.REOPENED
        stands_down = matter.level is Level.EMERGENCY and is_over_for_them
        tell = self._letters.over if stands_down else self._letters.staff_news
        if order.tells_staff:
            who = stakeholders if order.after_the_end else concerned
            for person in who(connection, row, self._settings):
                if person.email not in told:
                    told.add(person.email)
                    yield tell(matter, happening, person=person, now=now)
