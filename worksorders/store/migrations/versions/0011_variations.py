"""Add variations with each line's versions, lent limits, reviewed overrides, and how orders follow one another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSERT_ONLY = ("line_revision", "override_review", "variation_photo")
GUARDED = ("variation", "approval_delegation")

# What was asked never changes (an added line learns its row once), and what was decided is decided once.
GUARDS = """
CREATE FUNCTION public.keep_variation() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF (NEW.id, NEW.order_id, NEW.visit_id, NEW.firm_id, NEW.change, NEW.opening_id, NEW.item_code, NEW.seen_revision,
        NEW.before_quantity, NEW.quantity, NEW.rate, NEW.rate_card_id, NEW.difference_cents, NEW.reason,
        NEW.asked_at, NEW.asked_by)
       IS DISTINCT FROM
       (OLD.id, OLD.order_id, OLD.visit_id, OLD.firm_id, OLD.change, OLD.opening_id, OLD.item_code, OLD.seen_revision,
        OLD.before_quantity, OLD.quantity, OLD.rate, OLD.rate_card_id, OLD.difference_cents, OLD.reason,
        OLD.asked_at, OLD.asked_by)
       OR (OLD.line_id IS NOT NULL AND NEW.line_id IS DISTINCT FROM OLD.line_id) THEN
        RAISE EXCEPTION 'what a variation asked for never changes' USING ERRCODE = 'WS002';
    END IF;
    IF OLD.decided_at IS NOT NULL
       AND (NEW.decided_at, NEW.decided_by, NEW.decided_how, NEW.decision_note, NEW.limit_cents, NEW.delegation_id,
            NEW.booking_fits)
       IS DISTINCT FROM
           (OLD.decided_at, OLD.decided_by, OLD.decided_how, OLD.decision_note, OLD.limit_cents, OLD.delegation_id,
            OLD.booking_fits) THEN
        RAISE EXCEPTION 'a variation is decided once' USING ERRCODE = 'WS002';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.revoke_delegation_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL
       AND (NEW.id, NEW.from_user_id, NEW.to_user_id, NEW.from_on, NEW.to_on, NEW.limit_cents, NEW.reason,
            NEW.made_at, NEW.made_by)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.from_user_id, OLD.to_user_id, OLD.from_on, OLD.to_on, OLD.limit_cents, OLD.reason,
            OLD.made_at, OLD.made_by) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a delegation is only ever revoked, once' USING ERRCODE = 'WS002';
