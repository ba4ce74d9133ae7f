"""Change master keys while the service runs, and keep which of them have a copy elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

APP, OWNER = "works_app", "works_owner"

FUNCTIONS = """
CREATE FUNCTION vault.keys_before(a_version bigint, a_limit integer)
RETURNS TABLE (case_id uuid, wrapped bytea, master_version bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    SELECT k.case_id, k.wrapped, k.master_version FROM vault.case_key k
    WHERE k.master_version < a_version ORDER BY k.case_id LIMIT a_limit FOR UPDATE SKIP LOCKED
$$;

CREATE FUNCTION vault.rewrap(a_case uuid, a_from bigint, a_wrapped bytea, a_to bigint) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    WITH changed AS (
        UPDATE vault.case_key k SET wrapped = a_wrapped, master_version = a_to
        WHERE k.case_id = a_case AND k.master_version = a_from AND a_to > a_from RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM changed)
$$;

CREATE FUNCTION vault.keys_by_version() RETURNS TABLE (master_version bigint, count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT k.master_version, count(*) FROM vault.case_key k GROUP BY k.master_version ORDER BY 1
$$;
"""


def upgrade() -> None:
    """Make the functions and the table."""
    op.execute(FUNCTIONS)
    for function in (
        "keys_before(bigint, integer)",
        "rewrap(uuid, bigint, bytea, bigint)",
        "keys_by_version()",
    ):
        op.execute(f"REVOKE EXECUTE ON FUNCTION vault.{function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION vault.{function} TO {APP}")
    op.create_table(
        "key_backup",
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("length(fingerprint) = 16", name=op.f("ck_key_backup_fingerprint")),
        sa.CheckConstraint("length(btrim(kept)) > 0", name=op.f("ck_key_backup_kept")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_backup")),
    )
    op.execute(f"REVOKE UPDATE, DELETE ON key_backup FROM {APP}")
    op.execute(
        "CREATE TRIGGER key_backup_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON key_backup "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute("ALTER TABLE key_backup ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE key_backup FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON key_backup TO {OWNER} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY seen ON key_backup TO {APP} USING ((SELECT access.scope()) = 'house')")


def downgrade() -> None:
    """Drop the table and the functions."""
    op.drop_table("key_backup")
    for function in (
        "keys_before(bigint, integer)",
        "rewrap(uuid, bigint, bytea, bigint)",
        "keys_by_version()",
    ):
        op.execute(f"DROP FUNCTION vault.{function}")
