"""What changes after issue and who may allow it: variations with each line's versions, lent limits, reviewed overrides."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from worksorders.store.tables.base import Base, Cents, HasId, one_of
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

VARIATION_STATES = ("asked", "approved", "declined", "withdrawn", "acknowledged")


class Variation(HasId, Base):
    """One change asked for; what was asked never changes, and it is decided once, never by the one who asked."""

    __tablename__ = "variation"
    __table_args__ = (
        one_of("state", VARIATION_STATES),
        one_of("change", ("change", "add", "remove")),
        one_of("decided_how", ("approved_by_rule", "own_limit", "second_person", "delegated", "declined")),
        CheckConstraint("(change = 'add') = (seen_revision = 0)", name="seen"),
        CheckConstraint("(change = 'remove') = (quantity = 0) AND quantity >= 0", name="quantity"),
        CheckConstraint("change = 'add' OR line_id IS NOT NULL", name="line"),
        CheckConstraint("decided_by <> asked_by", name="two_people"),
        CheckConstraint(
            "(state IN ('approved', 'declined', 'acknowledged')) = (decided_at IS NOT NULL)", name="decided"
        ),
        Index("ix_variation_order_asked", "order_id", "asked_at", "id"),
        Index("ix_variation_pending", "asked_at", "id", postgresql_where=text("state = 'asked'")),
    )
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"))
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    firm_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("firm.id"))
    change: Mapped[str]
    line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_line.id"), index=True)
    opening_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("opening.id"))
    item_code: Mapped[str]
    offer_name: Mapped[str]
    unit: Mapped[str]
    seen_revision: Mapped[int]
    before_quantity: Mapped[Decimal]
    quantity: Mapped[Decimal]
    rate: Mapped[Decimal]
    rate_card_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("rate_card.id"))
    difference_cents: Mapped[Cents]
    extra_minutes: Mapped[int]
    reason: Mapped[str]
    urgent: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    decided_how: Mapped[str | None]
    decision_note: Mapped[str | None]
    limit_cents: Mapped[int | None]
    delegation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("approval_delegation.id"))
    booking_fits: Mapped[bool | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    order: Mapped[WorksOrder] = relationship()
    visit: Mapped[Visit] = relationship()
    line: Mapped[WorksLine | None] = relationship()


class VariationPhoto(Base):
    """A photo that shows why a change was asked for."""

    __tablename__ = "variation_photo"
    variation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("variation.id"), primary_key=True)
    photo_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("photo.id"), primary_key=True)


class LineRevision(Base):
    """A line as it was issued (1) and after each approved variation; a removed line has the quantity 0."""

    __tablename__ = "line_revision"
    __table_args__ = (CheckConstraint("quantity >= 0 AND revision > 0", name="figures"),)
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quantity: Mapped[Decimal]
    variation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("variation.id"))
    at: Mapped[datetime]


class ApprovalDelegation(HasId, Base):
    """Limits lent by one user to another, both days inside, up to a sum; revoked once, else never changed."""

    __tablename__ = "approval_delegation"
    __table_args__ = (
        CheckConstraint("from_user_id <> to_user_id", name="two_people"),
        CheckConstraint("from_on <= to_on", name="dates"),
        CheckConstraint("limit_cents > 0", name="limit"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
    )
    from_user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), index=True)
    to_user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    limit_cents: Mapped[Cents]
    reason: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class OverrideReview(Base):
    """An administrator has looked at an order that went ahead without its approval."""

    __tablename__ = "override_review"
    approval_event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("approval_event.id"), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    note: Mapped[str]
