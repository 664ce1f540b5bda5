"""Each request is recorded on its ticket: a note to the ticket system's address, never to a customer (E6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.desk.attendants.attendant import Listener
from mailproc.desk.matter import evidence_of, happening_of, matter_of
from mailproc.escalation.timeline import REQUESTS
from mailproc.store import outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Heard
    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.settings import Settings


class Recording(Listener):
    """Writes the note for the ticket system, where the configuration names its address."""

    def __init__(self, settings: Settings, letters: Letters, post: Post) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Records a request; what the ticket system itself notified is on the ticket already.

        That also keeps two machines from answering each other for ever: its notification of our note is
        never recorded again.
        """
        address = self._settings.tickets.record_to
        if address is None or heard.kind not in REQUESTS or heard.by_machine:
            return
        event = next(event for event in reversed(heard.row["events"]) if event["kind"] == heard.kind)
        letter = self._letters.record(
            matter_of(heard.row, self._settings),
            replace(happening_of(event, self._settings), by=str(heard.by)),
            evidence_of(event),
            to=address,
            now=heard.now,
        )
        note = self._post.letter(letter, key=f"record:{event['id']}", now=heard.now)
        # Written without its mail and escalation, it has no signed address: a machine orders nothing.
        note = replace(note, mail_id=heard.mail_id)
        outbox.put(connection, [note], now=heard.now, held=self._settings.desk.holds_letters)
