"""Let what was done of a line and its photos belong to the firm that made them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TWO, THREE = "uq_line_done_line_id_visit_id", "uq_line_done_line_id_visit_id_firm_id"
# Whoever entered it says which firm it was; where that is no contractor, the firm that holds the visit.
FIRM_OF = """
UPDATE {table} AS work SET firm_id = coalesce(
    (SELECT u.firm_id FROM app_user u WHERE u.id = work.{by}),
    (SELECT v.firm_id FROM visit v WHERE v.id = work.visit_id))
"""


def upgrade() -> None:
    """One row a line, visit and firm: another firm that makes the same visit starts afresh."""
    for table, by in (("line_done", "done_by"), ("photo", "taken_by")):
        op.add_column(table, sa.Column("firm_id", UUID(as_uuid=True), nullable=True))
        op.execute(FIRM_OF.format(table=table, by=by))
        op.alter_column(table, "firm_id", nullable=False)
        op.create_foreign_key(op.f(f"fk_{table}_firm_id"), table, "firm", ["firm_id"], ["id"])
    op.drop_constraint(TWO, "line_done", type_="unique")
    op.create_unique_constraint(op.f(THREE), "line_done", ["line_id", "visit_id", "firm_id"])


def downgrade() -> None:
    """Back to one row a line and visit; where two firms were at work, nobody can say whose row is dropped."""
    op.drop_constraint(THREE, "line_done", type_="unique")
    op.create_unique_constraint(op.f(TWO), "line_done", ["line_id", "visit_id"])
    for table in ("line_done", "photo"):
        op.drop_column(table, "firm_id")
