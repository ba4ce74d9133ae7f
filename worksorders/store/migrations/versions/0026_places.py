"""Keep a list of addresses to search in, whether a home's point was estimated, and calendar feeds of workers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, TSVECTOR, UUID
from sqlalchemy.schema import SchemaItem

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

APP, OWNER = "works_app", "works_owner"
# Table: what staff see of it beside the house, what contractors see.
OWN = "user_id = (SELECT access.person())"
RULES = {
    "address_list": ("true", "false"),
    "address": ("true", "false"),
    "calendar_feed": (OWN, OWN),
}

# COPY does not go into a table with row security: what is read from a file waits here, and is gone when it is in.
INCOMING = """
CREATE SCHEMA gazetteer;
GRANT USAGE ON SCHEMA gazetteer TO works_app;
CREATE UNLOGGED TABLE gazetteer.incoming (
    id bigint, street text, suburb text, town text, number bigint, latitude numeric, longitude numeric, words text[],
    line bigint
);
GRANT SELECT, INSERT, DELETE, TRUNCATE ON gazetteer.incoming TO works_app;
"""

# Row security keeps operators that might leak, as @@ is, away from an index: this looks for the office without it.
FIND = """
CREATE FUNCTION gazetteer.find(a_query text, a_number bigint, a_limit integer)
RETURNS TABLE (id bigint, street text, suburb text, town text, latitude numeric, longitude numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET enable_seqscan = off AS $$
    SELECT f.id, f.street, f.suburb, f.town, f.latitude, f.longitude
    FROM (SELECT a.* FROM public.address a WHERE a.words @@ a_query::tsquery LIMIT 5000) f
    WHERE coalesce(access.scope() IN ('house', 'staff'), false)
    ORDER BY (f.number = a_number) IS TRUE DESC, length(f.street), f.street, f.suburb, f.town, f.id
    LIMIT a_limit
$$;
REVOKE EXECUTE ON FUNCTION gazetteer.find(text, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gazetteer.find(text, bigint, integer) TO works_app;
"""


def own_id(table: str) -> list[SchemaItem]:
    """A random id as primary key."""
    return [
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def instant(name: str, *, empty: bool = False) -> sa.Column[object]:
    """An instant."""
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=empty)


def _address_tables() -> None:
    op.create_table(
        "address_list",
        *own_id("address_list"),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("faults", sa.BigInteger(), nullable=False),
        instant("loaded_at"),
        sa.CheckConstraint("octet_length(sha256) = 32 AND rows >= 0", name=op.f("ck_address_list_file")),
    )
    op.create_table(
        "address",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("street", "suburb", "town")),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("latitude", sa.Numeric(9, 6), nullable=False),
        sa.Column("longitude", sa.Numeric(9, 6), nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.Column("list_id", UUID(as_uuid=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.ForeignKeyConstraint(["list_id"], ["address_list.id"], name=op.f("fk_address_list_id")),
        sa.CheckConstraint(
            "latitude BETWEEN -53 AND -29 AND (longitude BETWEEN 160 AND 180 OR longitude BETWEEN -180 AND -170)",
            name=op.f("ck_address_point"),
        ),
        sa.CheckConstraint("length(btrim(street)) > 0", name=op.f("ck_address_street")),
    )
    op.create_index("ix_address_words", "address", ["words"], postgresql_using="gin")
    op.create_index("ix_address_list_id", "address", ["list_id"])
    op.execute(INCOMING)
    op.execute(FIND)
    op.execute(f"REVOKE UPDATE, DELETE ON address_list FROM {APP}")
    op.execute(
        "CREATE TRIGGER address_list_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON address_list "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )


def upgrade() -> None:
    """Make the tables, their policies and the column."""
    _address_tables()
    op.create_table(
        "calendar_feed",
        *own_id("calendar_feed"),
        sa.Column("user_id", UUID(as_uuid=True), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        instant("made_at"),
        instant("expires_at"),
        instant("ended_at", empty=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_calendar_feed_user_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_calendar_feed_token")),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_calendar_feed_expires")),
    )
    op.create_index(
        "uq_calendar_feed_one",
        "calendar_feed",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.execute(f"REVOKE DELETE ON calendar_feed FROM {APP}")
    for table, (staff, contractor) in RULES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner ON {table} TO {OWNER} USING (true) WITH CHECK (true)")
        op.execute(
            f"CREATE POLICY seen ON {table} TO {APP} USING ((SELECT access.scope()) = 'house'"
            f" OR (SELECT access.scope()) = 'staff' AND ({staff})"
            f" OR (SELECT access.scope()) = 'firm' AND ({contractor}))"
        )
    op.add_column("case_file", sa.Column("point_estimated", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Drop the tables and the column."""
    op.drop_column("case_file", "point_estimated")
    op.execute("DROP SCHEMA gazetteer CASCADE")
    for table in ("calendar_feed", "address", "address_list"):
        op.drop_table(table)
