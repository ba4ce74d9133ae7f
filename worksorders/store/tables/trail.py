"""What must never be lost: the audit trail, the outbox, and the forms already taken."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId


class AuditEvent(Base):
    """One transition or one read of protected data; insert only, the detail holds no protected value."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject_table", "subject_id", "id"),
        Index("ix_audit_event_action_id", "action", "id"),
        Index("ix_audit_event_actor_id_id", "actor_id", "id"),
        Index("ix_audit_event_at", "at"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    action: Mapped[str]
    subject_table: Mapped[str]
    subject_id: Mapped[uuid.UUID]
    from_state: Mapped[str | None]
    to_state: Mapped[str | None]
    reason: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class OutboxMessage(HasId, Base):
    """Work to be done after commit; the relay sends it again until `done_at` is set."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_due", "due_at", postgresql_where=text("done_at IS NULL")),
        Index("uq_outbox_message_dedupe", "dedupe_key", unique=True),
    )
    kind: Mapped[str]
    queue: Mapped[str]
    payload: Mapped[dict[str, Any]]
    dedupe_key: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    wanted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(server_default="0")
    alive_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class FormSubmission(Base):
    """A form already taken: the same one sent again gets the same answer and makes nothing new."""

    __tablename__ = "form_submission"
    form_uuid: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    purpose: Mapped[str]
    taken_at: Mapped[datetime] = mapped_column(server_default=func.now())
    location: Mapped[str | None]
