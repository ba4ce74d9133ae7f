"""Keep the document behind a check: the picture or PDF that somebody saw when recording it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One document a check; a renewed check is a new row with its own."""
    op.create_table(
        "check_document",
        sa.Column("check_id", UUID(as_uuid=True), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("stored_by", UUID(as_uuid=True), nullable=True),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/jpeg')", name=op.f("ck_check_document_media_type")
        ),
        sa.ForeignKeyConstraint(["check_id"], ["vetting_check.id"], name=op.f("fk_check_document_check_id")),
        sa.ForeignKeyConstraint(["stored_by"], ["app_user.id"], name=op.f("fk_check_document_stored_by")),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_check_document")),
    )


def downgrade() -> None:
    """Drop the documents."""
    op.drop_table("check_document")
