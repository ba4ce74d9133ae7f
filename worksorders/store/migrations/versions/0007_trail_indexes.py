"""Find rows of the trail by action and by person in the order in which they are shown."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The person's index gets the row's number, so that a page needs no sort."""
    op.create_index("ix_audit_event_action_id", "audit_event", ["action", "id"])
    op.create_index("ix_audit_event_actor_id_id", "audit_event", ["actor_id", "id"])
    op.create_index("ix_audit_event_at", "audit_event", ["at"])
    op.drop_index("ix_audit_event_actor_id", "audit_event")


def downgrade() -> None:
    """Put the earlier index back."""
    op.create_index("ix_audit_event_actor_id", "audit_event", ["actor_id"])
    op.drop_index("ix_audit_event_at", "audit_event")
    op.drop_index("ix_audit_event_actor_id_id", "audit_event")
    op.drop_index("ix_audit_event_action_id", "audit_event")
