"""Let the last day of a request under the Privacy Act be put off, once, with its ground."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLE = "privacy_request"
COLUMNS = ("extended_from", "extended_at", "extended_by", "extension_ground", "extension_reason")
RULES = {
    "due": "received_on < due_on AND extended_from < due_on",
    "extension_ground": "extension_ground IN ('s48_quantity', 's48_consultation', 's48_complexity')",
    "extended": f"num_nonnulls({', '.join(COLUMNS)}) IN (0, 5)",
}


def upgrade() -> None:
    """Add what an extension says; all of it or nothing."""
    op.add_column(TABLE, sa.Column("extended_from", sa.Date()))
    op.add_column(TABLE, sa.Column("extended_at", TIMESTAMP(timezone=True)))
    op.add_column(TABLE, sa.Column("extended_by", UUID(as_uuid=True)))
    op.add_column(TABLE, sa.Column("extension_ground", sa.Text()))
    op.add_column(TABLE, sa.Column("extension_reason", sa.Text()))
    op.create_foreign_key(op.f("fk_privacy_request_extended_by"), TABLE, "app_user", ["extended_by"], ["id"])
    op.drop_constraint(op.f("ck_privacy_request_due"), TABLE, type_="check")
    for name, rule in RULES.items():
        op.create_check_constraint(op.f(f"ck_privacy_request_{name}"), TABLE, rule)


def downgrade() -> None:
    """Without extensions; the last day of a request stays where it was put."""
    for name in RULES:
        op.drop_constraint(op.f(f"ck_privacy_request_{name}"), TABLE, type_="check")
    for name in COLUMNS:
        op.drop_column(TABLE, name)
    op.create_check_constraint(op.f("ck_privacy_request_due"), TABLE, "received_on < due_on")
