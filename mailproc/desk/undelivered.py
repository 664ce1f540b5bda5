"""What could not be delivered is told to a person: the operator, or the sender of handed-on mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.letters.operator import Notice
from mailproc.message.report import delivery_report
from mailproc.store import inbox, outbox
from mailproc.store.outbox import Outgoing

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.notices import OperatorDesk
    from mailproc.settings import Settings
    from mailproc.store.outbox import Claimed


class Undelivered:
    """Ends the story of a message, well or badly."""

    def __init__(self, settings: Settings, operator: OperatorDesk, hostname: str) -> None:
        self._settings = settings
        self._operator = operator
        self._hostname = hostname

    def all_well(self, connection: Connection, message: Claimed) -> None:
        """Ordinary mail that was handed on to everybody need not be kept."""
        if (
            message.channel == "ordinary"
            and message.mail_id
            and not outbox.waits(connection, message.mail_id)
        ):
            inbox.forget_raw(connection, message.mail_id)

    def give_up(self, connection: Connection, message: Claimed, detail: str, now: datetime) -> None:
        """Tells the operator; and for handed-on mail its sender, as RFC 5321 §6.1 demands."""
        if message.channel == "ordinary":
            self._report(connection, message, detail, now)
        if message.kind == "operator" and message.channel == "mail":
            return  # a letter to the operator about a letter to the operator helps nobody
        notice = Notice(
            kind="undelivered",
            mail_id=message.mail_id,
            recipient=message.recipient,
            subject=message.subject,
            detail=detail,
        )
        if message.channel == "team":  # a channel that is away loses many posts: told once a day
            self._operator.write(connection, notice, key=f"undelivered:team:{now:%Y-%m-%d}", now=now)
            return
        tell = self._operator.write if message.channel == "alert" else self._operator.tell
        tell(connection, notice, key=f"undelivered:{message.id}", now=now)

    def _report(self, connection: Connection, message: Claimed, detail: str, now: datetime) -> None:
        original = inbox.raw(connection, message.mail_id) if message.mail_id else None
        if not message.envelope_from or original is None:
            return  # a null sender wants no report (RFC 5321 §4.5.5)
        message_id = f"<dsn.{message.id}@{self._hostname}>"
        content = delivery_report(
            reporting_mta=self._hostname,
            sender=message.envelope_from,
            recipient=message.recipient,
            status="5.0.0",
            diagnostic=detail,
            original=original,
            now=now,
            message_id=message_id,
            postmaster=self._settings.desk.address,
        )
        report = Outgoing(
            key=f"dsn:{message.id}",
            channel="mail",
            kind="dsn",
            recipient=message.envelope_from,
            envelope_from="",
            subject="Undelivered mail",
            message_id=message_id,
            content=content,
            mail_id=message.mail_id,
        )
        outbox.put(connection, [report], now=now, held=False)
