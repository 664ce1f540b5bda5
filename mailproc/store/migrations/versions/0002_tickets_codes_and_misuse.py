"""Tickets, codes and misuse"""

import sqlalchemy as sa
from alembic import op

from mailproc.store import tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket",
        sa.Column("number", tables.Words(), nullable=False),
        sa.Column("title", tables.Words(), server_default="", nullable=False),
        sa.Column("status", tables.Words(), server_default="", nullable=False),
        sa.Column("organisation", tables.Words(), server_default="", nullable=False),
        sa.Column("contact", tables.Words(), server_default="", nullable=False),
        sa.Column("category", tables.Words(), server_default="", nullable=False),
        sa.Column("priority", tables.Words(), server_default="", nullable=False),
        sa.Column("assignee", tables.Words(), server_default="", nullable=False),
        sa.Column("url", tables.Words(), server_default="", nullable=False),
        sa.Column("changed_at", tables.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ticket_by_organisation", "ticket", ["organisation", "changed_at"], unique=False)
    op.create_index("ticket_by_contact", "ticket", ["contact", "changed_at"], unique=False)
    op.add_column("event", sa.Column("copied", sa.JSON(), nullable=True))
    op.add_column("event", sa.Column("earlier", sa.JSON(), nullable=True))
    op.add_column("event", sa.Column("reasons", sa.JSON(), nullable=True))
    op.add_column("escalation", sa.Column("known_ticket", sa.JSON(), nullable=True))
    op.create_table(
        "alert_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("escalation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", tables.Words(), nullable=False),
        sa.Column("made_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("expires_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("used_at", tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alert_code_by_code", "alert_code", ["code"], unique=False)
    op.create_index("alert_code_of_escalation", "alert_code", ["escalation_id"], unique=False)
    op.create_table(
        "misuse",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", tables.Words(), nullable=False),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.Column("escalation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lifted_at", tables.Moment(timezone=True), nullable=True),
        sa.Column("lifted_by", tables.Words(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("misuse_by_account", "misuse", ["account"], unique=False)
    op.create_table(
        "gathered",
        sa.Column("escalation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.PrimaryKeyConstraint("escalation_id"),
    )
    op.add_column("escalation", sa.Column("procedure", sa.Text(), server_default="", nullable=False))
    op.add_column("decision", sa.Column("procedure", sa.Text(), server_default="", nullable=False))
    op.add_column("escalation", sa.Column("form", sa.Text(), nullable=True))
    op.add_column("escalation", sa.Column("tier", sa.Integer(), nullable=True))
    op.add_column("escalation", sa.Column("assigned_to", tables.Words(), server_default="", nullable=False))
    op.create_index("escalation_accepted", "escalation", ["accepted_at"], unique=False)
    op.create_index("escalation_by_organisation", "escalation", ["organisation", "accepted_at"], unique=False)
    op.create_index("escalation_by_requester", "escalation", ["requester", "accepted_at"], unique=False)


def downgrade() -> None:
    op.drop_index("escalation_by_requester", table_name="escalation")
    op.drop_index("escalation_by_organisation", table_name="escalation")
    op.drop_index("escalation_accepted", table_name="escalation")
    op.drop_column("decision", "procedure")
    op.drop_column("escalation", "assigned_to")
    op.drop_column("escalation", "tier")
    op.drop_column("escalation", "form")
    op.drop_column("escalation", "procedure")
    op.drop_table("gathered")
    op.drop_index("misuse_by_account", table_name="misuse")
    op.drop_table("misuse")
    op.drop_index("alert_code_of_escalation", table_name="alert_code")
    op.drop_index("alert_code_by_code", table_name="alert_code")
    op.drop_table("alert_code")
    op.drop_column("escalation", "known_ticket")
    op.drop_column("event", "reasons")
    op.drop_column("event", "copied")
    op.drop_column("event", "earlier")
    op.drop_index("ticket_by_contact", table_name="ticket")
    op.drop_index("ticket_by_organisation", table_name="ticket")
    op.drop_table("ticket")
