"""Offers to firms and what happened on site: attendance, done quantities, photos."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from worksorders.store.tables.base import Base, Cents, HasId, one_of
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

OFFER_STATES = ("open", "accepted", "declined", "lapsed", "withdrawn")


class Offer(HasId, Base):
    """One offer to one firm: its visits of one order; the code is random and tells nothing."""

    __tablename__ = "offer"
    __table_args__ = (
        one_of("state", OFFER_STATES),
        Index("ix_offer_firm_state", "firm_id", "state", "expires_at"),
        Index("ix_offer_opened", "opened_at", "id"),
    )
    code: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"), index=True)
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"))
    plan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plan.id"))
    state: Mapped[str]
    urgent: Mapped[bool]
    price_cents: Mapped[Cents]
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    responded_at: Mapped[datetime | None]
    responded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    decline_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    order: Mapped[WorksOrder] = relationship()
    visits: Mapped[list[OfferVisit]] = relationship(back_populates="offer")


class OfferVisit(Base):
    """A visit inside an offer: the proposed start and worker, or none for a P1 that comes before any plan."""

    __tablename__ = "offer_visit"
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offer.id"), primary_key=True)
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True, index=True)
    worker_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("worker.id"))
    start_at: Mapped[datetime | None]
    offer: Mapped[Offer] = relationship(back_populates="visits")
    visit: Mapped[Visit] = relationship()


class LineDone(HasId, Base):
    """A quantity that a firm did on a visit; only that of the firm that holds the visit counts.

    `measured_quantity` is what was measured on site, in the line's unit, where anybody measured.
    """

    __tablename__ = "line_done"
    __table_args__ = (
        UniqueConstraint("line_id", "visit_id", "firm_id"),
        CheckConstraint("done_quantity >= 0", name="done"),
        CheckConstraint("measured_quantity > 0", name="measured"),
    )
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"))
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"))
    done_quantity: Mapped[Decimal]
    measured_quantity: Mapped[Decimal | None]
    done_at: Mapped[datetime]
    done_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    no_photo_reason: Mapped[str | None]
    serial_numbers: Mapped[str] = mapped_column(server_default="")
    keys_note: Mapped[str] = mapped_column(server_default="")
    certificate_number: Mapped[str] = mapped_column(server_default="")
    line: Mapped[WorksLine] = relationship()


class LineAccepted(HasId, Base):
    """A quantity that a coordinator accepts as done; append only, a correction has a negative quantity."""

    __tablename__ = "line_accepted"
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"), index=True)
    quantity: Mapped[Decimal]
    accepted_at: Mapped[datetime]
    accepted_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class Photo(HasId, Base):
    """A picture painted into a fresh image: no camera data, a random name, never shown beside an address."""

    __tablename__ = "photo"
    __table_args__ = (UniqueConstraint("idempotency_key"),)
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"))
    line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_line.id"))
    idempotency_key: Mapped[uuid.UUID]
    sha256: Mapped[bytes]
    content: Mapped[bytes]
    width: Mapped[int]
    height: Mapped[int]
    taken_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    stored_at: Mapped[datetime] = mapped_column(server_default=func.now())
    erased_at: Mapped[datetime | None]


class VisitNote(HasId, Base):
    """What happened at a visit beside its lines: no access, unsafe, late; one without `by` is written by the clock."""

    __tablename__ = "visit_note"
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    alert_acknowledged_at: Mapped[datetime | None]
    alert_acknowledged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


Index("ix_offer_due", Offer.expires_at, postgresql_where=text("state = 'open'"))
