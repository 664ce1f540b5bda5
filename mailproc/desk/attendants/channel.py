"""The team's channel reads of each accepted request, and of its end (E5): one post each, nobody's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.desk.attendants.attendant import Listener
from mailproc.desk.matter import happening_of, matter_of
from mailproc.escalation.status import Status
from mailproc.escalation.timeline import Event
from mailproc.store import outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Heard
    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.settings import Settings

ASKED = (Event.STARTED, Event.ESCALATED_AGAIN, Event.RAISED)
"""The events of an accepted request."""


class Channel(Listener):
    """Posts into the team's channel. A post that fails is the operator's trouble, and nobody else's."""

    def __init__(self, settings: Settings, letters: Letters, post: Post) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Writes the post about a request, or about its end."""
        event = heard.row["events"][-1]
        is_end = Status(heard.row["status"]).is_over and event["at"] == heard.row["closed_at"]
        if heard.kind not in ASKED and not is_end:
            return
        matter, happening = matter_of(heard.row, self._settings), happening_of(event, self._settings)
        evidence = tuple(dict.fromkeys(item["kind"] for item in event["evidence"]))
        title, body = self._letters.team_post(matter, happening, evidence=evidence, is_end=is_end)
        posts = self._post.team_posts(title, body, key=f"team:{event['id']}", mail_id=heard.mail_id)
        outbox.put(connection, posts, now=heard.now, held=self._settings.desk.holds_letters)
