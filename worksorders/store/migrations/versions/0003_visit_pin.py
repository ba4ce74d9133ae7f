"""Keep pins apart from plans, so that they survive a new one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_pin",
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("worker_id", sa.UUID(), nullable=False),
        sa.Column("start_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("pinned_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("pinned_by", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_pin_visit_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_visit_pin_worker_id")),
        sa.ForeignKeyConstraint(["pinned_by"], ["app_user.id"], name=op.f("fk_visit_pin_pinned_by")),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visit_pin")),
    )


def downgrade() -> None:
    op.drop_table("visit_pin")
