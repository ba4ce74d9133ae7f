"""What a check is and whom it is asked of, the warnings sent before one lapses, and what firms ask of the office."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId, one_of

REQUEST_KINDS = ("regions", "trades", "worker")
REQUEST_STATES = ("waiting", "approved", "declined", "withdrawn")
PROPOSAL_STATES = ("open", "accepted", "declined", "withdrawn", "lapsed")


class CheckKindRow(HasId, Base):
    """A kind of check from one day to another: whose it is, for which trades, how long it lasts; only its end is ever set.

    Kinds with the same `alternative` answer one need: any one of them will do. Without `all_trades` and trades the
    kind is kept on record and needed by nobody.
    """

    __tablename__ = "check_kind"
    __table_args__ = (
        one_of("holder", ("worker", "firm")),
        CheckConstraint("months IS NULL OR months BETWEEN 1 AND 240", name="months"),
        CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid"),
        ExcludeConstraint(
            ("code", "="), ("holder", "="), ("valid", "&&"), name="ex_check_kind_overlap", using="gist"
        ),
    )
    code: Mapped[str]
    holder: Mapped[str]
    label: Mapped[str]
    limit_note: Mapped[str] = mapped_column(server_default="")
    alternative: Mapped[str]
    all_trades: Mapped[bool]
    trades: Mapped[list[Any]]
    months: Mapped[int | None]
    evidence_needed: Mapped[bool]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class CheckWarning(Base):
    """A warning that was sent so many days before a check lapses: once, whatever is sent twice."""

    __tablename__ = "check_warning"
    __table_args__ = (CheckConstraint("days IN (7, 30, 60)", name="days"),)
    check_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vetting_check.id"), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    warned_at: Mapped[datetime]


class FirmRequest(HasId, Base):
    """A firm asks for other regions, other trades of a worker, or a new worker; the office decides, never the asker."""

    __tablename__ = "firm_request"
    __table_args__ = (
        one_of("kind", REQUEST_KINDS),
        one_of("state", REQUEST_STATES),
        CheckConstraint("decided_by <> asked_by OR state = 'withdrawn'", name="second_person"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(kind = 'trades') = (worker_id IS NOT NULL)", name="worker"),
        Index("ix_firm_request_state", "state", "asked_at", "id"),
        Index("ix_firm_request_firm", "firm_id", "asked_at"),
        Index(
            "uq_firm_request_regions",
            "firm_id",
            unique=True,
            postgresql_where=text("state = 'waiting' AND kind = 'regions'"),
        ),
        Index(
            "uq_firm_request_trades",
            "worker_id",
            unique=True,
            postgresql_where=text("state = 'waiting' AND kind = 'trades'"),
        ),
    )
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"))
    worker_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("worker.id"))
    kind: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    note: Mapped[str] = mapped_column(server_default="")


class TimeProposal(HasId, Base):
    """A firm would take an offered visit at another time; a coordinator agrees, and the offer stands for that time, or not."""

    __tablename__ = "time_proposal"
    __table_args__ = (
        one_of("state", PROPOSAL_STATES),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index("ix_time_proposal_state", "state", "asked_at", "id"),
        Index(
            "uq_time_proposal_open",
            "offer_id",
            "visit_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offer.id"))
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    worker_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("worker.id"))
    start_at: Mapped[datetime]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
