"""Keep what the match decided of each invoice line, holds, rejections and duplicates of invoices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CENTS = ("accepted_net", "accepted_gst", "held_gst", "disputed_gst", "payable")
OPTIONAL = (
    ("claim_number", sa.BigInteger()),
    ("duplicate_of_id", sa.UUID()),
    ("paid_to_id", sa.UUID()),
    ("hold_kind", sa.Text()),
    ("hold_reason", sa.Text()),
    ("held_at", postgresql.TIMESTAMP(timezone=True)),
    ("held_by", sa.UUID()),
    ("rejected_at", postgresql.TIMESTAMP(timezone=True)),
    ("rejected_by", sa.UUID()),
    ("reject_reason", sa.Text()),
)
REFERENCES = (
    ("duplicate_of_id", "invoice"),
    ("paid_to_id", "bank_account"),
    ("held_by", "app_user"),
    ("rejected_by", "app_user"),
)


def upgrade() -> None:
    for name, kind in OPTIONAL:
        op.add_column("invoice", sa.Column(name, kind, nullable=True))
    for name in CENTS:
        op.add_column(
            "invoice", sa.Column(f"{name}_cents", sa.BigInteger(), server_default="0", nullable=False)
        )
    op.add_column("invoice", sa.Column("stated", postgresql.JSONB(), server_default="{}", nullable=False))
    for name, table in REFERENCES:
        op.create_foreign_key(op.f(f"fk_invoice_{name}"), "invoice", table, [name], ["id"])
    op.create_unique_constraint(
        op.f("uq_invoice_order_id_claim_number"), "invoice", ["order_id", "claim_number"]
    )
    op.create_check_constraint(
        op.f("ck_invoice_hold_kind"), "invoice", "hold_kind IS NULL OR hold_kind IN ('held', 'disputed')"
    )
    op.create_check_constraint(op.f("ck_invoice_two_people_pay"), "invoice", "approved_by <> paid_by")
    op.drop_index("uq_invoice_firm_number", table_name="invoice")
    op.create_index(
        "uq_invoice_firm_number",
        "invoice",
        ["firm_id", "number_normalised"],
        unique=True,
        postgresql_where=sa.text("state <> 'rejected' AND duplicate_of_id IS NULL"),
    )
    op.create_index("ix_invoice_firm_total", "invoice", ["firm_id", "total_cents"])
    _lines()
    _exceptions()


def _lines() -> None:
    op.add_column(
        "invoice_line", sa.Column("discount_cents", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column(
        "invoice_line", sa.Column("acceptance_ids", postgresql.JSONB(), server_default="[]", nullable=False)
    )
    op.create_table(
        "line_decision",
        sa.Column("invoice_line_id", sa.UUID(), nullable=False),
        sa.Column("line_id", sa.UUID(), nullable=True),
        sa.Column("claimed_cents", sa.BigInteger(), nullable=False),
        sa.Column("accepted_quantity", sa.Numeric(14, 4), nullable=False),
        sa.Column("accepted_cents", sa.BigInteger(), nullable=False),
        sa.Column("held_cents", sa.BigInteger(), nullable=False),
        sa.Column("disputed_cents", sa.BigInteger(), nullable=False),
        sa.Column("posted_accrued_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("posted_invoiced_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("postings", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("explanation", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.CheckConstraint(
            "accepted_cents + held_cents + disputed_cents = claimed_cents",
            name=op.f("ck_line_decision_exact_split"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_line_id"], ["invoice_line.id"], name=op.f("fk_line_decision_invoice_line_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_line_decision_line_id")),
        sa.PrimaryKeyConstraint("invoice_line_id", name=op.f("pk_line_decision")),
    )
    op.create_index(op.f("ix_line_decision_line_id"), "line_decision", ["line_id"])


def _exceptions() -> None:
    op.add_column("invoice_exception", sa.Column("exception_key", sa.Text(), nullable=False))
    op.create_index(
        "uq_invoice_exception_standing",
        "invoice_exception",
        ["invoice_id", "exception_key"],
        unique=True,
        postgresql_where=sa.text("state <> 'superseded'"),
    )


def downgrade() -> None:
    op.drop_index("uq_invoice_exception_standing", table_name="invoice_exception")
    op.drop_column("invoice_exception", "exception_key")
    op.drop_table("line_decision")
    op.drop_column("invoice_line", "acceptance_ids")
    op.drop_column("invoice_line", "discount_cents")
    op.drop_index("ix_invoice_firm_total", table_name="invoice")
    op.drop_index("uq_invoice_firm_number", table_name="invoice")
    op.create_index(
        "uq_invoice_firm_number",
        "invoice",
        ["firm_id", "number_normalised"],
        unique=True,
        postgresql_where=sa.text("state <> 'rejected'"),
    )
    op.drop_constraint(op.f("ck_invoice_two_people_pay"), "invoice", type_="check")
    op.drop_constraint(op.f("ck_invoice_hold_kind"), "invoice", type_="check")
    op.drop_constraint(op.f("uq_invoice_order_id_claim_number"), "invoice", type_="unique")
    for name, _ in (*OPTIONAL, *((f"{name}_cents", None) for name in CENTS), ("stated", None)):
        op.drop_column("invoice", name)
