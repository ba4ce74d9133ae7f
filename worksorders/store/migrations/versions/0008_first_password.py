"""A password that an administrator made works once and for three days: until its owner chooses another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No date: the owner chose the password."""
    op.add_column("app_user", sa.Column("password_expires_at", TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    """Forget who has not chosen a password yet."""
    op.drop_column("app_user", "password_expires_at")
