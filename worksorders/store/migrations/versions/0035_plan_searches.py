"""Let calls for a plan also ask for a worker's checks, and for somebody whom nobody knows yet."""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLE = "plan_request"
NOW = {
    "kind": "kind IN ('window', 'overtime', 'worker', 'checks', 'search')",
    "whose": "(kind IN ('window', 'search')) = (worker_id IS NULL)",
}
BEFORE = {
    "kind": "kind IN ('window', 'overtime', 'worker')",
    "whose": "(kind = 'window') = (worker_id IS NULL)",
}


def upgrade() -> None:
    """Widen both rules."""
    for name, rule in NOW.items():
        op.drop_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, type_="check")
        op.create_check_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, rule)


def downgrade() -> None:
    """As before for new rows; what was asked meanwhile stays, since nothing of it is ever deleted."""
    for name, rule in BEFORE.items():
        op.drop_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, type_="check")
        op.create_check_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, rule, postgresql_not_valid=True)
