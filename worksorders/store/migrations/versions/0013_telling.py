"""Keep who is told what: contacts, messages, calls, safe channels and confirmations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

APP = "works_app"
INSERT_ONLY = ("call_attempt",)
NEVER_DELETED = ("call_task", "client_confirmation", "outgoing_message")


def upgrade() -> None:
    """Make the tables; what was tried, told and sent is never removed."""
    op.create_table(
        "user_contact",
        sa.Column("user_id", UUID(as_uuid=True), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("changed_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_by", UUID(as_uuid=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["app_user.id"], name=op.f("fk_user_contact_changed_by")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_contact_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_contact")),
    )
    op.create_table(
        "outgoing_message",
        sa.Column("user_id", UUID(as_uuid=True), nullable=True),
        sa.Column("firm_id", UUID(as_uuid=True), nullable=True),
        sa.Column("case_id", UUID(as_uuid=True), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("written_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("written_by", UUID(as_uuid=True), nullable=True),
        sa.Column("wanted_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sent_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outgoing_message_sent")),
        sa.CheckConstraint("channel IN ('mail', 'sms')", name=op.f("ck_outgoing_message_channel")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'failed', 'stopped')", name=op.f("ck_outgoing_message_state")
        ),
        sa.CheckConstraint(
            "num_nonnulls(user_id, firm_id, case_id) = 1", name=op.f("ck_outgoing_message_one_receiver")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_outgoing_message_case_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_outgoing_message_firm_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_outgoing_message_user_id")),
        sa.ForeignKeyConstraint(["written_by"], ["app_user.id"], name=op.f("fk_outgoing_message_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_message")),
    )
    op.create_index(
        "ix_outgoing_message_waiting",
        "outgoing_message",
        ["wanted_at", "id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_outgoing_message_written", "outgoing_message", ["written_at", "id"])
    op.create_index("uq_outgoing_message_dedupe", "outgoing_message", ["dedupe_key"], unique=True)
    op.create_table(
        "safe_channel",
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), server_default="540-1020", nullable=False),
        sa.Column("verified_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("verified_by", UUID(as_uuid=True), nullable=True),
        sa.Column("changed_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_by", UUID(as_uuid=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('none', 'advocate') OR verified_at IS NOT NULL",
            name=op.f("ck_safe_channel_direct_is_verified"),
        ),
        sa.CheckConstraint(
            "channel IN ('none', 'advocate', 'call', 'sms', 'mail')", name=op.f("ck_safe_channel_channel")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_safe_channel_case_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["app_user.id"], name=op.f("fk_safe_channel_changed_by")),
        sa.ForeignKeyConstraint(["verified_by"], ["app_user.id"], name=op.f("fk_safe_channel_verified_by")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_safe_channel")),
    )
    op.create_table(
        "call_task",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", UUID(as_uuid=True), nullable=False),
        sa.Column("visit_id", UUID(as_uuid=True), nullable=True),
        sa.Column("contact_id", UUID(as_uuid=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("raised_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("raised_by", UUID(as_uuid=True), nullable=True),
        sa.Column("due_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ended_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_by", UUID(as_uuid=True), nullable=True),
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_call_task_ended")),
        sa.CheckConstraint("state IN ('waiting', 'done', 'withdrawn')", name=op.f("ck_call_task_state")),
        sa.ForeignKeyConstraint(["ended_by"], ["app_user.id"], name=op.f("fk_call_task_ended_by")),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_call_task_order_id")),
        sa.ForeignKeyConstraint(["raised_by"], ["app_user.id"], name=op.f("fk_call_task_raised_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_call_task_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_task")),
    )
    op.create_index("ix_call_task_order_id", "call_task", ["order_id"])
    op.create_index(
        "ix_call_task_waiting", "call_task", ["due_at", "id"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index("uq_call_task_dedupe", "call_task", ["dedupe_key"], unique=True)
    op.create_table(
        "client_confirmation",
        sa.Column("visit_id", UUID(as_uuid=True), nullable=False),
        sa.Column("firm_id", UUID(as_uuid=True), nullable=False),
        sa.Column("start_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("crew", JSONB(), nullable=False),
        sa.Column("prepared_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("prepared_by", UUID(as_uuid=True), nullable=False),
        sa.Column("confirmed_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("confirmed_by", UUID(as_uuid=True), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("voided_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "channel IN ('advocate', 'call', 'sms', 'mail')", name=op.f("ck_client_confirmation_channel")
        ),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_client_confirmation_voided")
        ),
        sa.CheckConstraint(
            "num_nonnulls(confirmed_at, confirmed_by, channel) IN (0, 3)",
            name=op.f("ck_client_confirmation_confirmed"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["app_user.id"], name=op.f("fk_client_confirmation_confirmed_by")
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_client_confirmation_firm_id")),
        sa.ForeignKeyConstraint(
            ["prepared_by"], ["app_user.id"], name=op.f("fk_client_confirmation_prepared_by")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_client_confirmation_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_confirmation")),
    )
    op.create_index(
        "uq_client_confirmation_one_live",
        "client_confirmation",
        ["visit_id"],
        unique=True,
        postgresql_where=sa.text("voided_at IS NULL"),
    )
    op.create_table(
        "call_attempt",
        sa.Column("task_id", UUID(as_uuid=True), nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by", UUID(as_uuid=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("again_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["app_user.id"], name=op.f("fk_call_attempt_by")),
        sa.ForeignKeyConstraint(["task_id"], ["call_task.id"], name=op.f("fk_call_attempt_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_attempt")),
    )
    op.create_index(op.f("ix_call_attempt_task_id"), "call_attempt", ["task_id"])
    for table in INSERT_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APP}")
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    for table in NEVER_DELETED:
        op.execute(f"REVOKE DELETE ON {table} FROM {APP}")


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "call_attempt",
        "client_confirmation",
        "call_task",
        "safe_channel",
        "outgoing_message",
        "user_contact",
    ):
        op.drop_table(table)
