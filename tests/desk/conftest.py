"""A desk at work without its wires: mail goes into the store, the worker runs, letters come out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from mailproc.desk.office import Office
from mailproc.message.arrival import Arrival
from mailproc.resources import folder
from mailproc.settings import (
    Desk as DeskTable,
)
from mailproc.settings import (
    Mode,
    Operator,
    OrdinaryMail,
    Organisation,
    Person,
    Settings,
    SmtpListener,
)
from mailproc.store import escalations, inbox, outbox

if TYPE_CHECKING:
    from pathlib import Path

    from mailproc.store.engine import Database
    from tests.conftest import HandClock

GOOD_REASON = (
    "Our web shop cannot take any orders since this morning and we lose 4,000 euros an hour. "
    "If it is not repaired before Friday, our largest customer cancels the contract."
)


def settings(base: Path, **changes: Any) -> Settings:
    """The example desk: one project manager, one customer, ordinary mail handed on."""
    return Settings(
        base=base,
        desk=DeskTable(
            name="Support",
            address="support@helpdesk.example",
            time_zone=ZoneInfo("America/Chicago"),
            mode=Mode.ANSWER,
        ),
        operator=Operator(email="ops@helpdesk.example"),
        smtp=SmtpListener(listen="127.0.0.1:8025", ordinary_mail=OrdinaryMail(maildir=base / "ordinary")),
        people=(
            Person(
                name="Priya Nair",
                email="priya@helpdesk.example",
                roles=("pm",),
                alerts=("json://127.0.0.1:9/",),
            ),
        ),
        organisation=(Organisation(name="Norda", domains=("norda.example",)),),
    ).model_copy(update=changes)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A letter as its reader sees it."""

    to: str
    kind: str
    subject: str
    text: str
    headers: EmailMessage = field(repr=False)


@dataclass
class DeskAtWork:
    """Mail in, letters out."""

    database: Database
    settings: Settings
    clock: HandClock
    number: int = 0

    def __post_init__(self) -> None:
        self.office = Office(self.settings, templates=folder("templates"), key=b"k" * 32)
        self.worker = self.office.worker(self.database, self.clock)

    def mail(
        self,
        body: str = "",
        *,
        sender: str = "Kim Norda <kim@norda.example>",
        subject: str = "",
        **headers: str,
    ) -> bytes:
        """A mail to the desk, written now."""
        self.number += 1
        message = EmailMessage(policy=SMTP)
        message["From"] = sender
        message["To"] = headers.pop("To", "support@helpdesk.example")
        message["Subject"] = subject
        message["Date"] = headers.pop("Date", format_datetime(self.clock()))
        message["Message-ID"] = headers.pop("Message_ID", f"<{self.number}@norda.example>")
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(body)
        return message.as_bytes()

    def put(self, raw: bytes, **arrival: Any) -> int:
        """Stores a mail as an intake does; its id."""
        given = {
            "way": "smtp",
            "envelope_from": "kim@norda.example",
            "envelope_to": ("support@helpdesk.example",),
        }
        with self.database.write() as connection:
            [id_] = inbox.add(connection, [Arrival(raw=raw, **{**given, **arrival})], self.clock())
        return id_

    def work(self) -> None:
        """Lets the worker handle all that is due."""
        while self.worker.work():
            pass

    def receive(self, body: str = "", **given: Any) -> list[Reply]:
        """Mails the desk and gives the answers to that mail, alerts not among them."""
        id_ = self.put(self.mail(body, **given))
        self.work()
        return [reply for reply in self.sent_for(id_) if reply.kind not in ("alert", "ordinary")]

    def sent_for(self, mail_id: int) -> list[Reply]:
        with self.database.read() as connection:
            return [_reply(row) for row in outbox.of_mail(connection, mail_id)]

    def everything_sent(self) -> list[Reply]:
        with self.database.read() as connection:
            ids = sorted(row["id"] for row in outbox.listing(connection, limit=1000))
            return [_reply(outbox.entry(connection, id_) or {}) for id_ in ids]

    def outcome(self, mail_id: int | None = None) -> tuple[str, str | None]:
        """What became of a mail, or of the newest one."""
        with self.database.read() as connection:
            entry = inbox.entry(connection, mail_id) if mail_id else inbox.listing(connection, limit=1)[0]
        assert entry is not None
        return entry["outcome"], entry["code"]

    def open_escalations(self) -> list[dict[str, Any]]:
        with self.database.read() as connection:
            return escalations.listing(connection, only_open=True)

    def close(self, ticket: str) -> None:
        """Closes an escalation as staff would."""
        from sqlalchemy import update

        from mailproc.store.tables import escalation

        with self.database.write() as connection:
            connection.execute(
                update(escalation)
                .where(escalation.c.ticket == ticket)
                .values(status="closed", closed_at=self.clock())
            )

    def make_digest(self) -> list[Reply]:
        """Lets the morning come, if it is time; the digests it made."""
        return [letter for letter in self._morning() if letter.kind == "digest"]

    def make_reports(self) -> list[Reply]:
        """Lets the morning come, if it is time; the letters beside the digest that it brought."""
        return [letter for letter in self._morning() if letter.kind != "digest"]

    def _morning(self) -> list[Reply]:
        morning = self.office.morning
        with self.database.read() as connection:
            before = len(outbox.listing(connection, limit=1000))
            open_tickets = morning.open_tickets(connection, self.clock())
        with self.database.write() as connection:
            made = morning.make_due(connection, self.clock(), open_tickets)
        return self.everything_sent()[before:] if made else []


def _reply(row: dict[str, Any]) -> Reply:
    if not row["content"] or row["channel"] == "alert":
        return Reply(
            to=row["recipient"], kind=row["kind"], subject=row["subject"], text="", headers=EmailMessage()
        )
    message = message_from_bytes(row["content"], policy=default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return Reply(
        to=row["recipient"],
        kind=row["kind"],
        subject=str(message["Subject"]),
        text=body.get_content(),
        headers=message,
    )


@pytest.fixture
def desk(database: Database, clock: HandClock, tmp_path: Path) -> DeskAtWork:
    return DeskAtWork(database, settings(tmp_path), clock)


HOUR = timedelta(hours=1)
