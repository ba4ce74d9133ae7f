"""Works orders: lines with frozen rates, visits with their order, and approval."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from worksorders.store.tables.base import Base, Cents, HasId, one_of
from worksorders.store.tables.work.cases import Assessment, CaseFile, Opening

ORDER_STATES = (
    "draft", "consent_pending", "approval_pending", "ready", "issued", "closed",
    "on_hold", "suspended", "variation_pending", "cancelled", "superseded",
)  # fmt: skip
ORDER_KINDS = ("first", "follow_on", "defect")
VISIT_STATES = (
    "unplanned", "planned", "published", "offered", "accepted", "en_route", "on_site",
    "done", "no_access", "aborted", "cancelled",
)  # fmt: skip


class WorksOrder(HasId, Base):
    """The order for one home; its code says nothing of person or place."""

    __tablename__ = "works_order"
    __table_args__ = (
        one_of("state", ORDER_STATES),
        one_of("urgency", ("P1", "P2", "P3", "P4")),
        one_of("kind", ORDER_KINDS),
        CheckConstraint("(kind = 'first') = (follows_id IS NULL)", name="follows"),
        CheckConstraint("superseded_by_id IS NULL OR state = 'superseded'", name="replaced"),
        Index("ix_works_order_state_due", "state", "permanent_due_at", "id"),
        Index("ix_works_order_region_state", "region_code", "state"),
        Index("ix_works_order_raised", "raised_at", "id"),
        Index(
            "uq_works_order_one_live",
            "assessment_id",
            unique=True,
            postgresql_where=text("kind = 'first' AND state NOT IN ('cancelled', 'superseded')"),
        ),
    )
    code: Mapped[str] = mapped_column(unique=True)
    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assessment.id"), index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    region_code: Mapped[str]
    area_code: Mapped[str]
    urgency: Mapped[str]
    state: Mapped[str]
    state_reason: Mapped[str | None]
    resume_state: Mapped[str | None]
    review_on: Mapped[date | None]
    version: Mapped[int] = mapped_column()
    raised_at: Mapped[datetime]
    raised_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    make_safe_due_at: Mapped[datetime | None]
    permanent_due_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    issued_at: Mapped[datetime | None]
    issued_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    issued_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    safe_windows: Mapped[str] = mapped_column(server_default="540-1020")
    catalogue_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("catalogue_version.id"))
    cost_reason: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default="first")
    follows_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_order.id"), index=True)
    superseded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_order.id"), index=True)
    __mapper_args__ = {"version_id_col": version}
    assessment: Mapped[Assessment] = relationship()
    case: Mapped[CaseFile] = relationship()
    lines: Mapped[list[WorksLine]] = relationship(back_populates="order", order_by="WorksLine.position")
    visits: Mapped[list[Visit]] = relationship(back_populates="order", order_by="Visit.position")


class WorksLine(HasId, Base):
    """One item at one opening; rate and rate-card version are frozen when the order is issued.

    `original_quantity` is what was issued (0: added by a variation); each approved variation adds 1 to `revision`.
    """

    __tablename__ = "works_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("original_quantity >= 0 AND revision > 0", name="revision"),
        UniqueConstraint("order_id", "position"),
    )
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"), index=True)
    position: Mapped[int]
    opening_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("opening.id"))
    item_code: Mapped[str]
    measure: Mapped[str]
    offer_name: Mapped[str]
    kind: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    rate: Mapped[Decimal]
    rate_card_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("rate_card.id"))
    frozen_at: Mapped[datetime | None]
    minutes: Mapped[int]
    trade: Mapped[str]
    crew: Mapped[int]
    lead_working_days: Mapped[int]
    consent_group: Mapped[str]
    evidence: Mapped[str]
    interim: Mapped[bool] = mapped_column(server_default="false")
    interim_for: Mapped[str | None]
    because: Mapped[str] = mapped_column(server_default="")
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    version: Mapped[int] = mapped_column()
    removed_at: Mapped[datetime | None]
    original_quantity: Mapped[Decimal | None]
    revision: Mapped[int] = mapped_column(server_default="1")
    __mapper_args__ = {"version_id_col": version}
    order: Mapped[WorksOrder] = relationship(back_populates="lines")
    opening: Mapped[Opening | None] = relationship()
    visit: Mapped[Visit | None] = relationship(back_populates="lines")
    frozen_rates: Mapped[list[FrozenRate]] = relationship(order_by="FrozenRate.rate")


class FrozenRate(Base):
    """The rate of one firm's card in force on the day of issue; the accepting firm is paid this one, whatever comes later."""

    __tablename__ = "frozen_rate"
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"), primary_key=True)
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"), primary_key=True)
    rate_card_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rate_card.id"))
    unit: Mapped[str]
    rate: Mapped[Decimal]


class Visit(HasId, Base):
    """One attendance of one trade at the home of an order."""

    __tablename__ = "visit"
    __table_args__ = (
        one_of("state", VISIT_STATES),
        UniqueConstraint("order_id", "position"),
        CheckConstraint("crew BETWEEN 1 AND 4 AND minutes > 0", name="size"),
        Index("ix_visit_state_due", "state", "due_at", "id"),
        Index("ix_visit_firm_state", "firm_id", "state"),
        Index("ix_visit_due", "due_at", "id"),
        Index("ix_visit_start", "start_at", "id"),
        Index(
            "ix_visit_to_do",
            "order_id",
            "due_at",
            postgresql_where=text("state NOT IN ('done', 'cancelled')"),
        ),
    )
    code: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"), index=True)
    position: Mapped[int]
    trade: Mapped[str]
    crew: Mapped[int]
    minutes: Mapped[int]
    interim: Mapped[bool]
    ready_on: Mapped[date]
    due_at: Mapped[datetime]
    state: Mapped[str]
    state_reason: Mapped[str | None]
    firm_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("firm.id"))
    start_at: Mapped[datetime | None]
    end_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    order: Mapped[WorksOrder] = relationship(back_populates="visits")
    lines: Mapped[list[WorksLine]] = relationship(back_populates="visit", order_by="WorksLine.position")


class VisitDependency(Base):
    """`after_id` starts once `before_id` has ended, at least `least_gap_minutes` and at most `greatest_gap_minutes` later."""

    __tablename__ = "visit_dependency"
    before_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    after_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True, index=True)
    least_gap_minutes: Mapped[int] = mapped_column(server_default="0")
    greatest_gap_minutes: Mapped[int | None]
    same_day: Mapped[bool] = mapped_column(server_default="false")
    why: Mapped[str] = mapped_column(server_default="")


class ApprovalEvent(HasId, Base):
    """Who approved an order, up to which sum, and whether a P1 override was used and why."""

    __tablename__ = "approval_event"
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    total_cents: Mapped[Cents]
    limit_cents: Mapped[Cents]
    override_reason: Mapped[str | None]
    how: Mapped[str | None]
    delegation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("approval_delegation.id"))
