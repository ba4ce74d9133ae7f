"""Close months, cap categories, keep patterns; let no event of the ledger be uneven or land in a closed month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

APP, OWNER = "works_app", "works_owner"
RULES = {
    "accounting_period": ("true", "false"),
    "contract_category": ("true", "false"),
    "pattern_finding": ("(order_ids && (SELECT access.walled_orders())) IS NOT TRUE", "false"),
}

FUNCTIONS = """
CREATE FUNCTION public.refuse_closed_month() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.accounting_period p
        WHERE p.state <> 'open'
          AND (NEW.at AT TIME ZONE 'Pacific/Auckland')::date BETWEEN p.starts_on AND p.ends_on
    ) THEN
        RAISE EXCEPTION 'the month of this posting is closed' USING ERRCODE = 'WS005';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.refuse_uneven_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF (SELECT sum(e.amount_cents) FROM public.ledger_entry e WHERE e.event_key = NEW.event_key) <> 0 THEN
        RAISE EXCEPTION 'the rows of this event do not sum to zero' USING ERRCODE = 'WS006';
    END IF;
    RETURN NULL;
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
    """Make the tables, then their guards and those of the ledger."""
    op.create_table(
        "accounting_period",
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_by", UUID(as_uuid=True), nullable=False),
        sa.Column("closings", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("figures", JSONB(), nullable=False),
        sa.Column("reopen_reason", sa.Text(), nullable=True),
        sa.Column("reopen_asked_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reopen_asked_by", UUID(as_uuid=True), nullable=True),
        sa.Column("reopened_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reopened_by", UUID(as_uuid=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (reopened_by IS NOT NULL)", name=op.f("ck_accounting_period_reopened")
        ),
        sa.CheckConstraint(
            "state = 'closed' OR reopen_asked_by IS NOT NULL", name=op.f("ck_accounting_period_asked")
        ),
        sa.CheckConstraint(
            "state IN ('closed', 'reopening', 'open')", name=op.f("ck_accounting_period_state")
        ),
        sa.CheckConstraint(
            "extract(day from starts_on) = 1 AND starts_on < ends_on", name=op.f("ck_accounting_period_month")
        ),
        sa.CheckConstraint("reopened_by <> reopen_asked_by", name=op.f("ck_accounting_period_two_people")),
        sa.ForeignKeyConstraint(["closed_by"], ["app_user.id"], name=op.f("fk_accounting_period_closed_by")),
        sa.ForeignKeyConstraint(
            ["reopen_asked_by"], ["app_user.id"], name=op.f("fk_accounting_period_reopen_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["reopened_by"], ["app_user.id"], name=op.f("fk_accounting_period_reopened_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_period")),
        sa.UniqueConstraint("starts_on", name=op.f("uq_accounting_period_starts_on")),
    )
    op.create_table(
        "contract_category",
        sa.Column("contract_year_id", UUID(as_uuid=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cap_cents", sa.BigInteger(), nullable=False),
        sa.Column("item_groups", JSONB(), nullable=False),
        sa.Column("set_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("set_by", UUID(as_uuid=True), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("cap_cents >= 0", name=op.f("ck_contract_category_cap")),
        sa.ForeignKeyConstraint(
            ["contract_year_id"], ["contract_year.id"], name=op.f("fk_contract_category_contract_year_id")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["app_user.id"], name=op.f("fk_contract_category_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_category")),
        sa.UniqueConstraint(
            "contract_year_id", "name", name=op.f("uq_contract_category_contract_year_id_name")
        ),
    )
    op.create_table(
        "pattern_finding",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("finding_key", sa.Text(), nullable=False),
        sa.Column("found_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("actual", sa.Text(), nullable=False),
        sa.Column("difference_cents", sa.BigInteger(), nullable=True),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.Column("order_ids", sa.ARRAY(UUID(as_uuid=True)), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by", UUID(as_uuid=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (reason IS NULL)",
            name=op.f("ck_pattern_finding_decided"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'confirmed', 'dismissed')", name=op.f("ck_pattern_finding_state")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["app_user.id"], name=op.f("fk_pattern_finding_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pattern_finding")),
        sa.UniqueConstraint("code", "finding_key", name=op.f("uq_pattern_finding_code_finding_key")),
    )
    op.create_index(
        "ix_pattern_finding_state", "pattern_finding", ["state", "code", "found_at"], unique=False
    )
    op.execute(FUNCTIONS)
    op.execute(
        "REVOKE EXECUTE ON FUNCTION public.refuse_closed_month(), public.refuse_uneven_event() FROM PUBLIC"
    )
    op.execute(
        "CREATE TRIGGER ledger_entry_open_month BEFORE INSERT ON ledger_entry "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_closed_month()"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER ledger_entry_even AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_uneven_event()"
    )
    insert_only("contract_category")
    for table, rule in RULES.items():
        policy(table, *rule)


def downgrade() -> None:
    """Drop the tables and the guards."""
    op.execute("DROP TRIGGER ledger_entry_even ON ledger_entry")
    op.execute("DROP TRIGGER ledger_entry_open_month ON ledger_entry")
    for table in ("pattern_finding", "contract_category", "accounting_period"):
        op.drop_table(table)
    op.execute("DROP FUNCTION public.refuse_closed_month()")
    op.execute("DROP FUNCTION public.refuse_uneven_event()")
