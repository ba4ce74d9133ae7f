"""Keep pay runs with their files, schedules that answer payment claims, and money kept back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

APP, OWNER = "works_app", "works_owner"
OWN_FIRM = "firm_id = (SELECT access.firm())"
INVOICE = "EXISTS (SELECT 1 FROM public.invoice parent WHERE parent.id = invoice_id)"
AGREEMENT = "EXISTS (SELECT 1 FROM public.agreement parent WHERE parent.id = agreement_id)"
# Table: what staff see of it beside the house, what contractors see.
RULES = {
    "payer_account": ("true", "false"),
    "pay_run_item": (INVOICE, OWN_FIRM),
    "pay_run": ("true", "EXISTS (SELECT 1 FROM public.pay_run_item i WHERE i.run_id = pay_run.id)"),
    "pay_run_file": ("true", "false"),
    "payment_return": ("true", OWN_FIRM),
    "payment_schedule": (INVOICE, INVOICE),
    "claim_warning": (INVOICE, "false"),
    "retention_term": (AGREEMENT, AGREEMENT),
    "retention_move": (INVOICE, INVOICE),
}
INSERT_ONLY = (
    "pay_run_file", "payment_return", "payment_schedule", "claim_warning", "retention_term", "retention_move",
)  # fmt: skip
# Table: the column and the value that it must have before a change, and what may change then.
ONCE = {
    "payer_account": ("verified_at", "", "verified_at", "verified_by"),
    "pay_run": (
        "state", "prepared", "approved_at", "approved_by", "cancelled_at", "cancelled_by", "cancel_reason", "version",
    ),
    "pay_run_item": ("ended", "", "ended_at"),
}  # fmt: skip

FUNCTIONS = """
CREATE FUNCTION public.refuse_other_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF TG_OP = 'DELETE' OR coalesce(to_jsonb(OLD) ->> TG_ARGV[0], '') <> TG_ARGV[1]
       OR (to_jsonb(NEW) - TG_ARGV) IS DISTINCT FROM (to_jsonb(OLD) - TG_ARGV) THEN
        RAISE EXCEPTION '% is settled or frozen', TG_TABLE_NAME USING ERRCODE = 'WS002';
    END IF;
    RETURN NEW;
END
$$;
"""


def policy(table: str, staff: str, contractor: str) -> None:
    """Switch row security on for a table, for its owner too, and write down who sees what."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON {table} TO {OWNER} USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY seen ON {table} TO {APP} USING ((SELECT access.sees_all())"
        f" OR (SELECT access.scope()) = 'staff' AND ({staff})"
        f" OR (SELECT access.scope()) = 'firm' AND ({contractor}))"
    )


def insert_only(table: str) -> None:
    """Rows are never changed or removed."""
    op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APP}")
    op.execute(
        f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )


