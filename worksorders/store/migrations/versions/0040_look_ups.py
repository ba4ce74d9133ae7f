"""Find by an index what is looked for by its visit, line or invoice: each such question read a whole table."""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

COLUMNS = (
    ("works_line", "visit_id"),
    ("ledger_entry", "line_id"),
    ("ledger_entry", "invoice_id"),
    ("invoice", "duplicate_of_id"),
    ("call_task", "visit_id"),
    ("duty_alert", "visit_id"),
)


def upgrade() -> None:
    """Nothing but indexes."""
    for table, column in COLUMNS:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Look through whole tables again."""
    for table, column in reversed(COLUMNS):
        op.drop_index(f"ix_{table}_{column}", table)