END
$$;
"""


def upgrade() -> None:
    """Orders first, then the new tables, then their guards."""
    _orders()
    _delegations()
    _variations()
    op.execute(GUARDS)
    op.execute("REVOKE EXECUTE ON FUNCTION public.keep_variation() FROM PUBLIC")
    op.execute("REVOKE EXECUTE ON FUNCTION public.revoke_delegation_only() FROM PUBLIC")
    for table, function in zip(GUARDED, ("keep_variation", "revoke_delegation_only"), strict=True):
        op.execute(f"REVOKE DELETE ON {table} FROM works_app")
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_guarded BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION public.{function}()"
        )
    for table in INSERT_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM works_app")
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )


def _orders() -> None:
    op.add_column("works_order", sa.Column("kind", sa.Text(), server_default="first", nullable=False))
    for name in ("follows_id", "superseded_by_id"):
        op.add_column("works_order", sa.Column(name, UUID(as_uuid=True), nullable=True))
        op.create_foreign_key(op.f(f"fk_works_order_{name}"), "works_order", "works_order", [name], ["id"])
        op.create_index(op.f(f"ix_works_order_{name}"), "works_order", [name])
    op.create_check_constraint(
        op.f("ck_works_order_kind"), "works_order", "kind IN ('first', 'follow_on', 'defect')"
    )
    op.create_check_constraint(
        op.f("ck_works_order_follows"), "works_order", "(kind = 'first') = (follows_id IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_works_order_replaced"), "works_order", "superseded_by_id IS NULL OR state = 'superseded'"
    )
    op.drop_index("uq_works_order_one_live", "works_order")
    op.create_index(
        "uq_works_order_one_live",
        "works_order",
        ["assessment_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'first' AND state NOT IN ('cancelled', 'superseded')"),
    )
    op.add_column("works_line", sa.Column("original_quantity", sa.Numeric(14, 4), nullable=True))
    op.add_column("works_line", sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False))
    op.execute("UPDATE works_line SET original_quantity = quantity WHERE frozen_at IS NOT NULL")
    op.create_check_constraint(
        op.f("ck_works_line_revision"), "works_line", "original_quantity >= 0 AND revision > 0"
    )


def _delegations() -> None:
    op.create_table(
        "approval_delegation",
        sa.Column("from_user_id", UUID(as_uuid=True), nullable=False),
        sa.Column("to_user_id", UUID(as_uuid=True), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("limit_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by", UUID(as_uuid=True), nullable=False),
        sa.Column("revoked_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_by", UUID(as_uuid=True), nullable=True),
        _id(),
        sa.CheckConstraint("from_user_id <> to_user_id", name=op.f("ck_approval_delegation_two_people")),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_approval_delegation_dates")),
        sa.CheckConstraint("limit_cents > 0", name=op.f("ck_approval_delegation_limit")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_approval_delegation_revoked")
        ),
        *_keys(
            "approval_delegation", from_user_id="app_user", to_user_id="app_user",
            made_by="app_user", revoked_by="app_user",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_delegation")),
    )  # fmt: skip
    for name in ("from_user_id", "to_user_id"):
        op.create_index(op.f(f"ix_approval_delegation_{name}"), "approval_delegation", [name])
    op.add_column("approval_event", sa.Column("how", sa.Text(), nullable=True))
    op.add_column("approval_event", sa.Column("delegation_id", UUID(as_uuid=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_approval_event_delegation_id"),
        "approval_event",
        "approval_delegation",
        ["delegation_id"],
        ["id"],
    )
    op.create_table(
        "override_review",
        sa.Column("approval_event_id", UUID(as_uuid=True), nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by", UUID(as_uuid=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_keys("override_review", approval_event_id="approval_event", by="app_user"),
        sa.PrimaryKeyConstraint("approval_event_id", name=op.f("pk_override_review")),
    )


def _variations() -> None:
    op.create_table(
        "variation",
        sa.Column("order_id", UUID(as_uuid=True), nullable=False),
        sa.Column("visit_id", UUID(as_uuid=True), nullable=False),
        sa.Column("firm_id", UUID(as_uuid=True), nullable=True),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("line_id", UUID(as_uuid=True), nullable=True),
        sa.Column("opening_id", UUID(as_uuid=True), nullable=True),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("offer_name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("seen_revision", sa.BigInteger(), nullable=False),
        sa.Column("before_quantity", sa.Numeric(14, 4), nullable=False),
        sa.Column("quantity", sa.Numeric(14, 4), nullable=False),
        sa.Column("rate", sa.Numeric(14, 4), nullable=False),
        sa.Column("rate_card_id", UUID(as_uuid=True), nullable=True),
        sa.Column("difference_cents", sa.BigInteger(), nullable=False),
        sa.Column("extra_minutes", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("asked_by", UUID(as_uuid=True), nullable=False),
        sa.Column("decided_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by", UUID(as_uuid=True), nullable=True),
        sa.Column("decided_how", sa.Text(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("limit_cents", sa.BigInteger(), nullable=True),
        sa.Column("delegation_id", UUID(as_uuid=True), nullable=True),
        sa.Column("booking_fits", sa.Boolean(), nullable=True),
        sa.Column("acknowledged_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("acknowledged_by", UUID(as_uuid=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _id(),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'declined', 'withdrawn', 'acknowledged')",
            name=op.f("ck_variation_state"),
        ),
        sa.CheckConstraint("change IN ('change', 'add', 'remove')", name=op.f("ck_variation_change")),
        sa.CheckConstraint(
            "decided_how IN ('approved_by_rule', 'own_limit', 'second_person', 'delegated', 'declined')",
            name=op.f("ck_variation_decided_how"),
        ),
        sa.CheckConstraint("(change = 'add') = (seen_revision = 0)", name=op.f("ck_variation_seen")),
        sa.CheckConstraint(
            "(change = 'remove') = (quantity = 0) AND quantity >= 0", name=op.f("ck_variation_quantity")
        ),
        sa.CheckConstraint("change = 'add' OR line_id IS NOT NULL", name=op.f("ck_variation_line")),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_variation_two_people")),
        sa.CheckConstraint(
            "(state IN ('approved', 'declined', 'acknowledged')) = (decided_at IS NOT NULL)",
            name=op.f("ck_variation_decided"),
        ),
        *_keys(
            "variation", order_id="works_order", visit_id="visit", firm_id="firm", line_id="works_line",
            opening_id="opening", rate_card_id="rate_card", asked_by="app_user", decided_by="app_user",
            delegation_id="approval_delegation", acknowledged_by="app_user",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variation")),
    )  # fmt: skip
    op.create_index("ix_variation_order_asked", "variation", ["order_id", "asked_at", "id"])
    op.create_index(
        "ix_variation_pending", "variation", ["asked_at", "id"], postgresql_where=sa.text("state = 'asked'")
    )
    op.create_index(op.f("ix_variation_visit_id"), "variation", ["visit_id"])
    op.create_index(op.f("ix_variation_line_id"), "variation", ["line_id"])
    op.create_table(
        "variation_photo",
        sa.Column("variation_id", UUID(as_uuid=True), nullable=False),
        sa.Column("photo_id", UUID(as_uuid=True), nullable=False),
        *_keys("variation_photo", variation_id="variation", photo_id="photo"),
        sa.PrimaryKeyConstraint("variation_id", "photo_id", name=op.f("pk_variation_photo")),
    )
    op.create_table(
        "line_revision",
        sa.Column("line_id", UUID(as_uuid=True), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(14, 4), nullable=False),
        sa.Column("variation_id", UUID(as_uuid=True), nullable=True),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("quantity >= 0 AND revision > 0", name=op.f("ck_line_revision_figures")),
        *_keys("line_revision", line_id="works_line", variation_id="variation"),
        sa.PrimaryKeyConstraint("line_id", "revision", name=op.f("pk_line_revision")),
    )
    op.execute(
        "INSERT INTO line_revision (line_id, revision, quantity, at) "
        "SELECT id, 1, quantity, frozen_at FROM works_line WHERE frozen_at IS NOT NULL"
    )


def _id() -> sa.Column[object]:
    return sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False)


def _keys(table: str, **to: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in to.items()
    ]


def downgrade() -> None:
    """Nothing lies below the guards: restore a backup instead."""
    raise RuntimeError("The guards cannot be taken away; restore a backup.")
