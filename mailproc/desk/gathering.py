"""A storm of emergencies is told together: one letter and one SMS a person, then an update now and then.

Two designs were weighed. *Counting in the outbox* and merging rows before they leave would keep the desk as
it is, but a letter that is written cannot be taken back once an attempt began. *Waiting rows*: a call that
comes in a storm becomes a row of ``gathered``, and a promise tells all of them at once. The second was built:
what waits is on disk with the decision that brought it, and none is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.audience import waits_for_somebody
from mailproc.desk.matter import matter_of
from mailproc.escalation.timeline import Event
from mailproc.letters.storm import Waiting
from mailproc.policy.calling import called, called_again
from mailproc.policy.decision import Alert
from mailproc.store import calls, escalations, outbox, timers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.mailing import Mailing
    from mailproc.desk.pager import Pager
    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.settings import Person, Settings
    from mailproc.store.timers import Due

TELL_TOGETHER = "tell together"


class Gathering:
    """Keeps calls back while too many come at once, and tells them together."""

    def __init__(
        self, settings: Settings, letters: Letters, post: Post, mailing: Mailing, pager: Pager
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post
        self._mailing = mailing
        self._pager = pager

    def is_storm(self, connection: Connection, now: datetime) -> bool:
        """True while more calls went out lately than are told one by one; those under way count."""
        rule = self._settings.emergency
        since = now - rule.group_within
        count = calls.lately(connection, (Event.EVERYBODY_ALERTED, Event.CHASED), since)
        return count + calls.without_escalation(connection, since) > rule.group_above

    def takes(self, connection: Connection, row: dict[str, Any], *, round: int, now: datetime) -> bool:
        """True where a call is not to be made by itself: it waits, and is told with the others."""
        if not self.is_storm(connection, now):
            return False
        calls.gather(connection, row["id"], round=round, now=now)
        if not timers.is_wound(connection, TELL_TOGETHER):
            timers.wind(connection, TELL_TOGETHER, now, escalation_id=row["id"])
        return True

    def tell(self, connection: Connection, promise: Due, now: datetime) -> None:
        """Tells all that wait, and looks again after a while; with nothing to tell the storm is over."""
        found = [(row, self._people(round, now)) for row, round in self._waiting(connection)]
        if not found:
            return
        key = f"storm:{now:%Y%m%dT%H%M%S}"
        for person in self._settings.people:
            mine = [row for row, people in found if person in people]
            if mine:
                self._tell(connection, person, mine, key=key, is_update=promise.round > 1, now=now)
        timers.wind(
            connection,
            TELL_TOGETHER,
            now + self._settings.emergency.group_update,
            escalation_id=promise.escalation_id,
            round=promise.round + 1,
        )

    def _waiting(self, connection: Connection) -> Iterator[tuple[dict[str, Any], int]]:
        """What nobody has taken on meanwhile, each with the round of its call."""
        for one in calls.take_gathered(connection):
            row = escalations.entry(connection, one.escalation_id)
            if row is not None and waits_for_somebody(row):
                yield row, one.round

    def _people(self, round: int, now: datetime) -> tuple[Person, ...]:
        if round == 0:
            return called(Alert.EVERYBODY, self._settings, now)
        return called_again(round, self._settings, now)

    def _tell(
        self,
        connection: Connection,
        person: Person,
        rows: list[dict[str, Any]],
        *,
        key: str,
        is_update: bool,
        now: datetime,
    ) -> None:
        waiting = [
            Waiting(
                matter=matter_of(row, self._settings),
                words=row["events"][0]["said"],
                code=self._pager.code(connection, row["id"], person, now),
                answer_to=self._post.addresses.sign(
                    self._settings.desk.address, "escalation", row["id"], person.email, now.date()
                ),
            )
            for row in rows
        ]
        letter = self._letters.storm(waiting, person=person, is_update=is_update, now=now)
        self._mailing.send(connection, [letter], key=key, now=now)
        short = self._pager.together(person, [(one.matter.ticket, one.code) for one in waiting], key=key)
        outbox.put(connection, short, now=now, held=self._settings.desk.holds_letters)
