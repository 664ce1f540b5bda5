"""The client of a ticket hears that it was passed on, and nothing of what was written inside (F4, F6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.desk.attendants.attendant import Listener
from mailproc.desk.audience import clients
from mailproc.desk.matter import matter_of
from mailproc.escalation.timeline import Event

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Heard
    from mailproc.desk.mailing import Mailing
    from mailproc.letters import Letters
    from mailproc.settings import Settings


class Courtesy(Listener):
    """Acknowledges a technician's form to the customer it is about."""

    def __init__(self, settings: Settings, letters: Letters, mailing: Mailing) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Writes once, when the form began the escalation: whoever wrote before has had an answer."""
        row = heard.row
        if heard.kind != Event.STARTED or heard.form is None or self._settings.person(heard.by.email) is None:
            return
        matter = matter_of(row, self._settings)
        letters = [
            self._letters.client("handed_over", matter, to=client, now=heard.now)
            for client in clients(connection, row, self._settings)
        ]
        key = f"courtesy:{row['id']}"
        self._mailing.send(connection, letters, key=key, now=heard.now, escalation_id=row["id"])
