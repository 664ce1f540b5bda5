"""The first tables"""

import sqlalchemy as sa
from alembic import op

from mailproc.store import tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", tables.Moment(timezone=True), nullable=False),
        sa.Column("until", tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", "name"),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("peer", tables.Words(), server_default="", nullable=False),
        sa.Column("envelope_from", tables.Words(), nullable=True),
        sa.Column("envelope_to", sa.JSON(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="pending", nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("decided_at", tables.Moment(timezone=True), nullable=True),
        sa.Column("sender", tables.Words(), server_default="", nullable=False),
        sa.Column("subject", tables.Words(), server_default="", nullable=False),
        sa.Column("message_id", tables.Words(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_until", tables.Moment(timezone=True), nullable=True),
        sa.Column("trouble", tables.Words(), nullable=True),
        sa.Column("mailbox", sa.Text(), nullable=True),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("move_due", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("mail_by_message_id", "mail", ["message_id"], unique=False)
    op.create_index(
        "mail_pending",
        "mail",
        ["id"],
        unique=False,
        sqlite_where=sa.text("outcome = 'pending'"),
        postgresql_where=sa.text("outcome = 'pending'"),
    )
    op.create_index("mail_received", "mail", ["received_at"], unique=False)
    op.create_index(
        "mail_to_move",
        "mail",
        ["mailbox", "uidvalidity"],
        unique=False,
        sqlite_where=sa.text("move_due"),
        postgresql_where=sa.text("move_due"),
    )
    op.create_table(
        "mailbox",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "escalation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket", tables.Words(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("requested_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("accepted_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("closed_at", tables.Moment(timezone=True), nullable=True),
        sa.Column("acknowledged_by", tables.Words(), server_default="", nullable=False),
        sa.Column("requester", tables.Words(), nullable=False),
        sa.Column("requester_name", tables.Words(), server_default="", nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("questioned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("mail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("escalation_by_ticket", "escalation", ["ticket", "accepted_at"], unique=False)
    op.create_index(
        "escalation_one_open_per_ticket",
        "escalation",
        ["ticket"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "raw_mail",
        sa.Column("mail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.PrimaryKeyConstraint("mail_id"),
    )
    op.create_table(
        "seen",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("mail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index("seen_of_mail", "seen", ["mail_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("mail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decided_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("ticket", tables.Words(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("requester", tables.Words(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("escalation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("completes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("understood", sa.JSON(), nullable=False),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["completes"],
            ["mail.id"],
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.PrimaryKeyConstraint("mail_id"),
    )
    op.create_index("decision_by_requester", "decision", ["requester", "verdict"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("escalation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", tables.Words(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("said", tables.Words(), server_default="", nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("mail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_at", "event", ["at"], unique=False)
    op.create_index("event_of_escalation", "event", ["escalation_id", "at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("envelope_from", tables.Words(), server_default="", nullable=False),
        sa.Column("recipient", tables.Words(), nullable=False),
        sa.Column("subject", tables.Words(), server_default="", nullable=False),
        sa.Column("message_id", tables.Words(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("mail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("escalation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("next_attempt_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("sent_at", tables.Moment(timezone=True), nullable=True),
        sa.Column("detail", tables.Words(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("outbox_by_message_id", "outbox", ["message_id"], unique=False)
    op.create_index(
        "outbox_due",
        "outbox",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index("outbox_of_escalation", "outbox", ["escalation_id"], unique=False)
    op.create_index("outbox_of_mail", "outbox", ["mail_id"], unique=False)
    op.create_table(
        "timer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("escalation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("mail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("timer_due", "timer", ["due_at"], unique=False)
    op.create_index("timer_of_escalation", "timer", ["escalation_id"], unique=False)
    op.create_index("timer_of_mail", "timer", ["mail_id"], unique=False)


def downgrade() -> None:
    op.drop_index("timer_of_mail", table_name="timer")
    op.drop_index("timer_of_escalation", table_name="timer")
    op.drop_index("timer_due", table_name="timer")
    op.drop_table("timer")
    op.drop_index("outbox_of_mail", table_name="outbox")
    op.drop_index("outbox_of_escalation", table_name="outbox")
    op.drop_index(
        "outbox_due",
        table_name="outbox",
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.drop_index("outbox_by_message_id", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("event_of_escalation", table_name="event")
    op.drop_index("event_at", table_name="event")
    op.drop_table("event")
    op.drop_index("decision_by_requester", table_name="decision")
    op.drop_table("decision")
    op.drop_index("seen_of_mail", table_name="seen")
    op.drop_table("seen")
    op.drop_table("raw_mail")
    op.drop_index(
        "escalation_one_open_per_ticket",
        table_name="escalation",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("escalation_by_ticket", table_name="escalation")
    op.drop_table("escalation")
    op.drop_table("mailbox")
    op.drop_index(
        "mail_to_move",
        table_name="mail",
        sqlite_where=sa.text("move_due"),
        postgresql_where=sa.text("move_due"),
    )
    op.drop_index("mail_received", table_name="mail")
    op.drop_index(
        "mail_pending",
        table_name="mail",
        sqlite_where=sa.text("outcome = 'pending'"),
        postgresql_where=sa.text("outcome = 'pending'"),
    )
    op.drop_index("mail_by_message_id", table_name="mail")
    op.drop_table("mail")
    op.drop_table("digest")