def upgrade() -> None:
    """Make the tables, then their guards."""
    op.create_table(
        "payer_account",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("entered_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("entered_by", UUID(as_uuid=True), nullable=False),
        sa.Column("verified_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("verified_by", UUID(as_uuid=True), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL)", name=op.f("ck_payer_account_verified")
        ),
        sa.CheckConstraint("verified_by <> entered_by", name=op.f("ck_payer_account_two_people")),
        sa.ForeignKeyConstraint(["entered_by"], ["app_user.id"], name=op.f("fk_payer_account_entered_by")),
        sa.ForeignKeyConstraint(["verified_by"], ["app_user.id"], name=op.f("fk_payer_account_verified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_account")),
    )
    op.create_table(
        "pay_run",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("payer_id", UUID(as_uuid=True), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("frozen_hash", sa.Text(), nullable=False),
        sa.Column("prepared_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("prepared_by", UUID(as_uuid=True), nullable=False),
        sa.Column("approved_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("approved_by", UUID(as_uuid=True), nullable=True),
        sa.Column("cancelled_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cancelled_by", UUID(as_uuid=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "(state = 'approved') = (approved_at IS NOT NULL AND approved_by IS NOT NULL)",
            name=op.f("ck_pay_run_approved"),
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_pay_run_cancelled")
        ),
        sa.CheckConstraint("state IN ('prepared', 'approved', 'cancelled')", name=op.f("ck_pay_run_state")),
        sa.CheckConstraint("approved_by <> prepared_by", name=op.f("ck_pay_run_two_people")),
        sa.ForeignKeyConstraint(["approved_by"], ["app_user.id"], name=op.f("fk_pay_run_approved_by")),
        sa.ForeignKeyConstraint(["cancelled_by"], ["app_user.id"], name=op.f("fk_pay_run_cancelled_by")),
        sa.ForeignKeyConstraint(["payer_id"], ["payer_account.id"], name=op.f("fk_pay_run_payer_id")),
        sa.ForeignKeyConstraint(["prepared_by"], ["app_user.id"], name=op.f("fk_pay_run_prepared_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_run")),
        sa.UniqueConstraint("code", name=op.f("uq_pay_run_code")),
    )
    op.create_index("ix_pay_run_prepared_at", "pay_run", ["prepared_at", "id"], unique=False)
    op.create_table(
        "pay_run_item",
        sa.Column("run_id", UUID(as_uuid=True), nullable=False),
        sa.Column("invoice_id", UUID(as_uuid=True), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("firm_id", UUID(as_uuid=True), nullable=False),
        sa.Column("firm_name", sa.Text(), nullable=False),
        sa.Column("invoice_number", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("account_id", UUID(as_uuid=True), nullable=False),
        sa.Column("account_version", sa.BigInteger(), nullable=False),
        sa.Column("account_number", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("ended_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "ended IS NULL OR ended IN ('cancelled', 'returned')", name=op.f("ck_pay_run_item_ended")
        ),
        sa.CheckConstraint("part IN ('invoice', 'retention')", name=op.f("ck_pay_run_item_part")),
        sa.ForeignKeyConstraint(["account_id"], ["bank_account.id"], name=op.f("fk_pay_run_item_account_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_pay_run_item_firm_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_pay_run_item_invoice_id")),
        sa.ForeignKeyConstraint(["run_id"], ["pay_run.id"], name=op.f("fk_pay_run_item_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_run_item")),
        sa.UniqueConstraint(
            "run_id", "invoice_id", "part", name=op.f("uq_pay_run_item_run_id_invoice_id_part")
        ),
    )
    op.create_index("ix_pay_run_item_firm_id", "pay_run_item", ["firm_id"], unique=False)
    op.create_index(
        "uq_pay_run_item_standing",
        "pay_run_item",
        ["invoice_id", "part"],
        unique=True,
        postgresql_where=sa.text("ended IS NULL AND part = 'invoice'"),
    )
    op.create_table(
        "pay_run_file",
        sa.Column("run_id", UUID(as_uuid=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("kind IN ('bank', 'bills')", name=op.f("ck_pay_run_file_kind")),
        sa.ForeignKeyConstraint(["run_id"], ["pay_run.id"], name=op.f("fk_pay_run_file_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_run_file")),
        sa.UniqueConstraint("run_id", "kind", "position", name=op.f("uq_pay_run_file_run_id_kind_position")),
    )
    op.create_table(
        "payment_return",
        sa.Column("run_id", UUID(as_uuid=True), nullable=False),
        sa.Column("firm_id", UUID(as_uuid=True), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", UUID(as_uuid=True), nullable=False),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_payment_return_firm_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["app_user.id"], name=op.f("fk_payment_return_recorded_by")),
        sa.ForeignKeyConstraint(["run_id"], ["pay_run.id"], name=op.f("fk_payment_return_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_return")),
        sa.UniqueConstraint("run_id", "firm_id", name=op.f("uq_payment_return_run_id_firm_id")),
    )
    op.create_table(
        "payment_schedule",
        sa.Column("invoice_id", UUID(as_uuid=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("claimed_cents", sa.BigInteger(), nullable=False),
        sa.Column("scheduled_cents", sa.BigInteger(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by", UUID(as_uuid=True), nullable=False),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_payment_schedule_invoice_id")),
        sa.ForeignKeyConstraint(["made_by"], ["app_user.id"], name=op.f("fk_payment_schedule_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_schedule")),
        sa.UniqueConstraint("invoice_id", "number", name=op.f("uq_payment_schedule_invoice_id_number")),
    )
    op.create_table(
        "claim_warning",
        sa.Column("invoice_id", UUID(as_uuid=True), nullable=False),
        sa.Column("working_days", sa.BigInteger(), nullable=False),
        sa.Column("rung_at", TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_claim_warning_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", "working_days", name=op.f("pk_claim_warning")),
    )
    op.create_table(
        "retention_term",
        sa.Column("agreement_id", UUID(as_uuid=True), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("share", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("kept_months", sa.BigInteger(), nullable=False),
        sa.Column("set_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("set_by", UUID(as_uuid=True), nullable=False),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("kept_months BETWEEN 0 AND 60", name=op.f("ck_retention_term_kept_months")),
        sa.CheckConstraint("share >= 0 AND share <= 0.1", name=op.f("ck_retention_term_share")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_retention_term_agreement_id")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["app_user.id"], name=op.f("fk_retention_term_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_term")),
        sa.UniqueConstraint(
            "agreement_id", "in_force_from", name=op.f("uq_retention_term_agreement_id_in_force_from")
        ),
    )
    op.create_table(
        "retention_move",
        sa.Column("invoice_id", UUID(as_uuid=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("releasable_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", UUID(as_uuid=True), nullable=False),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "cents > 0 OR kind IN ('withheld', 'notice')", name=op.f("ck_retention_move_cents")
        ),
        sa.CheckConstraint(
            "kind IN ('withheld', 'trust', 'notice', 'released', 'used')", name=op.f("ck_retention_move_kind")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_retention_move_invoice_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["app_user.id"], name=op.f("fk_retention_move_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_move")),
    )
    op.create_index(op.f("ix_retention_move_invoice_id"), "retention_move", ["invoice_id"], unique=False)
    op.create_check_constraint(
        op.f("ck_bank_account_two_people"), "bank_account", "verified_by <> entered_by"
    )
    op.execute(FUNCTIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION public.refuse_other_change() FROM PUBLIC")
    for table, words in ONCE.items():
        said = ", ".join(f"'{word}'" for word in words)
        op.execute(
            f"CREATE TRIGGER {table}_settled BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION public.refuse_other_change({said})"
        )
    for table in INSERT_ONLY:
        insert_only(table)
    for table, rule in RULES.items():
        policy(table, *rule)


def downgrade() -> None:
    """Drop the tables and their guards."""
    op.execute("ALTER TABLE bank_account DROP CONSTRAINT ck_bank_account_two_people")
    op.execute("DROP POLICY seen ON pay_run")
    for table in (*INSERT_ONLY, "pay_run_item", "pay_run", "payer_account"):
        op.drop_table(table)
    op.execute("DROP FUNCTION public.refuse_other_change()")
