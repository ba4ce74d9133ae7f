"""Firms and their workers: trades, checks, hours, agreements and rate cards."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from worksorders.store.tables.base import Base, HasId, one_of


class Firm(HasId, Base):
    """A contractor: a business of a region or more, never a home.

    `declaration_on` is the day on which its IR330C declaration was received, where schedular tax applies to it.
    """

    __tablename__ = "firm"
    __table_args__ = (CheckConstraint("schedular_tax OR declaration_on IS NULL", name="declaration"),)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    nzbn: Mapped[str | None]
    gst_number: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    schedular_tax: Mapped[bool] = mapped_column(server_default="false")
    declaration_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    workers: Mapped[list[Worker]] = relationship(back_populates="firm", order_by="Worker.first_name")
    regions: Mapped[list[FirmRegion]] = relationship(order_by="FirmRegion.region_code")
    agreements: Mapped[list[Agreement]] = relationship(back_populates="firm", order_by="Agreement.valid_from")


class FirmRegion(Base):
    """A region in which a firm takes work."""

    __tablename__ = "firm_region"
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(primary_key=True)


class Worker(HasId, Base):
    """A person who goes into homes; `base_lat` and `base_lon` are the firm's depot, public information."""

    __tablename__ = "worker"
    __table_args__ = (Index("ix_worker_firm", "firm_id", "id"), UniqueConstraint("id", "firm_id"))
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"))
    first_name: Mapped[str]
    last_name: Mapped[str]
    phone: Mapped[str | None]
    base_town: Mapped[str]
    base_lat: Mapped[Decimal]
    base_lon: Mapped[Decimal]
    max_travel_minutes: Mapped[int] = mapped_column(server_default="90")
    on_call: Mapped[bool] = mapped_column(server_default="false")
    active: Mapped[bool] = mapped_column(server_default="true")
    firm: Mapped[Firm] = relationship(back_populates="workers")
    trades: Mapped[list[WorkerTrade]] = relationship(order_by="WorkerTrade.trade")
    hours: Mapped[list[WorkingHours]] = relationship(
        order_by="WorkingHours.weekday, WorkingHours.opens_minute"
    )
    absences: Mapped[list[Absence]] = relationship()


class WorkerTrade(Base):
    """A trade that a worker carries out."""

    __tablename__ = "worker_trade"
    worker_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("worker.id"), primary_key=True)
    trade: Mapped[str] = mapped_column(primary_key=True)


class WorkingHours(HasId, Base):
    """A weekly stretch of work: weekday 0 is Monday, minutes of the local day."""

    __tablename__ = "working_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint(
            "0 <= opens_minute AND opens_minute < closes_minute AND closes_minute <= 1440", name="minutes"
        ),
    )
    worker_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("worker.id"), index=True)
    weekday: Mapped[int]
    opens_minute: Mapped[int]
    closes_minute: Mapped[int]


class Absence(HasId, Base):
    """Days on which a worker does not work, both ends included."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("from_on <= to_on", name="dates"),)
    worker_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("worker.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    note: Mapped[str] = mapped_column(server_default="")


class VettingCheck(HasId, Base):
    """A check of a worker or a firm, with issuer, number and the days on which it is valid.

    It counts once another person than the one who entered it has verified it.
    """

    __tablename__ = "vetting_check"
    __table_args__ = (
        CheckConstraint("num_nonnulls(firm_id, worker_id) = 1", name="firm_or_worker"),
        CheckConstraint("expires_on IS NULL OR issued_on <= expires_on", name="dates"),
        one_of("state", ("entered", "verified", "refused")),
        CheckConstraint("decided_by <> recorded_by", name="second_person"),
        CheckConstraint("(state = 'entered') = (decided_at IS NULL)", name="decided"),
        Index("ix_vetting_check_entered", "recorded_at", postgresql_where=text("state = 'entered'")),
    )
    firm_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("firm.id"), index=True)
    worker_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("worker.id"), index=True)
    kind: Mapped[str]
    number: Mapped[str]
    issuer: Mapped[str]
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    state: Mapped[str] = mapped_column(server_default="entered")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    refusal: Mapped[str] = mapped_column(server_default="")


class CheckDocument(Base):
    """The document behind a check, as a repainted picture or a PDF, sealed under a key of its own.

    `wrapped` and `key_version` are that key under the master key; documents kept before sealing have none.
    """

    __tablename__ = "check_document"
    __table_args__ = (
        one_of("media_type", ("application/pdf", "image/jpeg")),
        CheckConstraint("(wrapped IS NULL) = (key_version IS NULL)", name="sealed"),
    )
    check_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vetting_check.id"), primary_key=True)
    media_type: Mapped[str]
    content: Mapped[bytes]
    wrapped: Mapped[bytes | None]
    key_version: Mapped[int | None]
    sha256: Mapped[bytes]
    stored_at: Mapped[datetime]
    stored_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class Agreement(HasId, Base):
    """A contractor agreement: the term for which a firm works, and how it is paid."""

    __tablename__ = "agreement"
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    self_billing: Mapped[bool] = mapped_column(server_default="false")
    payment_days: Mapped[int] = mapped_column(server_default="10")
    firm: Mapped[Firm] = relationship(back_populates="agreements")
    rate_cards: Mapped[list[RateCard]] = relationship(back_populates="agreement", order_by="RateCard.version")


class RateCard(HasId, Base):
    """What a firm charges from one day to another; once made it never changes, a new version follows it."""

    __tablename__ = "rate_card"
    __table_args__ = (
        UniqueConstraint("agreement_id", "version"),
        ExcludeConstraint(("agreement_id", "="), ("valid", "&&"), name="ex_rate_card_overlap", using="gist"),
    )
    agreement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agreement.id"))
    version: Mapped[int] = mapped_column()
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    agreement: Mapped[Agreement] = relationship(back_populates="rate_cards")
    lines: Mapped[list[RateLine]] = relationship(order_by="RateLine.item_code")


class RateLine(Base):
    """One item's agreed rate, before GST, in dollars with four places."""

    __tablename__ = "rate_line"
    __table_args__ = (CheckConstraint("rate >= 0", name="rate"),)
    rate_card_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rate_card.id"), primary_key=True)
    item_code: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str]
    rate: Mapped[Decimal]


class BankAccount(HasId, Base):
    """A version of a firm's bank account: entered by one person, verified by another, never by an invoice."""

    __tablename__ = "bank_account"
    __table_args__ = (CheckConstraint("verified_by <> entered_by", name="two_people"),)
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"), index=True)
    number: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    evidence: Mapped[dict[str, Any] | None]
