"""Keep who is on duty, whom an alarm called, and when a worker is expected out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

APP = "works_app"
INSERT_ONLY = ("duty_call",)
NEVER_DELETED = ("check_in", "duty_alert", "duty_turn")


def upgrade() -> None:
    """Make the tables; who was on duty and who was called is never removed."""
    op.create_table(
        "duty_turn",
        sa.Column("user_id", UUID(as_uuid=True), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("set_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("set_by", UUID(as_uuid=True), nullable=False),
        sa.Column("removed_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_by", UUID(as_uuid=True), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_duty_turn_length")),
        sa.CheckConstraint("rank BETWEEN 1 AND 9", name=op.f("ck_duty_turn_rank")),
        sa.ForeignKeyConstraint(["removed_by"], ["app_user.id"], name=op.f("fk_duty_turn_removed_by")),
        sa.ForeignKeyConstraint(["set_by"], ["app_user.id"], name=op.f("fk_duty_turn_set_by")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_duty_turn_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_turn")),
    )
    op.create_index(
        "ix_duty_turn_during",
        "duty_turn",
        ["starts_at", "ends_at"],
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "duty_alert",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", UUID(as_uuid=True), nullable=True),
        sa.Column("visit_id", UUID(as_uuid=True), nullable=True),
        sa.Column("raised_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("acknowledged_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("acknowledged_by", UUID(as_uuid=True), nullable=True),
        sa.Column("called_off_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name=op.f("ck_duty_alert_acknowledged")
        ),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["app_user.id"], name=op.f("fk_duty_alert_acknowledged_by")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_duty_alert_order_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_duty_alert_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_alert")),
    )
    op.create_index(
        "ix_duty_alert_open",
        "duty_alert",
        ["raised_at", "id"],
        postgresql_where=sa.text("acknowledged_at IS NULL AND called_off_at IS NULL"),
    )
    op.create_index("ix_duty_alert_order_id", "duty_alert", ["order_id"])
    op.create_index("uq_duty_alert_dedupe", "duty_alert", ["dedupe_key"], unique=True)
    op.create_table(
        "check_in",
        sa.Column("visit_id", UUID(as_uuid=True), nullable=False),
        sa.Column("arrived_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expected_out_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("extended_minutes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ended_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("alert_id", UUID(as_uuid=True), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["duty_alert.id"], name=op.f("fk_check_in_alert_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_check_in_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("visit_id", "arrived_at", name=op.f("uq_check_in_visit_id_arrived_at")),
    )
    op.create_index(
        "ix_check_in_inside",
        "check_in",
        ["expected_out_at", "id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "duty_call",
        sa.Column("alert_id", UUID(as_uuid=True), nullable=False),
        sa.Column("user_id", UUID(as_uuid=True), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("called_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["duty_alert.id"], name=op.f("fk_duty_call_alert_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_duty_call_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_call")),
        sa.UniqueConstraint("alert_id", "user_id", name=op.f("uq_duty_call_alert_id_user_id")),
    )
    op.create_index(op.f("ix_duty_call_user_id"), "duty_call", ["user_id"])
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
    for table in ("duty_call", "check_in", "duty_alert", "duty_turn"):
        op.drop_table(table)
