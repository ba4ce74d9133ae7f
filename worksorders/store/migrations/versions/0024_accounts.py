"""Keep passkeys, challenges and recoveries, and let no demo account stand beside a real one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID
from sqlalchemy.schema import SchemaItem

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

APP, OWNER = "works_app", "works_owner"
# Table: what staff see of it beside the house, what contractors see.
OWN = "user_id = (SELECT access.person())"
RULES = {
    "demo_mark": ("true", "true"),
    "passkey": ("true", OWN),
    "challenge": (OWN, OWN),
    "account_recovery": ("true", "false"),
}

FUNCTIONS = """
CREATE FUNCTION public.keep_demo_apart() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF TG_TABLE_NAME = 'demo_mark' THEN
        IF EXISTS (SELECT 1 FROM public.app_user u WHERE NOT u.is_demo) THEN
            RAISE EXCEPTION 'real accounts are here: this is no demo' USING ERRCODE = 'WS004';
        END IF;
    ELSIF TG_TABLE_NAME = 'app_user' THEN
        IF NEW.is_demo IS DISTINCT FROM EXISTS (SELECT 1 FROM public.demo_mark) THEN
            RAISE EXCEPTION 'demo accounts and real ones do not stand side by side' USING ERRCODE = 'WS004';
        END IF;
    ELSIF NEW.kind = 'demo_link' AND NOT EXISTS (SELECT 1 FROM public.demo_mark) THEN
        RAISE EXCEPTION 'sign-in links are for demo data alone' USING ERRCODE = 'WS004';
    END IF;
    RETURN NEW;
END
$$;
"""


def instant(name: str, *, empty: bool = False) -> sa.Column[object]:
    """An instant."""
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=empty)


def key(name: str, table: str, of: str, *, empty: bool = False) -> list[SchemaItem]:
    """A column that refers to a row of another table."""
    return [
        sa.Column(name, UUID(as_uuid=True), nullable=empty),
        sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_{table}_{name}")),
    ]


def own_id(table: str) -> list[SchemaItem]:
    """A random id as primary key."""
    return [
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    """Make the tables and their guards; a database that holds demo accounts is marked as one."""
    op.create_table(
        "demo_mark",
        sa.Column("single", sa.Boolean(), server_default="true", nullable=False),
        instant("made_at"),
        sa.CheckConstraint("single", name=op.f("ck_demo_mark_single")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_demo_mark")),
    )
    op.create_table(
        "passkey",
        *own_id("passkey"),
        *key("user_id", "passkey", "app_user"),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        instant("made_at"),
        instant("used_at", empty=True),
        instant("removed_at", empty=True),
    )
    op.create_index("uq_passkey_credential", "passkey", ["credential_id"], unique=True)
    op.create_index(
        "ix_passkey_user_id", "passkey", ["user_id"], postgresql_where=sa.text("removed_at IS NULL")
    )
    op.create_table(
        "challenge",
        *own_id("challenge"),
        sa.Column("kind", sa.Text(), nullable=False),
        *key("user_id", "challenge", "app_user", empty=True),
        *key("session_id", "challenge", "user_session", empty=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        instant("made_at"),
        instant("expires_at"),
        instant("answered_at", empty=True),
        instant("spent_at", empty=True),
        sa.CheckConstraint(
            "kind IN ('code', 'passkey', 'new_passkey', 'step_up', 'demo_link')",
            name=op.f("ck_challenge_kind"),
        ),
    )
    op.create_index("ix_challenge_expires_at", "challenge", ["expires_at"])
    op.create_table(
        "account_recovery",
        *own_id("account_recovery"),
        *key("user_id", "account_recovery", "app_user"),
        *key("asked_by", "account_recovery", "app_user"),
        instant("asked_at"),
        sa.Column("reason", sa.Text(), nullable=False),
        *key("decided_by", "account_recovery", "app_user", empty=True),
        instant("decided_at", empty=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "decided_by NOT IN (asked_by, user_id)", name=op.f("ck_account_recovery_second_person")
        ),
        sa.CheckConstraint("asked_by <> user_id", name=op.f("ck_account_recovery_not_ones_own")),
        sa.CheckConstraint(
            "num_nonnulls(decided_by, decided_at, granted) IN (0, 3)",
            name=op.f("ck_account_recovery_decided"),
        ),
    )
    op.create_index(
        "uq_account_recovery_open",
        "account_recovery",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.execute(FUNCTIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION public.keep_demo_apart() FROM PUBLIC")
    op.execute("INSERT INTO demo_mark (made_at) SELECT now() FROM app_user HAVING bool_and(is_demo) IS TRUE")
    for table, moment in (
        ("demo_mark", "INSERT"),
        ("app_user", "INSERT OR UPDATE"),
        ("challenge", "INSERT OR UPDATE"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_keep_demo_apart BEFORE {moment} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION public.keep_demo_apart()"
        )
    op.execute(f"REVOKE UPDATE, DELETE ON demo_mark FROM {APP}")
    op.execute(
        "CREATE TRIGGER demo_mark_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON demo_mark "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    for table, (staff, contractor) in RULES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner ON {table} TO {OWNER} USING (true) WITH CHECK (true)")
        op.execute(
            f"CREATE POLICY seen ON {table} TO {APP} USING ((SELECT access.scope()) = 'house'"
            f" OR (SELECT access.scope()) = 'staff' AND ({staff})"
            f" OR (SELECT access.scope()) = 'firm' AND ({contractor}))"
        )


def downgrade() -> None:
    """Drop the tables and their guards."""
    op.execute("DROP TRIGGER app_user_keep_demo_apart ON app_user")
    for table in ("account_recovery", "challenge", "passkey", "demo_mark"):
        op.drop_table(table)
    op.execute("DROP FUNCTION public.keep_demo_apart()")
