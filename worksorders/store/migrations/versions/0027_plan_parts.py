"""Keep a plan's parts, what was asked of people for it, places known by their area alone, and when work was last alive."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID
from sqlalchemy.schema import SchemaItem

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

APP, OWNER = "works_app", "works_owner"
# Table: what staff see of it beside the house, what contractors see. A part names visits in lists, so it is the house's.
RULES = {
    "plan_part": ("false", "false"),
    "plan_request": (
        "coalesce(visit_id <> ALL ((SELECT access.walled_visits())::uuid[]), true)",
        "false",
    ),
}


def own_id(table: str) -> list[SchemaItem]:
    """A random id as primary key."""
    return [
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def instant(name: str, *, empty: bool = False) -> sa.Column[object]:
    """An instant."""
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=empty)


def key(name: str, table: str, of: str, *, empty: bool = False) -> list[SchemaItem]:
    """A column that refers to a row of another table."""
    return [
        sa.Column(name, UUID(as_uuid=True), nullable=empty),
        sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_{table}_{name}")),
    ]


def number(name: str, default: str | None = None) -> sa.Column[object]:
    """A whole number."""
    return sa.Column(name, sa.BigInteger(), server_default=default, nullable=False)


def upgrade() -> None:
    """Make the tables with their policies, and add the two columns."""
    op.add_column("outbox_message", instant("alive_at", empty=True))
    op.add_column(
        "plan_stop", sa.Column("place_estimated", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_table(
        "plan_part",
        *own_id("plan_part"),
        *key("plan_id", "plan_part", "plan"),
        number("position"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("visit_ids", JSONB(), nullable=False),
        sa.Column("worker_ids", JSONB(), nullable=False),
        instant("asked_at"),
        number("starts", "0"),
        instant("started_at", empty=True),
        sa.Column("progress", JSONB(), server_default="{}", nullable=False),
        instant("progress_at", empty=True),
        instant("done_at", empty=True),
        sa.Column("result", JSONB(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'solving', 'done')", name=op.f("ck_plan_part_state")),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_plan_part_done")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_plan_part_plan_id_position")),
    )
    op.create_table(
        "plan_request",
        *own_id("plan_request"),
        sa.Column("kind", sa.Text(), nullable=False),
        *key("plan_id", "plan_request", "plan"),
        *key("visit_id", "plan_request", "visit"),
        *key("worker_id", "plan_request", "worker", empty=True),
        *key("task_id", "plan_request", "call_task"),
        sa.Column("falls_on", sa.Date(), nullable=False),
        number("opens_minute"),
        number("closes_minute"),
        instant("asked_at"),
        *key("asked_by", "plan_request", "app_user"),
        sa.CheckConstraint("kind IN ('window', 'overtime', 'worker')", name=op.f("ck_plan_request_kind")),
        sa.CheckConstraint("(kind = 'window') = (worker_id IS NULL)", name=op.f("ck_plan_request_whose")),
        sa.CheckConstraint(
            "0 <= opens_minute AND opens_minute < closes_minute AND closes_minute <= 1440",
            name=op.f("ck_plan_request_minutes"),
        ),
        sa.UniqueConstraint("task_id", name=op.f("uq_plan_request_task_id")),
    )
    for column in ("plan_id", "visit_id", "worker_id"):
        op.create_index(op.f(f"ix_plan_request_{column}"), "plan_request", [column])
    op.execute(f"REVOKE UPDATE, DELETE ON plan_request FROM {APP}")
    op.execute(
        "CREATE TRIGGER plan_request_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_request "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    for table, (staff, contractor) in RULES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner ON {table} TO {OWNER} USING (true) WITH CHECK (true)")
        op.execute(
            f"CREATE POLICY seen ON {table} TO {APP} USING ((SELECT access.sees_all())"
            f" OR (SELECT access.scope()) = 'staff' AND ({staff})"
            f" OR (SELECT access.scope()) = 'firm' AND ({contractor}))"
        )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("plan_request")
    op.drop_table("plan_part")
    op.drop_column("plan_stop", "place_estimated")
    op.drop_column("outbox_message", "alive_at")
