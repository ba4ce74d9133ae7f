"""The hash chain over the audit trail, and who looked over each reading of protected words."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId, one_of

FINDINGS = ("in_order", "asked", "breach")


class AuditChain(Base):
    """The one chain of this database; its random id starts it."""

    __tablename__ = "audit_chain"
    __table_args__ = (CheckConstraint("single", name="single"),)
    single: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    chain_id: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())


class AuditPending(Base):
    """Events that wait for the sealer; a trigger writes them, in the event's own transaction."""

    __tablename__ = "audit_pending"
    event_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("audit_event.id"), primary_key=True, autoincrement=False
    )


class AuditSeal(Base):
    """One link: its place in the chain, which is the order of sealing, the event, and the SHA-256 up to here."""

    __tablename__ = "audit_seal"
    __table_args__ = (CheckConstraint("octet_length(digest) = 32", name="digest"),)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("audit_event.id"), unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ReadingReview(HasId, Base):
    """Somebody other than the reader looked over one reading: asked about it, or signed what they found."""

    __tablename__ = "reading_review"
    __table_args__ = (
        one_of("finding", FINDINGS),
        CheckConstraint("finding = 'in_order' OR length(btrim(note)) > 0", name="note"),
        Index(
            "uq_reading_review_closed", "event_id", unique=True, postgresql_where=text("finding <> 'asked'")
        ),
    )
    event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("audit_event.id"), index=True)
    reviewer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), index=True)
    reviewed_at: Mapped[datetime]
    finding: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
