"""Who is on duty, whom an alarm called, and when a worker is expected out of a home."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId


class DutyTurn(HasId, Base):
    """A user on duty from one instant to another, for a region or for all; rank 1 is called first."""

    __tablename__ = "duty_turn"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="length"),
        CheckConstraint("rank BETWEEN 1 AND 9", name="rank"),
        Index("ix_duty_turn_during", "starts_at", "ends_at", postgresql_where=text("removed_at IS NULL")),
    )
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    region_code: Mapped[str | None]
    rank: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    set_at: Mapped[datetime]
    set_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class DutyAlert(HasId, Base):
    """Something that somebody on duty must take care of at once; open until acknowledged or called off."""

    __tablename__ = "duty_alert"
    __table_args__ = (
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged"),
        Index("uq_duty_alert_dedupe", "dedupe_key", unique=True),
        Index(
            "ix_duty_alert_open",
            "raised_at",
            "id",
            postgresql_where=text("acknowledged_at IS NULL AND called_off_at IS NULL"),
        ),
        Index("ix_duty_alert_order_id", "order_id"),
    )
    kind: Mapped[str]
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_order.id"))
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    called_off_at: Mapped[datetime | None]
    dedupe_key: Mapped[str | None]


class DutyCall(HasId, Base):
    """One person who was called for an alert; insert only."""

    __tablename__ = "duty_call"
    __table_args__ = (UniqueConstraint("alert_id", "user_id"),)
    alert_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("duty_alert.id"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), index=True)
    round: Mapped[int]
    called_at: Mapped[datetime]


class CheckIn(HasId, Base):
    """A worker inside a home: when the visit should be over, until it is; one row an arrival."""

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("visit_id", "arrived_at"),
        Index("ix_check_in_inside", "expected_out_at", "id", postgresql_where=text("ended_at IS NULL")),
    )
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"))
    arrived_at: Mapped[datetime]
    expected_out_at: Mapped[datetime]
    extended_minutes: Mapped[int] = mapped_column(server_default="0")
    ended_at: Mapped[datetime | None]
    alert_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("duty_alert.id"))
