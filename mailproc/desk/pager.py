"""SMS and chat: ticket, level, and a one-time code of each person's own. No names, no quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.escalation.alert_code import make_code
from mailproc.store import codes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.letters.matter import Matter
    from mailproc.settings import Person, Settings
    from mailproc.store.outbox import Outgoing


class Pager:
    """Writes the short alerts. ``key`` is the desk's secret, from which the codes are made."""

    def __init__(self, settings: Settings, letters: Letters, post: Post, key: bytes) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post
        self._key = key

    def code(self, connection: Connection, escalation_id: int, person: Person, now: datetime) -> str:
        """The code with which a person acknowledges an escalation: the one they have, or a new one."""
        code = codes.valid(connection, escalation_id, person.email, now)
        if code is None:
            code = make_code(self._key, escalation_id, person.email, now)
            expires_at = now + self._settings.emergency.code_valid_for
            codes.issue(
                connection,
                code,
                escalation_id=escalation_id,
                person=person.email,
                now=now,
                expires_at=expires_at,
            )
        return code

    def first(
        self,
        connection: Connection,
        people: Sequence[Person],
        *,
        ticket: str,
        escalation_id: int | None,
        key: str,
        now: datetime,
        mail_id: int | None = None,
    ) -> list[Outgoing]:
        """The first word of an emergency; no code where there is no escalation to acknowledge yet."""
        messages = []
        for person in people:
            code = "" if escalation_id is None else self.code(connection, escalation_id, person, now)
            title, body = self._letters.short_alert(ticket, code)
            messages += self._post.alerts((person,), title, body, key=key, mail_id=mail_id)
        return messages

    def again(
        self,
        connection: Connection,
        people: Sequence[Person],
        matter: Matter,
        *,
        escalation_id: int,
        key: str,
        now: datetime,
    ) -> list[Outgoing]:
        """The same once more: nobody has acknowledged it yet."""
        messages = []
        for person in people:
            title, body = self._letters.short_chase(matter, self.code(connection, escalation_id, person, now))
            messages += self._post.alerts((person,), title, body, key=key)
        return messages

    def together(self, person: Person, emergencies: Sequence[tuple[str, str]], *, key: str) -> list[Outgoing]:
        """Several emergencies in one message, each by its ticket and code."""
        title, body = self._letters.short_storm(emergencies)
        return self._post.alerts((person,), title, body, key=key)
