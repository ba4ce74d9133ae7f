"""Keep why an order is as it is: its catalogue version, why a line was recommended, why a visit waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assessment", sa.Column("safe_windows", sa.Text(), server_default="540-1020", nullable=False)
    )
    op.add_column("works_order", sa.Column("catalogue_version_id", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_works_order_catalogue_version_id"),
        "works_order",
        "catalogue_version",
        ["catalogue_version_id"],
        ["id"],
    )
    op.add_column("works_order", sa.Column("cost_reason", sa.Text(), nullable=True))
    op.add_column("works_line", sa.Column("interim_for", sa.Text(), nullable=True))
    op.add_column("works_line", sa.Column("because", sa.Text(), server_default="", nullable=False))
    op.add_column("visit_dependency", sa.Column("why", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("visit_dependency", "why")
    op.drop_column("works_line", "because")
    op.drop_column("works_line", "interim_for")
    op.drop_column("works_order", "cost_reason")
    op.drop_constraint(op.f("fk_works_order_catalogue_version_id"), "works_order", type_="foreignkey")
    op.drop_column("works_order", "catalogue_version_id")
    op.drop_column("assessment", "safe_windows")
