"""How the desk itself is: its books, what it set aside, what did not arrive, and every way in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailproc.letters.operator_day import OperatorDay, SetAside, Undelivered, WayIn
from mailproc.store import books

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from mailproc.desk.digests.period import Period
    from mailproc.settings import Settings

TOO_LONG = timedelta(hours=1)
"""How long no mail may be without an outcome."""

UNDELIVERED, QUARANTINE = "operator:undelivered:", "operator:quarantine:"
"""How the keys of those calls for help begin that have a list of their own."""


def operator_day(connection: Connection, settings: Settings, period: Period) -> OperatorDay:
    """The content of the operator's daily letter."""
    since, until = period.since, period.until
    balance = books.balance(connection, since, until)
    notices = books.notices(connection, since, until)
    lost = [number for notice in notices if (number := _message_of(notice["key"])) is not None]
    states = books.outbox_states(connection)
    return OperatorDay(
        day=period.day,
        written_at=until,
        received=balance.received,
        outcomes=tuple(balance.outcomes.items()),
        waiting=books.waiting_since_before(connection, until - TOO_LONG),
        set_aside=tuple(_set_aside(row) for row in books.set_aside(connection, since, until)),
        quarantined=books.in_quarantine(connection),
        undelivered=tuple(_undelivered(row) for row in books.given_up(connection, lost)),
        retried=states.get("retried", 0),
        held=states.get("held", 0),
        ways_in=tuple(_ways_in(connection, settings, period)),
        troubles=tuple(
            notice["subject"] for notice in notices if not notice["key"].startswith((UNDELIVERED, QUARANTINE))
        ),
    )


def _message_of(key: str) -> int | None:
    """The message of the outbox that a call for help is about."""
    number = key.removeprefix(UNDELIVERED)
    return int(number) if number.isdecimal() else None


def _set_aside(row: dict[str, Any]) -> SetAside:
    return SetAside(mail_id=row["id"], sender=row["sender"], cause=row["trouble"] or row["code"] or "")


def _undelivered(row: dict[str, Any]) -> Undelivered:
    return Undelivered(recipient=row["recipient"], subject=row["subject"], cause=row["detail"])


def _ways_in(connection: Connection, settings: Settings, period: Period) -> Iterator[WayIn]:
    """Every way that is configured, also where nothing came; then those that brought mail all the same."""
    taken = books.taken(connection, period.since, period.until)
    configured = {way: way for way in ("smtp", "lmtp") if getattr(settings, way) is not None}
    configured |= {f"imap:{mailbox.name}": mailbox.name for mailbox in settings.mailbox}
    for way in (*configured, *sorted(set(taken) - set(configured))):
        mails, last_at = taken.get(way, (0, None))
        yield WayIn(name=configured.get(way, way), mails=mails, last_at=last_at)
