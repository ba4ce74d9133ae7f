"""Add deadline warnings, suspensions of a home, police flags, alarm-response plans and abortive charges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSERT_ONLY = ("deadline_warning", "police_flag_event", "alarm_plan", "abortive_charge")


def upgrade() -> None:
    """New tables only, but for notes that the system writes by the clock: they name nobody."""
    op.alter_column("visit_note", "by", nullable=True)
    _warnings()
    _suspensions()
    _police_flags()
    _alarm_plans()
    _charges()
    for table in INSERT_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM works_app")
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    op.execute("REVOKE DELETE ON suspension FROM works_app")


def _id() -> sa.Column[object]:
    return sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False)


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UUID(as_uuid=True), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=nullable)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _warnings() -> None:
    name = "deadline_warning"
    op.create_table(
        name,
        _id(),
        _uuid("order_id"),
        sa.Column("link", sa.Text(), nullable=False),
        _at("due_at"),
        sa.Column("level", sa.BigInteger(), nullable=False),
        _at("at"),
        sa.CheckConstraint("link IN ('make_safe', 'permanent')", name=op.f(f"ck_{name}_link")),
        sa.CheckConstraint("level IN (50, 80, 100)", name=op.f(f"ck_{name}_level")),
        _key(name, "order_id", "works_order"),
        sa.UniqueConstraint(
            "order_id", "link", "due_at", "level", name=op.f(f"uq_{name}_order_id_link_due_at_level")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _suspensions() -> None:
    name = "suspension"
    op.create_table(
        name,
        _id(),
        _uuid("case_id"),
        _uuid("order_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        _at("suspended_at"),
        _uuid("suspended_by"),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        _at("lift_asked_at", nullable=True),
        _uuid("lift_asked_by", nullable=True),
        _at("lifted_at", nullable=True),
        _uuid("lifted_by", nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(lift_reason, lift_asked_at, lift_asked_by) IN (0, 3)", name=op.f(f"ck_{name}_asked")
        ),
        sa.CheckConstraint("num_nonnulls(lifted_at, lifted_by) IN (0, 2)", name=op.f(f"ck_{name}_lifted")),
        sa.CheckConstraint(
            "lifted_at IS NULL OR lift_asked_at IS NOT NULL", name=op.f(f"ck_{name}_asked_first")
        ),
        sa.CheckConstraint("lifted_by <> lift_asked_by", name=op.f(f"ck_{name}_two_people")),
        _key(name, "case_id", "case_file"),
        _key(name, "order_id", "works_order"),
        *(_key(name, column, "app_user") for column in ("suspended_by", "lift_asked_by", "lifted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_case_id"), name, ["case_id"])
    op.create_index(
        "uq_suspension_one_open",
        name,
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def _police_flags() -> None:
    name = "police_flag_event"
    op.create_table(
        name,
        _id(),
        _uuid("case_id"),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        _at("at"),
        _uuid("by"),
        sa.CheckConstraint(
            "move IN ('asked', 'set', 'declined', 'reviewed', 'removed')", name=op.f(f"ck_{name}_move")
        ),
        sa.CheckConstraint(
            "(review_on IS NOT NULL) = (move IN ('set', 'reviewed'))", name=op.f(f"ck_{name}_review")
        ),
        _key(name, "case_id", "case_file"),
        _key(name, "by", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index("ix_police_flag_event_case_id_at", name, ["case_id", "at", "id"])


def _alarm_plans() -> None:
    name = "alarm_plan"
    op.create_table(
        name,
        _id(),
        _uuid("order_id"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("reached", JSONB(), nullable=False),
        _at("made_at"),
        _uuid("made_by"),
        sa.CheckConstraint(
            "version > 0 AND jsonb_array_length(reached) > 0", name=op.f(f"ck_{name}_reached")
        ),
        _key(name, "order_id", "works_order"),
        _key(name, "made_by", "app_user"),
        sa.UniqueConstraint("order_id", "version", name=op.f(f"uq_{name}_order_id_version")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _charges() -> None:
    name = "abortive_charge"
    op.create_table(
        name,
        _uuid("line_id"),
        _uuid("visit_id"),
        _uuid("firm_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        _at("at"),
        _uuid("by"),
        _key(name, "line_id", "works_line"),
        _key(name, "visit_id", "visit"),
        _key(name, "firm_id", "firm"),
        _key(name, "by", "app_user"),
        sa.PrimaryKeyConstraint("line_id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_visit_id"), name, ["visit_id"])
    op.create_index(op.f(f"ix_{name}_firm_id"), name, ["firm_id"])


def downgrade() -> None:
    """Drop the tables; notes of the system stay."""
    for table in ("abortive_charge", "alarm_plan", "police_flag_event", "suspension", "deadline_warning"):
        op.drop_table(table)
