"""Plans, the places they give to visits, and the bookings that hold a worker's time."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from worksorders.store.tables.base import Base, HasId, one_of


class Plan(HasId, Base):
    """One run of the planner: what was asked, how far it is, what it found and how good that is."""

    __tablename__ = "plan"
    __table_args__ = (
        one_of("state", ("queued", "solving", "draft", "published", "discarded", "cancelled", "failed")),
        Index("ix_plan_created", "created_at", "id"),
    )
    code: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    starts_on: Mapped[date]
    days: Mapped[int]
    region_codes: Mapped[list[Any]]
    seed: Mapped[int]
    seconds: Mapped[int]
    settings: Mapped[dict[str, Any]]
    input_hash: Mapped[str | None]
    progress: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    progress_at: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    result: Mapped[dict[str, Any] | None]
    failure: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    stops: Mapped[list[PlanStop]] = relationship(order_by="PlanStop.start_at")
    unassigned: Mapped[list[PlanUnassigned]] = relationship()


class PlanStop(HasId, Base):
    """A visit given to a worker at a time by a plan; a crew visit has one row a worker."""

    __tablename__ = "plan_stop"
    __table_args__ = (UniqueConstraint("plan_id", "visit_id", "worker_id"),)
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"), index=True)
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    worker_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("worker.id"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    pinned: Mapped[bool] = mapped_column(server_default="false")
    place_estimated: Mapped[bool] = mapped_column(server_default="false")


class VisitPin(Base):
    """A coordinator's decision that a visit stays with a worker at a time, whatever plan comes next."""

    __tablename__ = "visit_pin"
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    worker_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("worker.id"))
    start_at: Mapped[datetime]
    pinned_at: Mapped[datetime]
    pinned_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class PlanUnassigned(HasId, Base):
    """A visit that a plan could not place, with the reason code and what would help."""

    __tablename__ = "plan_unassigned"
    __table_args__ = (UniqueConstraint("plan_id", "visit_id"),)
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"), index=True)
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    reason: Mapped[str]
    detail: Mapped[dict[str, Any]]


class Booking(HasId, Base):
    """A worker's time taken by a visit; the exclusion constraint makes double booking impossible."""

    __tablename__ = "booking"
    __table_args__ = (
        one_of("state", ("held", "confirmed", "released")),
        ExcludeConstraint(
            ("worker_id", "="),
            ("during", "&&"),
            where="state <> 'released'",
            name="ex_booking_overlap",
            using="gist",
        ),
        ForeignKeyConstraint(
            ["worker_id", "firm_id"], ["worker.id", "worker.firm_id"], name="fk_booking_worker_firm"
        ),
        Index("ix_booking_visit", "visit_id"),
    )
    worker_id: Mapped[uuid.UUID]
    firm_id: Mapped[uuid.UUID]
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    state: Mapped[str]
    pinned: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
