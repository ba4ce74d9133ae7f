"""What comes after the work: inspections, defects and their repair, and the months of monitoring with their reviews."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from worksorders.store.tables.base import Base, HasId, one_of
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

INSPECTION_STATES = ("due", "passed", "failed", "withdrawn")
DEFECT_STATES = ("found", "returned", "mended", "withdrawn")
SEVERITIES = ("unsafe", "faulty", "finish")


class Inspection(HasId, Base):
    """A visit's work to be looked at, drawn as a sample or asked for, with its result."""

    __tablename__ = "inspection"
    __table_args__ = (
        one_of("why", ("sample", "requested")),
        one_of("state", INSPECTION_STATES),
        CheckConstraint("(state IN ('passed', 'failed')) = (inspected_at IS NOT NULL)", name="inspected"),
        Index("uq_inspection_one_open", "visit_id", unique=True, postgresql_where=text("state = 'due'")),
        Index("uq_inspection_one_sample", "visit_id", unique=True, postgresql_where=text("why = 'sample'")),
        Index("ix_inspection_state_due", "state", "due_on", "id"),
    )
    code: Mapped[str] = mapped_column(unique=True)
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"), index=True)
    why: Mapped[str]
    state: Mapped[str]
    due_on: Mapped[date]
    asked_at: Mapped[datetime]
    asked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    inspected_at: Mapped[datetime | None]
    inspected_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    note: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    visit: Mapped[Visit] = relationship()
    firm: Mapped[Firm] = relationship()
    lines: Mapped[list[InspectionLine]] = relationship(back_populates="inspection")


class InspectionLine(Base):
    """What an inspection says of one line; insert only."""

    __tablename__ = "inspection_line"
    __table_args__ = (one_of("result", ("pass", "fail", "not_seen")),)
    inspection_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"), primary_key=True)
    result: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    inspection: Mapped[Inspection] = relationship(back_populates="lines")
    line: Mapped[WorksLine] = relationship()


class InspectionPhoto(HasId, Base):
    """A picture of an inspection, painted afresh like those of the work; insert only."""

    __tablename__ = "inspection_photo"
    inspection_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_line.id"))
    sha256: Mapped[bytes]
    content: Mapped[bytes] = mapped_column(deferred=True)
    stored_at: Mapped[datetime]
    stored_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    erased_at: Mapped[datetime | None]


class InspectionRate(Base):
    """The share of one firm's visits that is inspected, in percent, where it is not that of the trade."""

    __tablename__ = "inspection_rate"
    __table_args__ = (CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),)
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"), primary_key=True)
    percent: Mapped[int]
    reason: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class Defect(HasId, Base):
    """What is wrong with done work; its repair is a line of the same order at a visit of its own."""

    __tablename__ = "defect"
    __table_args__ = (
        one_of("severity", SEVERITIES),
        one_of("state", DEFECT_STATES),
        CheckConstraint("(state = 'mended') = (mended_at IS NOT NULL)", name="mended"),
        CheckConstraint("state <> 'returned' OR repair_line_id IS NOT NULL", name="returned"),
        Index("ix_defect_state_due", "state", "due_at", "id"),
    )
    code: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"), index=True)
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"), index=True)
    inspection_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("inspection.id"), index=True)
    severity: Mapped[str]
    state: Mapped[str]
    what: Mapped[str]
    free: Mapped[bool]
    found_at: Mapped[datetime]
    found_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    due_at: Mapped[datetime]
    repair_line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_line.id"), unique=True)
    mended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    order: Mapped[WorksOrder] = relationship()
    line: Mapped[WorksLine] = relationship(foreign_keys=[line_id])
    repair_line: Mapped[WorksLine | None] = relationship(foreign_keys=[repair_line_id])


class Monitoring(Base):
    """The months during which a follow-on order has the alarm monitored: first and last day."""

    __tablename__ = "monitoring"
    __table_args__ = (CheckConstraint("starts_on < ends_on", name="days"),)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"), primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    order: Mapped[WorksOrder] = relationship()


class Review(HasId, Base):
    """A look at how the home is after so many months: due, and what came of it."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("order_id", "months"),
        one_of("outcome", ("goes_on", "more_needed", "ended", "not_reached")),
        CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name="done"),
        Index("ix_review_due", "due_on", "id", postgresql_where=text("done_at IS NULL")),
    )
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"))
    months: Mapped[int]
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    done_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    outcome: Mapped[str | None]
    note: Mapped[str] = mapped_column(server_default="")
    order: Mapped[WorksOrder] = relationship()
