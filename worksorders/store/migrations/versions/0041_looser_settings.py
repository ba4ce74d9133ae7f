"""Let settings that would show or allow more wait for a second person too."""

from __future__ import annotations

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLE = "account_change"
KINDS = "kind IN ('invite', 'role', 'reopen', 'password', 'recovery', 'contact', 'token', 'lend'{})"
WHOSE = "kind IN ('invite', 'token'{}) OR user_id IS NOT NULL"
OPEN = "uq_account_change_open_group"


def upgrade() -> None:
    """Widen what may wait; of a group of settings one change waits at a time."""
    _replace("kind", KINDS.format(", 'settings'"))
    _replace("whose", WHOSE.format(", 'settings'"))
    op.execute(
        f"CREATE UNIQUE INDEX {OPEN} ON {TABLE} ((wanted ->> 'group'))"
        " WHERE decided_at IS NULL AND kind = 'settings'"
    )


def downgrade() -> None:
    """No settings wait any more."""
    op.drop_index(OPEN, TABLE)
    op.execute(f"DELETE FROM {TABLE} WHERE kind = 'settings'")
    _replace("whose", WHOSE.format(""))
    _replace("kind", KINDS.format(""))


def _replace(name: str, rule: str) -> None:
    op.drop_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, type_="check")
    op.create_check_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, rule)
