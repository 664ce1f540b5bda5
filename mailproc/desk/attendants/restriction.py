"""Misused emergencies are counted for the account, and a restriction that is lifted begins the count anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.attendants.attendant import Listener
from mailproc.escalation.timeline import Event
from mailproc.policy.accounts import account_of, counted_since, is_too_much
from mailproc.reading.request import Level
from mailproc.store import accounts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Heard
    from mailproc.settings import Settings


class Restriction(Listener):
    """Keeps the count that the policy asks for (P4). It hears before a letter about the event is written."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Counts MISUSE, and forgets with RESTORE."""
        account = account_of(heard.row["organisation"], heard.row["requester"])
        if heard.kind == Event.MISUSED and _was_an_emergency(heard.row):
            accounts.note_misuse(connection, account, escalation_id=heard.row["id"], now=heard.now)
        elif heard.kind == Event.RESTORED:
            accounts.lift(connection, account, by=heard.by.email, now=heard.now)


def _was_an_emergency(row: dict[str, Any]) -> bool:
    return any(event["level"] == Level.EMERGENCY for event in row["events"])


def misuses_of(connection: Connection, row: dict[str, Any], settings: Settings, now: datetime) -> int:
    """How often the account of an escalation has misused emergencies by now."""
    account = account_of(row["organisation"], row["requester"])
    return accounts.misuses(connection, account, counted_since(now, settings.emergency))


def is_restricted(connection: Connection, row: dict[str, Any], settings: Settings, now: datetime) -> bool:
    """True while the emergencies of an escalation's account are taken as Higher Priority."""
    return is_too_much(misuses_of(connection, row, settings, now), settings.emergency)
