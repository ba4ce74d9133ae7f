"""Seal the audit trail into a hash chain, and keep who looked over each reading of protected words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

APP = "works_app"
NEVER_CHANGED = ("audit_chain", "audit_seal", "reading_review")

FUNCTIONS = """
CREATE FUNCTION public.await_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO public.audit_pending (event_id) SELECT e.id FROM written e;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.refuse_own_review() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.audit_event e
        WHERE e.id = NEW.event_id AND e.action = 'disclosure.revealed' AND e.actor_id IS DISTINCT FROM NEW.reviewer_id
    ) THEN
        RAISE EXCEPTION 'a reading is looked over by somebody else' USING ERRCODE = 'WS003';
    END IF;
    RETURN NEW;
END
$$;
"""


def upgrade() -> None:
    """Make the chain, let every event so far wait for its seal, and every later one too."""
    op.create_table(
        "audit_chain",
        sa.Column("single", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "chain_id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
        sa.CheckConstraint("single", name=op.f("ck_audit_chain_single")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_audit_chain")),
    )
    op.create_table(
        "audit_pending",
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_pending_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_pending")),
    )
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column(
            "sealed_at", TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_audit_seal_digest")),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_seal_event_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seal_event_id")),
    )
    op.create_table(
        "reading_review",
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewer_id", UUID(as_uuid=True), nullable=False),
        sa.Column("reviewed_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "finding IN ('in_order', 'asked', 'breach')", name=op.f("ck_reading_review_finding")
        ),
        sa.CheckConstraint(
            "finding = 'in_order' OR length(btrim(note)) > 0", name=op.f("ck_reading_review_note")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_reading_review_event_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["app_user.id"], name=op.f("fk_reading_review_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_review")),
    )
    op.create_index(op.f("ix_reading_review_event_id"), "reading_review", ["event_id"])
    op.create_index(op.f("ix_reading_review_reviewer_id"), "reading_review", ["reviewer_id"])
    op.create_index(
        "uq_reading_review_closed",
        "reading_review",
        ["event_id"],
        unique=True,
        postgresql_where=sa.text("finding <> 'asked'"),
    )
    op.execute(FUNCTIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION public.await_seal(), public.refuse_own_review() FROM PUBLIC")
    op.execute("INSERT INTO audit_chain DEFAULT VALUES")
    op.execute("INSERT INTO audit_pending (event_id) SELECT id FROM audit_event")
    op.execute(
        "CREATE TRIGGER audit_event_await_seal AFTER INSERT ON audit_event REFERENCING NEW TABLE AS written "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.await_seal()"
    )
    op.execute(
        "CREATE TRIGGER reading_review_by_another BEFORE INSERT ON reading_review "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_own_review()"
    )
    for table in NEVER_CHANGED:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APP}")
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    op.execute(f"REVOKE INSERT ON audit_chain FROM {APP}")
    op.execute(f"REVOKE INSERT, UPDATE ON audit_pending FROM {APP}")


def downgrade() -> None:
    """Drop the chain and the reviews."""
    op.execute("DROP TRIGGER audit_event_await_seal ON audit_event")
    for table in ("reading_review", "audit_seal", "audit_pending", "audit_chain"):
        op.drop_table(table)
    op.execute("DROP FUNCTION public.await_seal(), public.refuse_own_review()")
