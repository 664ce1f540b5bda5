"""The desk asks for help: each trouble becomes one letter to the operator, and an alert beside mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.store import outbox

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.letters.operator import Notice


class OperatorDesk:
    """Writes notices for the operator; each ``key`` is told once."""

    def __init__(self, letters: Letters, post: Post) -> None:
        self._letters = letters
        self._post = post

    def tell(self, connection: Connection, notice: Notice, *, key: str, now: datetime) -> None:
        """Puts a notice in the outbox. It is never held: the operator must hear of trouble."""
        letter = self._letters.operator(notice, now=now)
        messages = [
            self._post.letter(letter, key=f"operator:{key}", now=now),
            *self._post.operator_alerts(letter.subject, letter.text, key=f"operator:{key}"),
        ]
        outbox.put(connection, messages, now=now, held=False)

    def write(self, connection: Connection, notice: Notice, *, key: str, now: datetime) -> None:
        """A notice by mail alone: that an alert failed is not told by a further alert."""
        letter = self._letters.operator(notice, now=now)
        message = self._post.letter(letter, key=f"operator:{key}", now=now)
        outbox.put(connection, [message], now=now, held=False)
