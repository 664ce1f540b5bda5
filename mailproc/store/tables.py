"""The tables. One source for both engines; migrations bring older databases up to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.types import JSON, TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine


class Moment(TypeDecorator[datetime]):
    """A point in time. Always aware, always UTC: SQLite has no zones, so it gets naive UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from the wire. NUL and lone surrogates, which no database takes, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        whole = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return whole.replace("\0", "\ufffd")


Id = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit key: SQLite numbers rows by itself only where the type is INTEGER."""

# Conditions of partial indices. Queries use the same literals: with a bound parameter the planner
# of SQLite could not know that the index fits.
MAIL_PENDING = text("outcome = 'pending'")
MAIL_TO_MOVE = text("move_due")
ESCALATION_OPEN = text("closed_at IS NULL")
OUTBOX_DUE = text("state IN ('waiting', 'sending')")

metadata = MetaData()

mail = Table(
    "mail",
    metadata,
    Column("id", Id, primary_key=True),
    Column("received_at", Moment, nullable=False),
    Column("way", Text, nullable=False),
    Column("peer", Words, nullable=False, server_default=""),
    Column("envelope_from", Words),
    Column("envelope_to", JSON, nullable=False),
    Column("size", Integer, nullable=False),
    Column("outcome", Text, nullable=False, server_default="pending"),
    Column("code", Text),
    Column("decided_at", Moment),
    Column("sender", Words, nullable=False, server_default=""),
    Column("subject", Words, nullable=False, server_default=""),
    Column("message_id", Words),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("claimed_until", Moment),
    Column("trouble", Words),
    Column("mailbox", Text),
    Column("uidvalidity", BigInteger),
    Column("uid", BigInteger),
    Column("move_due", Boolean, nullable=False, server_default=false()),
)
Index("mail_pending", mail.c.id, sqlite_where=MAIL_PENDING, postgresql_where=MAIL_PENDING)
Index(
    "mail_to_move",
    mail.c.mailbox,
    mail.c.uidvalidity,
    sqlite_where=MAIL_TO_MOVE,
    postgresql_where=MAIL_TO_MOVE,
)
Index("mail_by_message_id", mail.c.message_id)
Index("mail_received", mail.c.received_at)

raw_mail = Table(
    "raw_mail",
    metadata,
    Column("mail_id", Id, ForeignKey("mail.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

seen = Table(
    "seen",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("mail_id", Id, ForeignKey("mail.id"), nullable=False),
)

Index("seen_of_mail", seen.c.mail_id)

escalation = Table(
    "escalation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket", Words, nullable=False),
    Column("level", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("accepted_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("acknowledged_by", Words, nullable=False, server_default=""),
    Column("requester", Words, nullable=False),
    Column("requester_name", Words, nullable=False, server_default=""),
    Column("organisation", Text),
    Column("language", Text, nullable=False, server_default="en"),
    Column("questioned", Boolean, nullable=False, server_default=false()),
    Column("mail_id", Id, ForeignKey("mail.id")),
    Column("procedure", Text, nullable=False, server_default=""),
    Column("form", Text),
    Column("tier", Integer),
    Column("assigned_to", Words, nullable=False, server_default=""),
    Column("known_ticket", JSON),
)
Index(
    "escalation_one_open_per_ticket",
    escalation.c.ticket,
    unique=True,
    sqlite_where=ESCALATION_OPEN,
    postgresql_where=ESCALATION_OPEN,
)
Index("escalation_by_ticket", escalation.c.ticket, escalation.c.accepted_at)
Index("escalation_by_requester", escalation.c.requester, escalation.c.accepted_at)
Index("escalation_accepted", escalation.c.accepted_at)
Index("escalation_by_organisation", escalation.c.organisation, escalation.c.accepted_at)

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("escalation_id", Id, ForeignKey("escalation.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("by", Words, nullable=False),
    Column("level", Text),
    Column("said", Words, nullable=False, server_default=""),
    Column("evidence", JSON, nullable=False),
    Column("copied", JSON),
    Column("earlier", JSON),
    Column("reasons", JSON),
    Column("mail_id", Id, ForeignKey("mail.id")),
)
Index("event_of_escalation", event.c.escalation_id, event.c.at)
Index("event_at", event.c.at)

timer = Table(
    "timer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("round", Integer, nullable=False, server_default="1"),
    Column("escalation_id", Id, ForeignKey("escalation.id")),
    Column("mail_id", Id, ForeignKey("mail.id")),
)
Index("timer_due", timer.c.due_at)
Index("timer_of_escalation", timer.c.escalation_id)
Index("timer_of_mail", timer.c.mail_id)

decision = Table(
    "decision",
    metadata,
    Column("mail_id", Id, ForeignKey("mail.id"), primary_key=True),
    Column("decided_at", Moment, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("code", Text),
    Column("route", Text, nullable=False),
    Column("ticket", Words),
    Column("level", Text),
    Column("requester", Words),
    Column("language", Text, nullable=False),
    Column("escalation_id", Id, ForeignKey("escalation.id")),
    Column("completes", Id, ForeignKey("mail.id")),
    Column("procedure", Text, nullable=False, server_default=""),
    Column("understood", JSON, nullable=False),
    Column("trace", JSON, nullable=False),
)
Index("decision_by_requester", decision.c.requester, decision.c.verdict)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("envelope_from", Words, nullable=False, server_default=""),
    Column("recipient", Words, nullable=False),
    Column("subject", Words, nullable=False, server_default=""),
    Column("message_id", Words),
    Column("content", LargeBinary),
    Column("mail_id", Id, ForeignKey("mail.id")),
    Column("escalation_id", Id, ForeignKey("escalation.id")),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Column("next_attempt_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("detail", Words, nullable=False, server_default=""),
)
Index("outbox_due", outbox.c.next_attempt_at, sqlite_where=OUTBOX_DUE, postgresql_where=OUTBOX_DUE)
Index("outbox_by_message_id", outbox.c.message_id)
Index("outbox_of_mail", outbox.c.mail_id)
Index("outbox_of_escalation", outbox.c.escalation_id)

ticket = Table(
    "ticket",
    metadata,
    Column("number", Words, primary_key=True),
    Column("title", Words, nullable=False, server_default=""),
    Column("status", Words, nullable=False, server_default=""),
    Column("organisation", Words, nullable=False, server_default=""),
    Column("contact", Words, nullable=False, server_default=""),
    Column("category", Words, nullable=False, server_default=""),
    Column("priority", Words, nullable=False, server_default=""),
    Column("assignee", Words, nullable=False, server_default=""),
    Column("url", Words, nullable=False, server_default=""),
    Column("changed_at", Moment),
)
Index("ticket_by_organisation", ticket.c.organisation, ticket.c.changed_at)
Index("ticket_by_contact", ticket.c.contact, ticket.c.changed_at)

alert_code = Table(
    "alert_code",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Text, nullable=False),
    Column("escalation_id", Id, ForeignKey("escalation.id"), nullable=False),
    Column("person", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)
Index("alert_code_by_code", alert_code.c.code)
Index("alert_code_of_escalation", alert_code.c.escalation_id)

misuse = Table(
    "misuse",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("escalation_id", Id, ForeignKey("escalation.id")),
    Column("lifted_at", Moment),
    Column("lifted_by", Words, nullable=False, server_default=""),
)
Index("misuse_by_account", misuse.c.account)

gathered = Table(
    "gathered",
    metadata,
    Column("escalation_id", Id, ForeignKey("escalation.id"), primary_key=True),
    Column("round", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

digest = Table(
    "digest",
    metadata,
    Column("day", Date, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

mailbox = Table(
    "mailbox",
    metadata,
    Column("name", Text, primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
)
