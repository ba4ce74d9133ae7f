"""Let every change of an account wait for a second person, and a request under the Privacy Act be withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

OLD, NEW, REQUEST = "account_recovery", "account_change", "privacy_request"
FOREIGN_KEYS = ("asked_by", "decided_by", "user_id")
RULES = {
    "kind": "kind IN ('invite', 'role', 'reopen', 'password', 'recovery', 'contact')",
    "outcome": "outcome IN ('granted', 'refused', 'withdrawn', 'expired')",
    "whose": "kind = 'invite' OR user_id IS NOT NULL",
    "decided": "num_nonnulls(decided_at, outcome) IN (0, 2)",
    "second_person": (
        "CASE WHEN outcome IN ('granted', 'refused')"
        " THEN (on_server AND decided_by IS NULL)"
        " OR (NOT on_server AND decided_by IS NOT NULL AND decided_by <> asked_by"
        " AND decided_by IS DISTINCT FROM user_id)"
        " WHEN outcome = 'withdrawn' THEN NOT on_server AND decided_by IS NOT DISTINCT FROM asked_by"
        " ELSE NOT on_server AND decided_by IS NULL END"
    ),
}
STATES = "state IN ('open', 'proposed', 'released', 'refused'{})"
OPEN = "(state = 'open') = (proposal IS NULL)"
WITHDRAWN = (
    "num_nonnulls(withdrawn_at, withdrawn_by, withdrawal_reason)"
    " = CASE WHEN state = 'withdrawn' THEN 3 ELSE 0 END"
)


def rename(before: str, after: str) -> None:
    """Give a table with its keys and its one check that stays the other name."""
    op.rename_table(before, after)
    names = ["pk_{}", "ck_{}_not_ones_own", *(f"fk_{{}}_{column}" for column in FOREIGN_KEYS)]
    for name in names:
        op.execute(f"ALTER TABLE {after} RENAME CONSTRAINT {name.format(before)} TO {name.format(after)}")


def upgrade() -> None:
    """Make the table of recoveries one of all that waits; add what a withdrawal says."""
    op.drop_index("uq_account_recovery_open", OLD)
    for name in ("second_person", "decided"):
        op.drop_constraint(op.f(f"ck_{OLD}_{name}"), OLD, type_="check")
    rename(OLD, NEW)
    op.add_column(NEW, sa.Column("kind", sa.Text(), server_default="recovery", nullable=False))
    op.alter_column(NEW, "kind", server_default=None)
    op.add_column(NEW, sa.Column("wanted", JSONB(), server_default="{}", nullable=False))
    op.add_column(NEW, sa.Column("outcome", sa.Text()))
    op.add_column(NEW, sa.Column("on_server", sa.Boolean(), server_default="false", nullable=False))
    op.alter_column(NEW, "user_id", nullable=True)
    op.execute(
        f"UPDATE {NEW} SET outcome = CASE WHEN granted THEN 'granted' ELSE 'refused' END"
        " WHERE granted IS NOT NULL"
    )
    op.drop_column(NEW, "granted")
    for name, rule in RULES.items():
        op.create_check_constraint(op.f(f"ck_{NEW}_{name}"), NEW, rule)
    op.create_index(
        "uq_account_change_open",
        NEW,
        ["user_id", "kind"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL AND user_id IS NOT NULL"),
    )
    op.create_index(
        "uq_account_change_open_name",
        NEW,
        [sa.text("lower(wanted ->> 'sign_in_name')")],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL AND kind = 'invite'"),
    )
    op.add_column(REQUEST, sa.Column("withdrawn_at", TIMESTAMP(timezone=True)))
    op.add_column(REQUEST, sa.Column("withdrawn_by", UUID(as_uuid=True)))
    op.add_column(REQUEST, sa.Column("withdrawal_reason", sa.Text()))
    op.create_foreign_key(
        op.f("fk_privacy_request_withdrawn_by"), REQUEST, "app_user", ["withdrawn_by"], ["id"]
    )
    _replace("state", STATES.format(", 'withdrawn'"))
    _replace("open", f"state = 'withdrawn' OR {OPEN}")
    op.create_check_constraint(op.f("ck_privacy_request_withdrawn"), REQUEST, WITHDRAWN)


def downgrade() -> None:
    """Only recoveries wait, and what was withdrawn is open again; other wishes are lost."""
    op.drop_constraint(op.f("ck_privacy_request_withdrawn"), REQUEST, type_="check")
    op.execute(
        f"UPDATE {REQUEST} SET state = 'open', proposal = NULL, ground = NULL, reason = NULL,"
        " proposed_at = NULL, proposed_by = NULL WHERE state = 'withdrawn'"
    )
    _replace("state", STATES.format(""))
    _replace("open", OPEN)
    for name in ("withdrawn_at", "withdrawn_by", "withdrawal_reason"):
        op.drop_column(REQUEST, name)
    op.execute(
        f"DELETE FROM {NEW} WHERE kind <> 'recovery' OR on_server OR outcome IN ('withdrawn', 'expired')"
    )
    for name in ("uq_account_change_open_name", "uq_account_change_open"):
        op.drop_index(name, NEW)
    for name in RULES:
        op.drop_constraint(op.f(f"ck_{NEW}_{name}"), NEW, type_="check")
    op.add_column(NEW, sa.Column("granted", sa.Boolean()))
    op.execute(f"UPDATE {NEW} SET granted = (outcome = 'granted') WHERE outcome IS NOT NULL")
    for name in ("kind", "wanted", "outcome", "on_server"):
        op.drop_column(NEW, name)
    op.alter_column(NEW, "user_id", nullable=False)
    rename(NEW, OLD)
    op.create_check_constraint(op.f(f"ck_{OLD}_second_person"), OLD, "decided_by NOT IN (asked_by, user_id)")
    op.create_check_constraint(
        op.f(f"ck_{OLD}_decided"), OLD, "num_nonnulls(decided_by, decided_at, granted) IN (0, 3)"
    )
    op.create_index(
        "uq_account_recovery_open",
        OLD,
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )


def _replace(name: str, rule: str) -> None:
    op.drop_constraint(op.f(f"ck_{REQUEST}_{name}"), REQUEST, type_="check")
    op.create_check_constraint(op.f(f"ck_{REQUEST}_{name}"), REQUEST, rule)
