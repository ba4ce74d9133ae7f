"""Make the first tables; 0002 adds what only SQL can say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from worksorders.store.tables.confidential.vault import TransactionId

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS vault")
    op.create_table(
        "firm",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("nzbn", sa.Text(), nullable=True),
        sa.Column("gst_number", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm")),
        sa.UniqueConstraint("code", name=op.f("uq_firm_code")),
    )
    op.create_table(
        "funding_contract",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("gst_basis", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "gst_basis IN ('inclusive', 'exclusive')", name=op.f("ck_funding_contract_gst_basis")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_contract")),
        sa.UniqueConstraint("code", name=op.f("uq_funding_contract_code")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "wanted_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "due_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
    )
    op.create_index(
        "ix_outbox_message_due",
        "outbox_message",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("uq_outbox_message_dedupe", "outbox_message", ["dedupe_key"], unique=True)
    op.create_table(
        "sign_in_attempt",
        sa.Column("name_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_name_at", "sign_in_attempt", ["name_hash", "at"], unique=False)
    op.create_table(
        "agreement",
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("self_billing", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("payment_days", sa.BigInteger(), server_default="10", nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_agreement_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("code", name=op.f("uq_agreement_code")),
    )
    op.create_index(op.f("ix_agreement_firm_id"), "agreement", ["firm_id"], unique=False)
    op.create_table(
        "contract_year",
        sa.Column("contract_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("budget_cents", sa.BigInteger(), nullable=False),
        sa.Column("homes_target", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("starts_on < ends_on", name=op.f("ck_contract_year_dates")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["funding_contract.id"], name=op.f("fk_contract_year_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_year")),
        sa.UniqueConstraint("contract_id", "starts_on", name=op.f("uq_contract_year_contract_id_starts_on")),
    )
    op.create_table(
        "firm_region",
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_region_firm_id")),
        sa.PrimaryKeyConstraint("firm_id", "region_code", name=op.f("pk_firm_region")),
    )
    op.create_table(
        "worker",
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("base_town", sa.Text(), nullable=False),
        sa.Column("base_lat", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("base_lon", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("max_travel_minutes", sa.BigInteger(), server_default="90", nullable=False),
        sa.Column("on_call", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_worker_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
        sa.UniqueConstraint("id", "firm_id", name=op.f("uq_worker_id_firm_id")),
    )
    op.create_index("ix_worker_firm", "worker", ["firm_id", "id"], unique=False)
    op.create_table(
        "absence",
        sa.Column("worker_id", sa.UUID(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_absence_dates")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_absence_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_worker_id"), "absence", ["worker_id"], unique=False)
    op.create_table(
        "app_user",
        sa.Column("sign_in_name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("firm_id", sa.UUID(), nullable=True),
        sa.Column("worker_id", sa.UUID(), nullable=True),
        sa.Column("raise_limit_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("vary_limit_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_demo", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("disabled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "(role = 'contractor') = (firm_id IS NOT NULL)", name=op.f("ck_app_user_contractor_has_firm")
        ),
        sa.CheckConstraint(
            "role IN ('coordinator', 'contractor', 'finance', 'administrator', 'auditor', 'privacy_officer')",
            name=op.f("ck_app_user_role"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_app_user_firm_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_app_user_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
    )
    op.create_index(
        "uq_app_user_sign_in", "app_user", [sa.literal_column("lower(sign_in_name)")], unique=True
    )
    op.create_table(
        "rate_card",
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("agreement_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_rate_card_overlap",
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_rate_card_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_card")),
        sa.UniqueConstraint("agreement_id", "version", name=op.f("uq_rate_card_agreement_id_version")),
    )
    op.create_table(
        "worker_trade",
        sa.Column("worker_id", sa.UUID(), nullable=False),
        sa.Column("trade", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_worker_trade_worker_id")),
        sa.PrimaryKeyConstraint("worker_id", "trade", name=op.f("pk_worker_trade")),
    )
    op.create_table(
        "working_hours",
        sa.Column("worker_id", sa.UUID(), nullable=False),
        sa.Column("weekday", sa.BigInteger(), nullable=False),
        sa.Column("opens_minute", sa.BigInteger(), nullable=False),
        sa.Column("closes_minute", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "0 <= opens_minute AND opens_minute < closes_minute AND closes_minute <= 1440",
            name=op.f("ck_working_hours_minutes"),
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_working_hours_weekday")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_working_hours_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_hours")),
    )
    op.create_index(op.f("ix_working_hours_worker_id"), "working_hours", ["worker_id"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor_id", sa.UUID(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_table", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["app_user.id"], name=op.f("fk_audit_event_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_actor_id"), "audit_event", ["actor_id"], unique=False)
    op.create_index(
        "ix_audit_event_subject", "audit_event", ["subject_table", "subject_id", "id"], unique=False
    )
    op.create_table(
        "bank_account",
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("entered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("entered_by", sa.UUID(), nullable=False),
        sa.Column("verified_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("verified_by", sa.UUID(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["app_user.id"], name=op.f("fk_bank_account_entered_by")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_bank_account_firm_id")),
        sa.ForeignKeyConstraint(["verified_by"], ["app_user.id"], name=op.f("fk_bank_account_verified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
    )
    op.create_index(op.f("ix_bank_account_firm_id"), "bank_account", ["firm_id"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("built_before_2000", sa.Boolean(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_case_file_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("code", name=op.f("uq_case_file_code")),
    )
    op.create_index(op.f("ix_case_file_region_code"), "case_file", ["region_code"], unique=False)
    op.create_table(
        "catalogue_version",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("items_csv", sa.Text(), nullable=False),
        sa.Column("findings_csv", sa.Text(), nullable=False),
        sa.Column(
            "loaded_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("loaded_by", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'in_force', 'retired')", name=op.f("ck_catalogue_version_state")
        ),
        sa.ForeignKeyConstraint(["loaded_by"], ["app_user.id"], name=op.f("fk_catalogue_version_loaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
        sa.UniqueConstraint("number", name=op.f("uq_catalogue_version_number")),
    )
    op.create_index(
        "uq_catalogue_version_in_force",
        "catalogue_version",
        [sa.literal_column("(state)")],
        unique=True,
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_table(
        "form_submission",
        sa.Column("form_uuid", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column(
            "taken_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("location", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_form_submission_user_id")),
        sa.PrimaryKeyConstraint("form_uuid", name=op.f("pk_form_submission")),
    )
    op.create_table(
        "plan",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("region_codes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("input_hash", sa.Text(), nullable=True),
        sa.Column("progress", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("progress_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cancel_requested_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("published_by", sa.UUID(), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'solving', 'draft', 'published', 'discarded', 'cancelled', 'failed')",
            name=op.f("ck_plan_state"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_plan_created_by")),
        sa.ForeignKeyConstraint(["published_by"], ["app_user.id"], name=op.f("fk_plan_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("code", name=op.f("uq_plan_code")),
    )
    op.create_index("ix_plan_created", "plan", ["created_at", "id"], unique=False)
    op.create_table(
        "rate_line",
        sa.Column("rate_card_id", sa.UUID(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.CheckConstraint("rate >= 0", name=op.f("ck_rate_line_rate")),
        sa.ForeignKeyConstraint(["rate_card_id"], ["rate_card.id"], name=op.f("fk_rate_line_rate_card_id")),
        sa.PrimaryKeyConstraint("rate_card_id", "item_code", name=op.f("pk_rate_line")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "changed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("changed_by", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["app_user.id"], name=op.f("fk_setting_changed_by")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "user_session",
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("stepped_up_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "intent",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("case_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.UUID(), nullable=False),
        sa.Column("session_key", sa.Text(), nullable=False),
        sa.Column(
            "made_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "transaction_id",
            TransactionId(),
            server_default=sa.text("pg_current_xact_id()"),
            nullable=False,
        ),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["app_user.id"], name=op.f("fk_intent_actor_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_intent")),
        schema="vault",
    )
    op.create_table(
        "vetting_check",
        sa.Column("firm_id", sa.UUID(), nullable=True),
        sa.Column("worker_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column(
            "recorded_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "expires_on IS NULL OR issued_on <= expires_on", name=op.f("ck_vetting_check_dates")
        ),
        sa.CheckConstraint(
            "num_nonnulls(firm_id, worker_id) = 1", name=op.f("ck_vetting_check_firm_or_worker")
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_vetting_check_firm_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["app_user.id"], name=op.f("fk_vetting_check_recorded_by")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_vetting_check_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vetting_check")),
    )
    op.create_index(op.f("ix_vetting_check_firm_id"), "vetting_check", ["firm_id"], unique=False)
    op.create_index(op.f("ix_vetting_check_worker_id"), "vetting_check", ["worker_id"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("adults", sa.BigInteger(), nullable=False),
        sa.Column("children", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_by", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'ordered', 'handed_over', 'superseded')", name=op.f("ck_assessment_state")
        ),
        sa.CheckConstraint("urgency IN ('P1', 'P2', 'P3', 'P4')", name=op.f("ck_assessment_urgency")),
        sa.CheckConstraint("adults >= 0 AND children >= 0", name=op.f("ck_assessment_people")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_assessment_case_id")),
        sa.ForeignKeyConstraint(["received_by"], ["app_user.id"], name=op.f("fk_assessment_received_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("code", name=op.f("uq_assessment_code")),
    )
    op.create_index(op.f("ix_assessment_case_id"), "assessment", ["case_id"], unique=False)
    op.create_index(
        "ix_assessment_state_received", "assessment", ["state", "received_at", "id"], unique=False
    )
    op.create_table(
        "never_send",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("firm_id", sa.UUID(), nullable=True),
        sa.Column("worker_id", sa.UUID(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("num_nonnulls(firm_id, worker_id) = 1", name=op.f("ck_never_send_firm_or_worker")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_never_send_case_id")),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_never_send_created_by")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_never_send_firm_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_never_send_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_never_send")),
        sa.UniqueConstraint("case_id", "firm_id", name=op.f("uq_never_send_case_id_firm_id")),
        sa.UniqueConstraint("case_id", "worker_id", name=op.f("uq_never_send_case_id_worker_id")),
    )
    op.create_table(
        "case_key",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("master_version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_key_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_key")),
        schema="vault",
    )
    op.create_table(
        "look_up",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_look_up_case_id")),
        sa.PrimaryKeyConstraint("case_id", "kind", "digest", name=op.f("pk_look_up")),
        schema="vault",
    )
    op.create_index("ix_look_up_kind_digest", "look_up", ["kind", "digest"], unique=False, schema="vault")
    op.create_table(
        "sealed",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_sealed_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed")),
        sa.UniqueConstraint("case_id", "subject_id", "kind", name=op.f("uq_sealed_case_id_subject_id_kind")),
        schema="vault",
    )
    op.create_table(
        "eligibility_answer",
        sa.Column("assessment_id", sa.UUID(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("answer", sa.Boolean(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_eligibility_answer_assessment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_answer")),
        sa.UniqueConstraint(
            "assessment_id", "criterion", name=op.f("uq_eligibility_answer_assessment_id_criterion")
        ),
    )
    op.create_table(
        "handover",
        sa.Column("assessment_id", sa.UUID(), nullable=False),
        sa.Column("advocate", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_handover_assessment_id")),
        sa.ForeignKeyConstraint(["by"], ["app_user.id"], name=op.f("fk_handover_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_assessment_id"), "handover", ["assessment_id"], unique=False)
    op.create_table(
        "opening",
        sa.Column("assessment_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('secure', 'temporarily_secured', 'insecure')", name=op.f("ck_opening_state")
        ),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_opening_assessment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
    )
    op.create_index(op.f("ix_opening_assessment_id"), "opening", ["assessment_id"], unique=False)
    op.create_table(
        "works_order",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("assessment_id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("resume_state", sa.Text(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("raised_by", sa.UUID(), nullable=False),
        sa.Column("make_safe_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("permanent_due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("approved_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("approved_by", sa.UUID(), nullable=True),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("issued_by", sa.UUID(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("safe_windows", sa.Text(), server_default="540-1020", nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'consent_pending', 'approval_pending', 'ready', 'issued', 'closed', 'on_hold', 'suspended', 'variation_pending', 'cancelled', 'superseded')",
            name=op.f("ck_works_order_state"),
        ),
        sa.CheckConstraint("urgency IN ('P1', 'P2', 'P3', 'P4')", name=op.f("ck_works_order_urgency")),
        sa.ForeignKeyConstraint(["approved_by"], ["app_user.id"], name=op.f("fk_works_order_approved_by")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_works_order_assessment_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_works_order_case_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["app_user.id"], name=op.f("fk_works_order_issued_by")),
        sa.ForeignKeyConstraint(["raised_by"], ["app_user.id"], name=op.f("fk_works_order_raised_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works_order")),
        sa.UniqueConstraint("code", name=op.f("uq_works_order_code")),
    )
    op.create_index(op.f("ix_works_order_assessment_id"), "works_order", ["assessment_id"], unique=False)
    op.create_index(op.f("ix_works_order_case_id"), "works_order", ["case_id"], unique=False)
    op.create_index("ix_works_order_region_state", "works_order", ["region_code", "state"], unique=False)
    op.create_index(
        "ix_works_order_state_due", "works_order", ["state", "permanent_due_at", "id"], unique=False
    )
    op.create_index(
        "uq_works_order_one_live",
        "works_order",
        ["assessment_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('cancelled', 'superseded')"),
    )
    op.create_table(
        "approval_event",
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by", sa.UUID(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("limit_cents", sa.BigInteger(), nullable=False),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["app_user.id"], name=op.f("fk_approval_event_by")),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_approval_event_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_event")),
    )
    op.create_index(op.f("ix_approval_event_order_id"), "approval_event", ["order_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("consent_group", sa.Text(), nullable=False),
        sa.Column("given_by_role", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("conditions", sa.Text(), server_default="", nullable=False),
        sa.Column("reinstatement", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "recorded_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "how IN ('phone', 'written', 'in_person', 'not_needed')", name=op.f("ck_consent_how")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_consent_order_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["app_user.id"], name=op.f("fk_consent_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_order_id"), "consent", ["order_id"], unique=False)
    op.create_table(
        "invoice",
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_normalised", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_by", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), server_default="NZD", nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("gst_cents", sa.BigInteger(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("gst_rounding", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("matched_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("approved_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("approved_by", sa.UUID(), nullable=True),
        sa.Column("paid_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("paid_by", sa.UUID(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "source IN ('portal', 'typed', 'ubl', 'self_billed')", name=op.f("ck_invoice_source")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'matched', 'exceptions', 'approved', 'paid', 'rejected')",
            name=op.f("ck_invoice_state"),
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["app_user.id"], name=op.f("fk_invoice_approved_by")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_invoice_firm_id")),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_invoice_order_id")),
        sa.ForeignKeyConstraint(["paid_by"], ["app_user.id"], name=op.f("fk_invoice_paid_by")),
        sa.ForeignKeyConstraint(["received_by"], ["app_user.id"], name=op.f("fk_invoice_received_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
    )
    op.create_index(op.f("ix_invoice_order_id"), "invoice", ["order_id"], unique=False)
    op.create_index("ix_invoice_state_received", "invoice", ["state", "received_at", "id"], unique=False)
    op.create_index(
        "uq_invoice_firm_number",
        "invoice",
        ["firm_id", "number_normalised"],
        unique=True,
        postgresql_where=sa.text("state <> 'rejected'"),
    )
    op.create_table(
        "offer",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("responded_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("responded_by", sa.UUID(), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'lapsed', 'withdrawn')", name=op.f("ck_offer_state")
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_offer_firm_id")),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_offer_order_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_offer_plan_id")),
        sa.ForeignKeyConstraint(["responded_by"], ["app_user.id"], name=op.f("fk_offer_responded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("code", name=op.f("uq_offer_code")),
    )
    op.create_index(
        "ix_offer_due", "offer", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_index("ix_offer_firm_state", "offer", ["firm_id", "state", "expires_at"], unique=False)
    op.create_index(op.f("ix_offer_order_id"), "offer", ["order_id"], unique=False)
    op.create_table(
        "opening_finding",
        sa.Column("opening_id", sa.UUID(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_opening_finding_opening_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_finding")),
        sa.UniqueConstraint("opening_id", "finding", name=op.f("uq_opening_finding_opening_id_finding")),
    )
    op.create_table(
        "visit",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("trade", sa.Text(), nullable=False),
        sa.Column("crew", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("interim", sa.Boolean(), nullable=False),
        sa.Column("ready_on", sa.Date(), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("firm_id", sa.UUID(), nullable=True),
        sa.Column("start_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("end_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("arrived_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("left_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('unplanned', 'planned', 'published', 'offered', 'accepted', 'en_route', 'on_site', 'done', 'no_access', 'aborted', 'cancelled')",
            name=op.f("ck_visit_state"),
        ),
        sa.CheckConstraint("crew BETWEEN 1 AND 4 AND minutes > 0", name=op.f("ck_visit_size")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_visit_firm_id")),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_visit_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("code", name=op.f("uq_visit_code")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_visit_order_id_position")),
    )
    op.create_index("ix_visit_firm_state", "visit", ["firm_id", "state"], unique=False)
    op.create_index(op.f("ix_visit_order_id"), "visit", ["order_id"], unique=False)
    op.create_index("ix_visit_state_due", "visit", ["state", "due_at", "id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("worker_id", sa.UUID(), nullable=False),
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("worker_id"), "="),
            (sa.column("during"), "&&"),
            where=sa.text("state <> 'released'"),
            using="gist",
            name="ex_booking_overlap",
        ),
        sa.CheckConstraint("state IN ('held', 'confirmed', 'released')", name=op.f("ck_booking_state")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_booking_visit_id")),
        sa.ForeignKeyConstraint(
            ["worker_id", "firm_id"], ["worker.id", "worker.firm_id"], name="fk_booking_worker_firm"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    op.create_index("ix_booking_visit", "booking", ["visit_id"], unique=False)
    op.create_table(
        "offer_visit",
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("worker_id", sa.UUID(), nullable=True),
        sa.Column("start_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_offer_visit_offer_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_offer_visit_visit_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_offer_visit_worker_id")),
        sa.PrimaryKeyConstraint("offer_id", "visit_id", name=op.f("pk_offer_visit")),
    )
    op.create_index(op.f("ix_offer_visit_visit_id"), "offer_visit", ["visit_id"], unique=False)
    op.create_table(
        "opening_event",
        sa.Column("opening_id", sa.UUID(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by", sa.UUID(), nullable=False),
        sa.Column("escalation_note", sa.Text(), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('secure', 'temporarily_secured', 'insecure')", name=op.f("ck_opening_event_state")
        ),
        sa.ForeignKeyConstraint(["by"], ["app_user.id"], name=op.f("fk_opening_event_by")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_opening_event_opening_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_opening_event_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_event")),
    )
    op.create_index(op.f("ix_opening_event_opening_id"), "opening_event", ["opening_id"], unique=False)
    op.create_table(
        "plan_stop",
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("worker_id", sa.UUID(), nullable=False),
        sa.Column("start_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("end_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_stop_plan_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_plan_stop_visit_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_plan_stop_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_stop")),
        sa.UniqueConstraint(
            "plan_id", "visit_id", "worker_id", name=op.f("uq_plan_stop_plan_id_visit_id_worker_id")
        ),
    )
    op.create_index(op.f("ix_plan_stop_plan_id"), "plan_stop", ["plan_id"], unique=False)
    op.create_index(op.f("ix_plan_stop_visit_id"), "plan_stop", ["visit_id"], unique=False)
    op.create_table(
        "plan_unassigned",
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_unassigned_plan_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_plan_unassigned_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_unassigned")),
        sa.UniqueConstraint("plan_id", "visit_id", name=op.f("uq_plan_unassigned_plan_id_visit_id")),
    )
    op.create_index(op.f("ix_plan_unassigned_plan_id"), "plan_unassigned", ["plan_id"], unique=False)
    op.create_index(op.f("ix_plan_unassigned_visit_id"), "plan_unassigned", ["visit_id"], unique=False)
    op.create_table(
        "visit_dependency",
        sa.Column("before_id", sa.UUID(), nullable=False),
        sa.Column("after_id", sa.UUID(), nullable=False),
        sa.Column("least_gap_minutes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("greatest_gap_minutes", sa.BigInteger(), nullable=True),
        sa.Column("same_day", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["after_id"], ["visit.id"], name=op.f("fk_visit_dependency_after_id")),
        sa.ForeignKeyConstraint(["before_id"], ["visit.id"], name=op.f("fk_visit_dependency_before_id")),
        sa.PrimaryKeyConstraint("before_id", "after_id", name=op.f("pk_visit_dependency")),
    )
    op.create_index(op.f("ix_visit_dependency_after_id"), "visit_dependency", ["after_id"], unique=False)
    op.create_table(
        "visit_note",
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by", sa.UUID(), nullable=False),
        sa.Column("alert_acknowledged_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("alert_acknowledged_by", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_acknowledged_by"], ["app_user.id"], name=op.f("fk_visit_note_alert_acknowledged_by")
        ),
        sa.ForeignKeyConstraint(["by"], ["app_user.id"], name=op.f("fk_visit_note_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_note_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_note")),
    )
    op.create_index(op.f("ix_visit_note_visit_id"), "visit_note", ["visit_id"], unique=False)
    op.create_table(
        "works_line",
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("opening_id", sa.UUID(), nullable=True),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("offer_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("rate_card_id", sa.UUID(), nullable=True),
        sa.Column("frozen_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("trade", sa.Text(), nullable=False),
        sa.Column("crew", sa.BigInteger(), nullable=False),
        sa.Column("lead_working_days", sa.BigInteger(), nullable=False),
        sa.Column("consent_group", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("interim", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_works_line_quantity")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_works_line_opening_id")),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_works_line_order_id")),
        sa.ForeignKeyConstraint(["rate_card_id"], ["rate_card.id"], name=op.f("fk_works_line_rate_card_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_works_line_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works_line")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_works_line_order_id_position")),
    )
    op.create_index(op.f("ix_works_line_order_id"), "works_line", ["order_id"], unique=False)
    op.create_table(
        "frozen_rate",
        sa.Column("line_id", sa.UUID(), nullable=False),
        sa.Column("firm_id", sa.UUID(), nullable=False),
        sa.Column("rate_card_id", sa.UUID(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_frozen_rate_firm_id")),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_frozen_rate_line_id")),
        sa.ForeignKeyConstraint(["rate_card_id"], ["rate_card.id"], name=op.f("fk_frozen_rate_rate_card_id")),
        sa.PrimaryKeyConstraint("line_id", "firm_id", name=op.f("pk_frozen_rate")),
    )
    op.create_table(
        "invoice_line",
        sa.Column("invoice_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.UUID(), nullable=True),
        sa.Column("order_code", sa.Text(), nullable=True),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id")),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_invoice_line_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
        sa.UniqueConstraint("invoice_id", "position", name=op.f("uq_invoice_line_invoice_id_position")),
    )
    op.create_index(op.f("ix_invoice_line_line_id"), "invoice_line", ["line_id"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("contract_year_id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("line_id", sa.UUID(), nullable=True),
        sa.Column("invoice_id", sa.UUID(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["app_user.id"], name=op.f("fk_ledger_entry_by")),
        sa.ForeignKeyConstraint(
            ["contract_year_id"], ["contract_year.id"], name=op.f("fk_ledger_entry_contract_year_id")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_ledger_entry_invoice_id")),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_ledger_entry_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["works_order.id"], name=op.f("fk_ledger_entry_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("event_key", "account", name=op.f("uq_ledger_entry_event_key_account")),
    )
    op.create_index("ix_ledger_entry_order", "ledger_entry", ["order_id"], unique=False)
    op.create_index(
        "ix_ledger_entry_year_account", "ledger_entry", ["contract_year_id", "account"], unique=False
    )
    op.create_table(
        "line_accepted",
        sa.Column("line_id", sa.UUID(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("accepted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["accepted_by"], ["app_user.id"], name=op.f("fk_line_accepted_accepted_by")),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_line_accepted_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_accepted")),
    )
    op.create_index(op.f("ix_line_accepted_line_id"), "line_accepted", ["line_id"], unique=False)
    op.create_table(
        "line_done",
        sa.Column("line_id", sa.UUID(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("done_quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("done_by", sa.UUID(), nullable=False),
        sa.Column("no_photo_reason", sa.Text(), nullable=True),
        sa.Column("serial_numbers", sa.Text(), server_default="", nullable=False),
        sa.Column("keys_note", sa.Text(), server_default="", nullable=False),
        sa.Column("certificate_number", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("done_quantity >= 0", name=op.f("ck_line_done_done")),
        sa.ForeignKeyConstraint(["done_by"], ["app_user.id"], name=op.f("fk_line_done_done_by")),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_line_done_line_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_line_done_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_done")),
        sa.UniqueConstraint("line_id", "visit_id", name=op.f("uq_line_done_line_id_visit_id")),
    )
    op.create_index(op.f("ix_line_done_visit_id"), "line_done", ["visit_id"], unique=False)
    op.create_table(
        "photo",
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("line_id", sa.UUID(), nullable=True),
        sa.Column("idempotency_key", sa.UUID(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("taken_by", sa.UUID(), nullable=False),
        sa.Column(
            "stored_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["works_line.id"], name=op.f("fk_photo_line_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["app_user.id"], name=op.f("fk_photo_taken_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_photo_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_photo_idempotency_key")),
    )
    op.create_index(op.f("ix_photo_visit_id"), "photo", ["visit_id"], unique=False)
    op.create_table(
        "invoice_exception",
        sa.Column("invoice_id", sa.UUID(), nullable=False),
        sa.Column("invoice_line_id", sa.UUID(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("actual", sa.Text(), nullable=False),
        sa.Column("difference_cents", sa.BigInteger(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "raised_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("released_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("released_by", sa.UUID(), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.Column("release_expires_on", sa.Date(), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("severity IN ('B', 'H', 'W')", name=op.f("ck_invoice_exception_severity")),
        sa.CheckConstraint(
            "state IN ('open', 'released', 'superseded')", name=op.f("ck_invoice_exception_state")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_exception_invoice_id")),
        sa.ForeignKeyConstraint(
            ["invoice_line_id"], ["invoice_line.id"], name=op.f("fk_invoice_exception_invoice_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["released_by"], ["app_user.id"], name=op.f("fk_invoice_exception_released_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_exception")),
    )
    op.create_index(
        op.f("ix_invoice_exception_invoice_id"), "invoice_exception", ["invoice_id"], unique=False
    )
    op.create_index("ix_invoice_exception_state", "invoice_exception", ["state", "code"], unique=False)


def downgrade() -> None:
    """Nothing lies below the first migration: restore a backup instead."""
    raise RuntimeError("The first migration cannot be undone; restore a backup.")
