"""What keeps a home safe besides its visits: warnings, suspensions, police flags, alarm-response plans, abortive charges."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId, one_of

LINKS = ("make_safe", "permanent")
FLAG_MOVES = ("asked", "set", "declined", "reviewed", "removed")


class DeadlineWarning(HasId, Base):
    """One step of one deadline of an order that was reached; insert only, so that each is told once."""

    __tablename__ = "deadline_warning"
    __table_args__ = (
        one_of("link", LINKS),
        CheckConstraint("level IN (50, 80, 100)", name="level"),
        UniqueConstraint("order_id", "link", "due_at", "level"),
    )
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"))
    link: Mapped[str]
    due_at: Mapped[datetime]
    level: Mapped[int]
    at: Mapped[datetime]


class Suspension(HasId, Base):
    """Nobody goes to a home until two people have said why it is safe again: one asks for it, another looks again."""

    __tablename__ = "suspension"
    __table_args__ = (
        CheckConstraint("num_nonnulls(lift_reason, lift_asked_at, lift_asked_by) IN (0, 3)", name="asked"),
        CheckConstraint("num_nonnulls(lifted_at, lifted_by) IN (0, 2)", name="lifted"),
        CheckConstraint("lifted_at IS NULL OR lift_asked_at IS NOT NULL", name="asked_first"),
        CheckConstraint("lifted_by <> lift_asked_by", name="two_people"),
        Index("uq_suspension_one_open", "case_id", unique=True, postgresql_where=text("lifted_at IS NULL")),
    )
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"))
    reason: Mapped[str]
    suspended_at: Mapped[datetime]
    suspended_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    lift_reason: Mapped[str | None]
    lift_asked_at: Mapped[datetime | None]
    lift_asked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class PoliceFlagEvent(HasId, Base):
    """One move of the police's flag on a home; insert only, the newest says how it stands."""

    __tablename__ = "police_flag_event"
    __table_args__ = (
        one_of("move", FLAG_MOVES),
        CheckConstraint("(review_on IS NOT NULL) = (move IN ('set', 'reviewed'))", name="review"),
        Index("ix_police_flag_event_case_id_at", "case_id", "at", "id"),
    )
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    move: Mapped[str]
    happened_on: Mapped[date]
    review_on: Mapped[date | None]
    at: Mapped[datetime]
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class AlarmPlan(HasId, Base):
    """A version of who is reached when the alarm goes off; insert only, its words are sealed under this row's id."""

    __tablename__ = "alarm_plan"
    __table_args__ = (
        UniqueConstraint("order_id", "version"),
        CheckConstraint("version > 0 AND jsonb_array_length(reached) > 0", name="reached"),
    )
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"))
    version: Mapped[int]
    reached: Mapped[list[Any]]
    made_at: Mapped[datetime]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class AbortiveCharge(Base):
    """The line by which a firm is paid for a visit to which nobody let it in, and the reason that pays; insert only."""

    __tablename__ = "abortive_charge"
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"), primary_key=True)
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"), index=True)
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
