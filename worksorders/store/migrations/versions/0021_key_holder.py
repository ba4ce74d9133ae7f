"""Let a key be held by a person with an interest in the home, and by none who must never be asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The column with its barrier: the same trigger that refuses every contact to a barred person."""
    op.add_column("key_entry", sa.Column("interest_id", UUID(as_uuid=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_key_entry_interest_id"), "key_entry", "home_interest", ["interest_id"], ["id"]
    )
    op.create_index(op.f("ix_key_entry_interest_id"), "key_entry", ["interest_id"])
    op.create_check_constraint(
        op.f("ck_key_entry_person"), "key_entry", "interest_id IS NULL OR holder = 'named'"
    )
    op.execute(
        "CREATE TRIGGER key_entry_not_barred BEFORE INSERT OR UPDATE ON key_entry "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_barred_interest()"
    )


def downgrade() -> None:
    """Nothing lies below the guards: restore a backup instead."""
    raise RuntimeError("The guards cannot be taken away; restore a backup.")
