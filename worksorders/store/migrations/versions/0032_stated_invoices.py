"""Let an invoice that came as JSON be kept like one that came as XML or PDF."""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

NAME = "ck_invoice_file_media_type"
BEFORE = "media_type IN ('application/xml', 'application/pdf')"
NOW = "media_type IN ('application/xml', 'application/pdf', 'application/json')"


def upgrade() -> None:
    """Take JSON too."""
    op.drop_constraint(op.f(NAME), "invoice_file", type_="check")
    op.create_check_constraint(op.f(NAME), "invoice_file", NOW)


def downgrade() -> None:
    """Back to XML and PDF; refused by the database while a file in JSON is kept."""
    op.drop_constraint(op.f(NAME), "invoice_file", type_="check")
    op.create_check_constraint(op.f(NAME), "invoice_file", BEFORE)
