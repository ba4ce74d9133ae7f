"""Keep what proves completion, inspections, defects, and the months of monitoring with their reviews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSERT_ONLY = ("egress_check", "inspection_line", "inspection_photo")


def upgrade() -> None:
    """What proves the work first, then what comes after it, then the guards."""
    _completion()
    _inspections()
    _defects()
    _monitoring()
    for table in INSERT_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM works_app")
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )


def _completion() -> None:
    op.create_table(
        "key_entry",
        sa.Column("line_id", sa.UUID(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("key_number", sa.Text(), nullable=False),
        sa.Column("copies", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.UUID(), nullable=False),
        sa.Column("named_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("named_by", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("(holder = 'named') = (named_by IS NOT NULL)", name=op.f("ck_key_entry_named")),
        sa.CheckConstraint(
            "holder IN ('client', 'advocate', 'key_safe', 'to_be_named', 'named')",
            name=op.f("ck_key_entry_holder"),
        ),
        sa.CheckConstraint("copies BETWEEN 1 AND 50", name=op.f("ck_key_entry_copies")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_key_entry_firm_id")),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_key_entry_line_id")),
        sa.ForeignKeyConstraint(["named_by"], ["app_user.id"], name=op.f("fk_key_entry_named_by")),
        sa.ForeignKeyConstraint(["recorded_by"], ["app_user.id"], name=op.f("fk_key_entry_recorded_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_key_entry_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_entry")),
    )
    op.create_index(op.f("ix_key_entry_line_id"), "key_entry", ["line_id"], unique=False)
    op.create_index(op.f("ix_key_entry_visit_id"), "key_entry", ["visit_id"], unique=False)
    op.create_table(
        "line_paper",
        sa.Column("line_id", sa.UUID(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("promised_by", sa.Date(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("stored_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("stored_by", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/jpeg')", name=op.f("ck_line_paper_media_type")
        ),
        sa.CheckConstraint(
            "number <> '' OR promised_by IS NOT NULL", name=op.f("ck_line_paper_given_or_promised")
        ),
        sa.CheckConstraint("(content IS NULL) = (media_type IS NULL)", name=op.f("ck_line_paper_file")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_line_paper_firm_id")),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_line_paper_line_id")),
        sa.ForeignKeyConstraint(["stored_by"], ["app_user.id"], name=op.f("fk_line_paper_stored_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_line_paper_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_paper")),
        sa.UniqueConstraint(
            "line_id", "visit_id", "firm_id", "kind", name=op.f("uq_line_paper_line_id_visit_id_firm_id_kind")
        ),
    )
    op.create_index(op.f("ix_line_paper_firm_id"), "line_paper", ["firm_id"], unique=False)
    op.create_index(
        "ix_line_paper_promised",
        "line_paper",
        ["promised_by", "id"],
        unique=False,
        postgresql_where=sa.text("promised_by IS NOT NULL"),
    )
    op.create_index(op.f("ix_line_paper_visit_id"), "line_paper", ["visit_id"], unique=False)
    op.create_table(
        "live_test",
        sa.Column("line_id", sa.UUID(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("tested_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_live_test_firm_id")),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_live_test_line_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["app_user.id"], name=op.f("fk_live_test_recorded_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_live_test_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_test")),
        sa.UniqueConstraint(
            "line_id", "visit_id", "firm_id", name=op.f("uq_live_test_line_id_visit_id_firm_id")
        ),
    )
    op.create_index(op.f("ix_live_test_visit_id"), "live_test", ["visit_id"], unique=False)
    op.create_table(
        "egress_check",
        sa.Column("opening_id", sa.UUID(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "answer IN ('opens', 'not_an_exit', 'needs_key')", name=op.f("ck_egress_check_answer")
        ),
        sa.ForeignKeyConstraint(["by"], ["app_user.id"], name=op.f("fk_egress_check_by")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_egress_check_opening_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_egress_check_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_egress_check")),
    )
    op.create_index("ix_egress_check_opening_at", "egress_check", ["opening_id", "at"], unique=False)
    op.create_index(op.f("ix_egress_check_visit_id"), "egress_check", ["visit_id"], unique=False)


def _inspections() -> None:
    op.create_table(
        "inspection",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("asked_by", sa.UUID(), nullable=True),
        sa.Column("inspected_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("inspected_by", sa.UUID(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "(state IN ('passed', 'failed')) = (inspected_at IS NOT NULL)",
            name=op.f("ck_inspection_inspected"),
        ),
        sa.CheckConstraint(
            "state IN ('due', 'passed', 'failed', 'withdrawn')", name=op.f("ck_inspection_state")
        ),
        sa.CheckConstraint("why IN ('sample', 'requested')", name=op.f("ck_inspection_why")),
        sa.ForeignKeyConstraint(["asked_by"], ["app_user.id"], name=op.f("fk_inspection_asked_by")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_inspection_firm_id")),
        sa.ForeignKeyConstraint(["inspected_by"], ["app_user.id"], name=op.f("fk_inspection_inspected_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_inspection_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("code", name=op.f("uq_inspection_code")),
    )
    op.create_index(op.f("ix_inspection_firm_id"), "inspection", ["firm_id"], unique=False)
    op.create_index("ix_inspection_state_due", "inspection", ["state", "due_on", "id"], unique=False)
    op.create_index(op.f("ix_inspection_visit_id"), "inspection", ["visit_id"], unique=False)
    op.create_index(
        "uq_inspection_one_open",
        "inspection",
        ["visit_id"],
        unique=True,
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index(
        "uq_inspection_one_sample",
        "inspection",
        ["visit_id"],
        unique=True,
        postgresql_where=sa.text("why = 'sample'"),
    )
    op.create_table(
        "inspection_line",
        sa.Column("inspection_id", sa.UUID(), nullable=False),
        sa.Column("line_id", sa.UUID(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("result IN ('pass', 'fail', 'not_seen')", name=op.f("ck_inspection_line_result")),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_line_inspection_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_inspection_line_line_id")),
        sa.PrimaryKeyConstraint("inspection_id", "line_id", name=op.f("pk_inspection_line")),
    )
    op.create_table(
        "inspection_photo",
        sa.Column("inspection_id", sa.UUID(), nullable=False),
        sa.Column("line_id", sa.UUID(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("stored_by", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_photo_inspection_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_inspection_photo_line_id")),
        sa.ForeignKeyConstraint(["stored_by"], ["app_user.id"], name=op.f("fk_inspection_photo_stored_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_photo")),
    )
    op.create_index(
        op.f("ix_inspection_photo_inspection_id"), "inspection_photo", ["inspection_id"], unique=False
    )
    op.create_table(
        "inspection_rate",
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "changed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("changed_by", sa.UUID(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_inspection_rate_percent")),
        sa.ForeignKeyConstraint(["changed_by"], ["app_user.id"], name=op.f("fk_inspection_rate_changed_by")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_inspection_rate_firm_id")),
        sa.PrimaryKeyConstraint("firm_id", name=op.f("pk_inspection_rate")),
    )


def _defects() -> None:
    op.create_table(
        "defect",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("line_id", sa.UUID(), nullable=False),
        sa.Column("inspection_id", sa.UUID(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("free", sa.Boolean(), nullable=False),
        sa.Column("found_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("found_by", sa.UUID(), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("repair_line_id", sa.UUID(), nullable=True),
        sa.Column("mended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("(state = 'mended') = (mended_at IS NOT NULL)", name=op.f("ck_defect_mended")),
        sa.CheckConstraint("severity IN ('unsafe', 'faulty', 'finish')", name=op.f("ck_defect_severity")),
        sa.CheckConstraint(
            "state <> 'returned' OR repair_line_id IS NOT NULL", name=op.f("ck_defect_returned")
        ),
        sa.CheckConstraint(
            "state IN ('found', 'returned', 'mended', 'withdrawn')", name=op.f("ck_defect_state")
        ),
        sa.ForeignKeyConstraint(["found_by"], ["app_user.id"], name=op.f("fk_defect_found_by")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_defect_inspection_id")),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_defect_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_defect_order_id")),
        sa.ForeignKeyConstraint(["repair_line_id"], ["works_line.id"], name=op.f("fk_defect_repair_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defect")),
        sa.UniqueConstraint("code", name=op.f("uq_defect_code")),
        sa.UniqueConstraint("repair_line_id", name=op.f("uq_defect_repair_line_id")),
    )
    op.create_index(op.f("ix_defect_inspection_id"), "defect", ["inspection_id"], unique=False)
    op.create_index(op.f("ix_defect_line_id"), "defect", ["line_id"], unique=False)
    op.create_index(op.f("ix_defect_order_id"), "defect", ["order_id"], unique=False)
    op.create_index("ix_defect_state_due", "defect", ["state", "due_at", "id"], unique=False)


def _monitoring() -> None:
    op.create_table(
        "monitoring",
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("starts_on < ends_on", name=op.f("ck_monitoring_days")),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_monitoring_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_monitoring")),
    )
    op.create_table(
        "review",
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("months", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("done_by", sa.UUID(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('goes_on', 'more_needed', 'ended', 'not_reached')", name=op.f("ck_review_outcome")
        ),
        sa.CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name=op.f("ck_review_done")),
        sa.ForeignKeyConstraint(["done_by"], ["app_user.id"], name=op.f("fk_review_done_by")),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_review_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("order_id", "months", name=op.f("uq_review_order_id_months")),
    )
    op.create_index(
        "ix_review_due", "review", ["due_on", "id"], unique=False, postgresql_where=sa.text("done_at IS NULL")
    )


def downgrade() -> None:
    """Nothing lies below the guards: restore a backup instead."""
    raise RuntimeError("The guards cannot be taken away; restore a backup.")
