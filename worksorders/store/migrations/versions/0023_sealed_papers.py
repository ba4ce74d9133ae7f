"""Keep the files of papers in the vault: a certificate names the home and who lives there."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No file was kept in the open outside of tests, so nothing is carried over."""
    op.drop_constraint(op.f("ck_line_paper_file"), "line_paper", type_="check")
    op.drop_column("line_paper", "content")


def downgrade() -> None:
    """Nothing lies below the guards: restore a backup instead."""
    raise RuntimeError("The guards cannot be taken away; restore a backup.")
