"""Let a firm have schedular tax and its declaration, and a line what was measured of it on site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TAX_RULE = "schedular_tax OR declaration_on IS NULL"


def upgrade() -> None:
    """Add both; until somebody says otherwise no firm has schedular tax and nothing was measured."""
    op.add_column("firm", sa.Column("schedular_tax", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("firm", sa.Column("declaration_on", sa.Date()))
    op.create_check_constraint(op.f("ck_firm_declaration"), "firm", TAX_RULE)
    op.add_column("line_done", sa.Column("measured_quantity", sa.Numeric(14, 4)))
    op.create_check_constraint(op.f("ck_line_done_measured"), "line_done", "measured_quantity > 0")


def downgrade() -> None:
    """Without either; what was recorded is lost."""
    op.drop_constraint(op.f("ck_line_done_measured"), "line_done", type_="check")
    op.drop_column("line_done", "measured_quantity")
    op.drop_constraint(op.f("ck_firm_declaration"), "firm", type_="check")
    op.drop_column("firm", "declaration_on")
    op.drop_column("firm", "schedular_tax")
