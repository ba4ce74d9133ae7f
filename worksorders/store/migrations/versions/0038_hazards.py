"""Keep what workers are told of a home to stay safe there: versions of codes of a closed list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

APP, OWNER, NAME = "works_app", "works_owner", "home_hazards"
CODES = (
    "dog", "asbestos_suspected", "asbestos_known", "lead_paint", "unsafe_floor", "height", "wiring", "driveway",
    "no_mobile", "poor_light", "gas_bottles", "contamination", "call_on_arrival",
)  # fmt: skip
LISTED = ", ".join(f'"{code}"' for code in CODES)
STAFF = "coalesce(case_id <> ALL ((SELECT access.walled_cases())::uuid[]), true)"
# The homes to which the firm has to go; the page asks who is named, and when.
CONTRACTOR = (
    "case_id IN (SELECT o.case_id FROM public.works_order o JOIN public.visit v ON v.order_id = o.id"
    " WHERE v.firm_id = (SELECT access.firm()) AND v.state IN ('accepted', 'en_route', 'on_site'))"
)


def upgrade() -> None:
    """Make the table, its guard and its policy."""
    op.create_table(
        NAME,
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("codes", JSONB(), nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by", UUID(as_uuid=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f(f"ck_{NAME}_version")),
        sa.CheckConstraint(
            f"jsonb_typeof(codes) = 'array' AND codes <@ CAST('[{LISTED}]' AS jsonb)",
            name=op.f(f"ck_{NAME}_codes"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f(f"fk_{NAME}_case_id")),
        sa.ForeignKeyConstraint(["by"], ["app_user.id"], name=op.f(f"fk_{NAME}_by")),
        sa.UniqueConstraint("case_id", "version", name=op.f(f"uq_{NAME}_case_id_version")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{NAME}")),
    )
    op.execute(f"REVOKE UPDATE, DELETE ON {NAME} FROM {APP}")
    op.execute(
        f"CREATE TRIGGER {NAME}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {NAME} "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute(f"ALTER TABLE {NAME} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {NAME} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON {NAME} TO {OWNER} USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY seen ON {NAME} TO {APP} USING ((SELECT access.sees_all())"
        f" OR (SELECT access.scope()) = 'staff' AND ({STAFF})"
        f" OR (SELECT access.scope()) = 'firm' AND ({CONTRACTOR}))"
    )


def downgrade() -> None:
    """Hazards are lost."""
    op.drop_table(NAME)
