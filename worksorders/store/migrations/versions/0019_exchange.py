"""Add tokens, imports, subscriptions to events and drafts of price lists; let lists be read in their order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LISTS = (
    ("ix_works_order_raised", "works_order", ["raised_at", "id"]),
    ("ix_visit_due", "visit", ["due_at", "id"]),
    ("ix_offer_opened", "offer", ["opened_at", "id"]),
    ("ix_assessment_received", "assessment", ["received_at", "id"]),
    ("ix_invoice_received", "invoice", ["received_at", "id"]),
)

# Each audited event that somebody subscribes to is written into the outbox by the transaction that made it.
TELL = """
CREATE FUNCTION public.tell_webhooks() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    INSERT INTO public.outbox_message (kind, queue, payload)
    SELECT 'webhook.event', 'default', jsonb_build_object(
        'event_id', gen_random_uuid(), 'kind', NEW.action, 'subject_table', NEW.subject_table,
        'subject_id', NEW.subject_id, 'at', NEW.at)
    WHERE EXISTS (SELECT FROM public.webhook w WHERE w.disabled_at IS NULL AND w.kinds @> to_jsonb(NEW.action));
    RETURN NULL;
END
$$;
"""


def upgrade() -> None:
    """Tables first, then the guard of imports, the trigger of events and the indexes of lists."""
    _tokens()
    _imports()
    _webhooks()
    _drafts()
    op.execute("REVOKE UPDATE, DELETE ON import_run FROM works_app")
    op.execute(
        "CREATE TRIGGER import_run_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON import_run "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute(TELL)
    op.execute("REVOKE EXECUTE ON FUNCTION public.tell_webhooks() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER audit_event_told AFTER INSERT ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION public.tell_webhooks()"
    )
    for name, table, columns in LISTS:
        op.create_index(name, table, columns)


def downgrade() -> None:
    """Take all of it back."""
    for name, table, _ in LISTS:
        op.drop_index(name, table)
    op.execute("DROP TRIGGER audit_event_told ON audit_event")
    op.execute("DROP FUNCTION public.tell_webhooks()")
    for table in (
        "rate_card_draft", "catalogue_draft", "webhook_delivery", "webhook", "import_run", "api_token",
    ):  # fmt: skip
        op.drop_table(table)


def _tokens() -> None:
    op.create_table(
        "api_token",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", UUID(as_uuid=True), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("scopes", JSONB(), nullable=False),
        sa.Column("region_codes", JSONB(), nullable=True),
        sa.Column("calls_a_minute", sa.BigInteger(), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", UUID(as_uuid=True), nullable=False),
        sa.Column("expires_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_used_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("window_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("window_calls", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("revoked_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_by", UUID(as_uuid=True), nullable=True),
        _id(),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_api_token_expiry")),
        sa.CheckConstraint("calls_a_minute BETWEEN 1 AND 6000", name=op.f("ck_api_token_calls")),
        _refers("api_token", "user_id", "app_user"),
        _refers("api_token", "created_by", "app_user"),
        _refers("api_token", "revoked_by", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("user_id", name=op.f("uq_api_token_user_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_token_secret_hash")),
    )


def _imports() -> None:
    op.create_table(
        "import_run",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("faults", JSONB(), server_default="[]", nullable=False),
        sa.Column("made", JSONB(), server_default="[]", nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by", UUID(as_uuid=True), nullable=False),
        _id(),
        _one_of("import_run", "kind", "'assessments', 'workers', 'checks', 'catalogue'"),
        _one_of("import_run", "format", "'csv', 'json'"),
        _one_of("import_run", "state", "'checked', 'refused', 'imported'"),
        _refers("import_run", "by", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    imported = sa.text("state = 'imported'")
    op.create_index(
        "uq_import_run_once", "import_run", ["kind", "file_sha256"], unique=True, postgresql_where=imported
    )
    op.create_index("ix_import_run_at", "import_run", ["at", "id"])


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", JSONB(), nullable=False),
        sa.Column("key_wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.BigInteger(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("old_secret_until", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", UUID(as_uuid=True), nullable=False),
        sa.Column("disabled_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _id(),
        _refers("webhook", "created_by", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("webhook_id", UUID(as_uuid=True), nullable=False),
        sa.Column("event_id", UUID(as_uuid=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_table", sa.Text(), nullable=False),
        sa.Column("subject_id", UUID(as_uuid=True), nullable=False),
        sa.Column("happened_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_status", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_at", TIMESTAMP(timezone=True), nullable=True),
        _id(),
        _one_of("webhook_delivery", "state", "'waiting', 'delivered', 'given_up'"),
        _refers("webhook_delivery", "webhook_id", "webhook"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("webhook_id", "event_id", name=op.f("uq_webhook_delivery_webhook_id_event_id")),
    )
    op.create_index("ix_webhook_delivery_made", "webhook_delivery", ["webhook_id", "made_at", "id"])


def _drafts() -> None:
    op.create_table(
        "catalogue_draft",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base_number", sa.BigInteger(), nullable=False),
        sa.Column("items_csv", sa.Text(), nullable=False),
        sa.Column("findings_csv", sa.Text(), nullable=False),
        sa.Column("version_id", UUID(as_uuid=True), nullable=True),
        *_written("catalogue_draft"),
        _refers("catalogue_draft", "version_id", "catalogue_version"),
    )
    op.create_table(
        "rate_card_draft",
        sa.Column("agreement_id", UUID(as_uuid=True), nullable=False),
        sa.Column("lines_csv", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("card_id", UUID(as_uuid=True), nullable=True),
        *_written("rate_card_draft"),
        _refers("rate_card_draft", "agreement_id", "agreement"),
        _refers("rate_card_draft", "card_id", "rate_card"),
    )
    op.create_index(op.f("ix_rate_card_draft_agreement_id"), "rate_card_draft", ["agreement_id"])
    still_open = sa.text("state = 'open'")
    op.create_index(
        "uq_rate_card_draft_open",
        "rate_card_draft",
        ["agreement_id"],
        unique=True,
        postgresql_where=still_open,
    )


def _written(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """What both kinds of draft have: a state, who wrote it and when, and a version."""
    return (
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", UUID(as_uuid=True), nullable=False),
        sa.Column("changed_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_by", UUID(as_uuid=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _id(),
        _one_of(table, "state", "'open', 'handed_in', 'discarded'"),
        _refers(table, "created_by", "app_user"),
        _refers(table, "changed_by", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _id() -> sa.Column[object]:
    return sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False)


def _one_of(table: str, column: str, values: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({values})", name=op.f(f"ck_{table}_{column}"))


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
