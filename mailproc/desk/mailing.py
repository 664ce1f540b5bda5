"""Puts letters about an escalation into the outbox, each in the conversation its reader already has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.policy.hours import time_of
from mailproc.reading.request import Level
from mailproc.store import escalations, outbox

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.post import Post
    from mailproc.letters.letter import Letter
    from mailproc.settings import Settings


class Mailing:
    """Threads, signs and stores letters. In observe mode they wait for a person.

    What is not urgent reaches a client in their own working day (T5).
    """

    def __init__(self, settings: Settings, post: Post) -> None:
        self._settings = settings
        self._post = post

    def send(
        self,
        connection: Connection,
        letters: Iterable[Letter],
        *,
        key: str,
        now: datetime,
        escalation_id: int | None = None,
        mail_id: int | None = None,
    ) -> None:
        """Puts letters into the outbox. ``key`` and the reader name the effect: it is written once."""
        is_urgent = _is_urgent(connection, escalation_id)
        messages = [
            replace(
                self._post.letter(
                    self._threaded(connection, letter, escalation_id),
                    key=f"{key}:{letter.to}",
                    now=now,
                    mail_id=mail_id,
                    escalation_id=escalation_id,
                ),
                not_before=None if is_urgent else self._in_their_day(letter, now),
            )
            for letter in letters
        ]
        outbox.put(connection, messages, now=now, held=self._settings.desk.holds_letters)

    def _in_their_day(self, letter: Letter, now: datetime) -> datetime | None:
        """When a client is next at work; None for staff, and for what answers a mail: that goes at once."""
        if letter.reply or self._settings.person(letter.to) or self._is_inside(letter.to):
            return None
        return time_of(self._settings.organisation_of(letter.to), self._settings).next_opening(now)

    def _is_inside(self, email: str) -> bool:
        return email == self._settings.operator.email or self._settings.is_own_address(email)

    def _threaded(self, connection: Connection, letter: Letter, escalation_id: int | None) -> Letter:
        """The letter as an answer to the last one its reader had about the matter (RFC 5322 §3.6.4)."""
        if escalation_id is None or letter.in_reply_to is not None:
            return letter
        earlier = outbox.conversation(connection, escalation_id, letter.to)
        if not earlier:
            return letter
        return replace(letter, in_reply_to=earlier[-1], references=tuple(earlier))


def _is_urgent(connection: Connection, escalation_id: int | None) -> bool:
    """True for emergencies, and for what is about no escalation."""
    if escalation_id is None:
        return True
    return escalations.level_of(connection, escalation_id) is not Level.HIGHER_PRIORITY
