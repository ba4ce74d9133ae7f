"""The files that invoices came in, as received and sealed: what they hold is read by nobody without leave."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId, one_of


class InvoiceFile(HasId, Base):
    """One file, with its SHA-256 and what was wrong with it; one that was refused belongs to no invoice.

    It is sealed in the vault of the order's case, or under a key of its own where it names no order.
    """

    __tablename__ = "invoice_file"
    __table_args__ = (
        one_of("media_type", ("application/xml", "application/pdf", "application/json")),
        one_of("how", ("upload", "api")),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint(
            "(case_id IS NULL AND erased_at IS NULL) = (content IS NOT NULL)"
            " AND (content IS NULL) = (wrapped IS NULL) AND (content IS NULL) = (key_version IS NULL)",
            name="sealed",
        ),
        Index("ix_invoice_file_received", "received_at", "id"),
        Index("ix_invoice_file_sha256", "sha256"),
        Index(
            "uq_invoice_file_invoice_id", "invoice_id", unique=True, postgresql_where=text("invoice_id IS NOT NULL")
        ),
    )  # fmt: skip
    invoice_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("invoice.id"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    sha256: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    how: Mapped[str]
    received_at: Mapped[datetime]
    received_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    faults: Mapped[list[Any]] = mapped_column(server_default="[]")
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_version: Mapped[int | None]
    erased_at: Mapped[datetime | None]
