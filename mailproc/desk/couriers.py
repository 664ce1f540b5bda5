"""Brings a message of the outbox to the courier of its channel."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mailproc.delivery.alerts import AlertCourier
from mailproc.delivery.lmtp import LmtpCourier
from mailproc.delivery.maildir import MaildirCourier
from mailproc.delivery.parcel import Parcel, Permanent, Transient
from mailproc.delivery.received import hand_on
from mailproc.delivery.smtp import SmtpCourier
from mailproc.oauth2.credentials import Credentials
from mailproc.settings import Security
from mailproc.store import inbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mailproc.delivery.parcel import Courier, DeliveryOutcome
    from mailproc.settings import Operator, OrdinaryMail, Person, Secret, Settings, Team
    from mailproc.store.engine import Database
    from mailproc.store.outbox import Claimed

ALERT_TIMEOUT = 15.0


class Couriers:
    """All ways out. ``secret`` reads what the settings only name; ``clock`` dates trace lines."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        hostname: str,
        secret: Callable[[Secret], str],
        clock: Callable[[], datetime],
        credentials: Credentials | None = None,
        shut_out: Callable[[str, str], None] = lambda _host, _what: None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._hostname = hostname
        self._secret = secret
        self._clock = clock
        self._shut_out = shut_out
        self._credentials = credentials or Credentials(settings, secret=secret, clock=clock)
        self._mail = self._mail_courier()
        self._ordinary = {
            way: self._ordinary_courier(listener.ordinary_mail)
            for way, listener in (("smtp", settings.smtp), ("lmtp", settings.lmtp))
            if listener and listener.ordinary_mail
        }
        self._alerts = AlertCourier()

    def mail(self, message: Claimed) -> DeliveryOutcome:
        """Sends a letter, or hands ordinary mail on."""
        if message.channel == "ordinary":
            return self._hand_on(message)
        if message.content is None:
            return Permanent(detail="the letter is gone")
        outcome = self._mail.deliver(_parcel(message, message.content))
        if isinstance(outcome, Transient) and outcome.is_shut_out:
            self._shut_out(self._settings.delivery.host, outcome.detail)
        return outcome

    def alert(self, message: Claimed) -> DeliveryOutcome:
        """Sends an alert to the address that the row names, without ever showing it."""
        address = self._alert_address(message.recipient)
        if address is None or message.content is None:
            return Permanent(detail=f"{message.recipient} is not in the configuration any more")
        words = json.loads(message.content)
        return self._alerts.send(address, words["title"], words["body"], ALERT_TIMEOUT)

    def verify(self) -> DeliveryOutcome:
        """Tries the way out for letters without sending any."""
        return self._mail.verify()

    def close(self) -> None:
        """Ends kept connections."""
        for courier in (self._mail, *self._ordinary.values()):
            courier.close()

    def _mail_courier(self) -> SmtpCourier | MaildirCourier:
        delivery = self._settings.delivery
        if delivery.transport == "maildir":
            return MaildirCourier(self._settings.base / delivery.path)
        return SmtpCourier(
            delivery.host,
            delivery.port,
            security=delivery.security,
            username=delivery.username,
            credential=self._credentials.of(delivery),
            timeout=delivery.timeout.total_seconds(),
            helo=self._hostname,
            connections=delivery.connections,
        )

    def _ordinary_courier(self, ordinary: OrdinaryMail) -> Courier:
        if ordinary.maildir:
            return MaildirCourier(self._settings.base / ordinary.maildir)
        timeout = self._settings.delivery.timeout.total_seconds()
        if ordinary.lmtp:
            return LmtpCourier(ordinary.lmtp, timeout=timeout, helo=self._hostname)
        host, _, port = (ordinary.smtp or "").rpartition(":")
        return SmtpCourier(
            host,
            int(port),
            security=Security.NONE,
            username=None,
            credential=None,
            timeout=timeout,
            helo=self._hostname,
            connections=self._settings.delivery.connections,
        )

    def _hand_on(self, message: Claimed) -> DeliveryOutcome:
        with self._database.read() as connection:
            raw = inbox.raw(connection, message.mail_id) if message.mail_id else None
            entry = inbox.entry(connection, message.mail_id) if message.mail_id else None
        if raw is None or entry is None:
            return Permanent(detail="the mail is not stored any more")
        courier = self._ordinary.get(entry["way"]) or self._ordinary.get("smtp")
        if courier is None:
            return Permanent(detail="no ordinary_mail is configured any more")
        content = hand_on(
            raw,
            by=self._hostname,
            from_peer=entry["peer"],
            with_protocol="LMTP" if entry["way"] == "lmtp" else "ESMTP",
            mail_id=str(message.mail_id),
            recipient=message.recipient,
            now=self._clock(),
            return_path=message.envelope_from if isinstance(courier, MaildirCourier) else None,
        )
        return courier.deliver(_parcel(message, content))

    def _alert_address(self, name: str) -> str | None:
        whose, _, place = name.rpartition("#")
        owner = self._owner_of_alerts(whose)
        if owner is None or int(place) >= len(owner.alerts):
            return None
        address = owner.alerts[int(place)]
        return address if isinstance(address, str) else self._secret(address)

    def _owner_of_alerts(self, name: str) -> Operator | Team | Person | None:
        if name == "operator":
            return self._settings.operator
        return self._settings.team if name == "team" else self._settings.person(name)


def _parcel(message: Claimed, content: bytes) -> Parcel:
    return Parcel(
        id=f"outbox-{message.id}",
        sender=message.envelope_from,
        recipient=message.recipient,
        content=content,
        repeated=message.attempts > 1,
    )
