"""Keep credit notes, what e-invoices say beside their lines, and the files that invoices came in, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

APP, OWNER = "works_app", "works_owner"
INVOICE = "(invoice_id IS NULL OR EXISTS (SELECT 1 FROM public.invoice parent WHERE parent.id = invoice_id))"
CENTS = ("allowance_cents", "charge_cents", "prepaid_cents")


def upgrade() -> None:
    """Add the columns, then the table with its guards."""
    op.add_column("invoice", sa.Column("kind", sa.Text(), server_default="invoice", nullable=False))
    op.add_column("invoice", sa.Column("credits_number", sa.Text(), nullable=True))
    op.add_column("invoice", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("invoice", sa.Column("file_sha256", sa.Text(), nullable=True))
    op.add_column("invoice", sa.Column("intake", JSONB(), server_default="{}", nullable=False))
    for name in CENTS:
        op.add_column("invoice", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_invoice_kind"), "invoice", "kind IN ('invoice', 'credit_note')")
    op.create_check_constraint(op.f("ck_invoice_credit"), "invoice", "kind = 'invoice' OR total_cents <= 0")
    op.create_index("ix_invoice_file_sha256_of_invoice", "invoice", ["file_sha256"])
    op.add_column(
        "invoice_line", sa.Column("uplift_cents", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("invoice_line", sa.Column("gst_rate", sa.Numeric(14, 4), nullable=True))
    op.add_column("invoice_line", sa.Column("performed_on", sa.Date(), nullable=True))
    op.create_table(
        "invoice_file",
        sa.Column("invoice_id", UUID(as_uuid=True), nullable=True),
        sa.Column("case_id", UUID(as_uuid=True), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("received_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_by", UUID(as_uuid=True), nullable=False),
        sa.Column("faults", JSONB(), server_default="[]", nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("key_version", sa.BigInteger(), nullable=True),
        sa.Column("erased_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("how IN ('upload', 'api')", name=op.f("ck_invoice_file_how")),
        sa.CheckConstraint(
            "media_type IN ('application/xml', 'application/pdf')", name=op.f("ck_invoice_file_media_type")
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_invoice_file_sha256")),
        sa.CheckConstraint(
            "(case_id IS NULL AND erased_at IS NULL) = (content IS NOT NULL)"
            " AND (content IS NULL) = (wrapped IS NULL) AND (content IS NULL) = (key_version IS NULL)",
            name=op.f("ck_invoice_file_sealed"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_invoice_file_case_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_file_invoice_id")),
        sa.ForeignKeyConstraint(["received_by"], ["app_user.id"], name=op.f("fk_invoice_file_received_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_file")),
    )
    op.create_index(op.f("ix_invoice_file_case_id"), "invoice_file", ["case_id"])
    op.create_index("ix_invoice_file_received", "invoice_file", ["received_at", "id"])
    op.create_index("ix_invoice_file_sha256", "invoice_file", ["sha256"])
    op.create_index(
        "uq_invoice_file_invoice_id",
        "invoice_file",
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text("invoice_id IS NOT NULL"),
    )
    op.execute(
        "CREATE TRIGGER invoice_file_kept BEFORE UPDATE OR DELETE ON invoice_file FOR EACH ROW EXECUTE FUNCTION"
        " public.refuse_other_change('erased_at', '', 'content', 'wrapped', 'key_version', 'case_id')"
    )
    op.execute("ALTER TABLE invoice_file ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE invoice_file FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON invoice_file TO {OWNER} USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY seen ON invoice_file TO {APP} USING ((SELECT access.sees_all())"
        f" OR (SELECT access.scope()) = 'staff' AND {INVOICE})"
    )


def downgrade() -> None:
    """Drop the table and the columns."""
    op.drop_table("invoice_file")
    for name in ("uplift_cents", "gst_rate", "performed_on"):
        op.drop_column("invoice_line", name)
    op.drop_index("ix_invoice_file_sha256_of_invoice", table_name="invoice")
    op.drop_constraint(op.f("ck_invoice_credit"), "invoice", type_="check")
    op.drop_constraint(op.f("ck_invoice_kind"), "invoice", type_="check")
    for name in (*CENTS, "intake", "file_sha256", "due_on", "credits_number", "kind"):
        op.drop_column("invoice", name)
