"""Letters and alerts become outbox rows: derived identifiers, one recipient each, nothing secret."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.letters.compose import compose
from mailproc.message.mail import Address
from mailproc.store.outbox import Outgoing

if TYPE_CHECKING:
    from datetime import datetime

    from mailproc.escalation.reply_address import ReplyAddresses
    from mailproc.letters.letter import Letter
    from mailproc.settings import Person, Settings

RETURN_PATH = "+bounce-"
"""What marks the variable part of a return path (RFC 5233 sub-addressing)."""


class Post:
    """Turns what the desk wants to say into rows."""

    def __init__(self, settings: Settings, addresses: ReplyAddresses) -> None:
        self._settings = settings
        self.addresses = addresses
        desk = settings.desk
        self._sender = Address(email=desk.address, name=desk.name)

    def letter(
        self,
        letter: Letter,
        *,
        key: str,
        now: datetime,
        mail_id: int | None = None,
        escalation_id: int | None = None,
    ) -> Outgoing:
        """A letter to one person. ``key`` names the effect: Message-ID and return path follow from it."""
        # Keyed: whoever could guess the token of a letter could forge its bounce.
        told = f"letter\0{self._settings.desk.address}\0{key}".encode()
        token = hmac.new(self.addresses.key, told, hashlib.sha256).hexdigest()[:24]
        message_id = f"<{letter.kind}.{token}@{self._sender.domain}>"
        return Outgoing(
            key=key,
            channel="mail",
            kind=letter.kind,
            recipient=letter.to,
            envelope_from=self._return_path(token),
            subject=letter.subject,
            message_id=message_id,
            content=compose(
                letter,
                sender=replace(self._sender, name=letter.sender_name or self._sender.name),
                message_id=message_id,
                date=now,
                reply_to=self._reply_to(letter.to, mail_id, escalation_id, now),
            ),
            mail_id=mail_id,
            escalation_id=escalation_id,
        )

    def alerts(
        self, people: tuple[Person, ...], title: str, body: str, *, key: str, mail_id: int | None = None
    ) -> list[Outgoing]:
        """One row for each alert address of each person.

        The address may hold a secret, so the row names the person and the place in the list
        (``priya@helpdesk.example#0``); the courier looks it up.
        """
        return [
            self._alert(f"{person.email}#{place}", title, body, key=key, kind="alert", mail_id=mail_id)
            for person in people
            for place in range(len(person.alerts))
        ]

    def operator_alerts(self, title: str, body: str, *, key: str) -> list[Outgoing]:
        """One row for each alert address of the operator (``operator#0``)."""
        return [
            self._alert(f"operator#{place}", title, body, key=key, kind="operator")
            for place in range(len(self._settings.operator.alerts))
        ]

    def team_posts(self, title: str, body: str, *, key: str, mail_id: int | None = None) -> list[Outgoing]:
        """One row for each address of the team's channel (``team#0``), on a way of its own: it may hang."""
        return [
            replace(
                self._alert(f"team#{place}", title, body, key=key, kind="team", mail_id=mail_id),
                channel="team",
            )
            for place in range(len(self._settings.team.alerts))
        ]

    def _alert(
        self, recipient: str, title: str, body: str, *, key: str, kind: str, mail_id: int | None = None
    ) -> Outgoing:
        return Outgoing(
            key=f"{key}:{recipient}",
            channel="alert",
            kind=kind,
            recipient=recipient,
            subject=title,
            content=json.dumps({"title": title, "body": body}).encode(),
            mail_id=mail_id,
        )

    def hand_on(
        self, *, mail_id: int, envelope_from: str | None, recipients: tuple[str, ...]
    ) -> list[Outgoing]:
        """Ordinary mail for its people: the octets themselves stay where they are stored."""
        return [
            Outgoing(
                key=f"ordinary:{mail_id}:{recipient}",
                channel="ordinary",
                kind="ordinary",
                recipient=recipient,
                envelope_from=envelope_from or "",
                content=None,
                mail_id=mail_id,
            )
            for recipient in recipients
        ]

    def _reply_to(
        self, person: str, mail_id: int | None, escalation_id: int | None, now: datetime
    ) -> str | None:
        """The address signed for this reader; None for a letter that is about nothing in particular."""
        desk = self._settings.desk.address
        if escalation_id is not None:
            return self.addresses.sign(desk, "escalation", escalation_id, person, now.date())
        if mail_id is not None:
            return self.addresses.sign(desk, "mail", mail_id, person, now.date())
        return None

    def _return_path(self, token: str) -> str:
        """A variable envelope return path: bounces to it tell which letter failed (VERP)."""
        return f"{self._sender.local_part}{RETURN_PATH}{token}@{self._sender.domain}"


def is_return_path(address: str) -> bool:
    """True for the envelope senders of our own letters: what comes there is read, never answered."""
    return RETURN_PATH in address.partition("@")[0]
