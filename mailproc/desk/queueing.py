"""QUEUE: a request that met the cooldown waits until it is over (P5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.policy.decision import Code
from mailproc.store import decisions, escalations, timers

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailproc.desk.mailing import Mailing
    from mailproc.desk.occasion import Occasion
    from mailproc.desk.thread import Thread
    from mailproc.letters import Letters
    from mailproc.message.mail import Address
    from mailproc.settings import Settings

TAKE_UP = "take up"
"""The promise to take a queued request up when its cooldown is over."""


class Queueing:
    """Lets requests wait; the clockwork has them decided when their time has come."""

    def __init__(self, settings: Settings, letters: Letters, mailing: Mailing) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing

    def obey(self, connection: Connection, thread: Thread, sender: Address, occasion: Occasion) -> str | None:
        """Promises to take a request up that met the cooldown; None for any other, and for other people's."""
        made = decisions.of_mail(connection, thread.mail_id) if thread.mail_id else None
        if made is None or made["code"] != Code.COOLDOWN or thread.signed_for != sender.email:
            return None
        latest = escalations.latest(connection, made["ticket"])
        if latest is None:
            return None
        until = latest.accepted_at + self._settings.policy_of(made["procedure"]).cooldown
        timers.wind(connection, TAKE_UP, max(until, occasion.now), mail_id=made["mail_id"])
        letter = self._letters.queued(
            made["ticket"], until=until, to=sender, now=occasion.now, answers=occasion.mail
        )
        key = f"queue:{occasion.mail_id}"
        self._mailing.send(connection, [letter], key=key, now=occasion.now, mail_id=occasion.mail_id)
        return "queued"
