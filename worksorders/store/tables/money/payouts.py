"""How money goes out: claims answered with schedules, pay runs with their files, and what is kept back."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from worksorders.store.tables.base import Base, Cents, HasId, one_of


class PayerAccount(HasId, Base):
    """A version of the account that we pay from: entered by one person, verified by another."""

    __tablename__ = "payer_account"
    __table_args__ = (
        CheckConstraint("verified_by <> entered_by", name="two_people"),
        CheckConstraint("(verified_at IS NULL) = (verified_by IS NULL)", name="verified"),
    )
    name: Mapped[str]
    number: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class PayRun(HasId, Base):
    """A batch of payments, frozen when prepared and approved by another person."""

    __tablename__ = "pay_run"
    __table_args__ = (
        one_of("state", ("prepared", "approved", "cancelled")),
        CheckConstraint("approved_by <> prepared_by", name="two_people"),
        CheckConstraint(
            "(state = 'approved') = (approved_at IS NOT NULL AND approved_by IS NOT NULL)", name="approved"
        ),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        Index("ix_pay_run_prepared_at", "prepared_at", "id"),
    )
    code: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    pay_on: Mapped[date]
    payer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payer_account.id"))
    total_cents: Mapped[Cents]
    frozen_hash: Mapped[str]
    prepared_at: Mapped[datetime]
    prepared_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    cancel_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    payer: Mapped[PayerAccount] = relationship()
    items: Mapped[list[PayRunItem]] = relationship(order_by="PayRunItem.firm_id, PayRunItem.invoice_id")


class PayRunItem(HasId, Base):
    """One document, or the retention released on one, as frozen in a run with the account that it is paid to."""

    __tablename__ = "pay_run_item"
    __table_args__ = (
        one_of("part", ("invoice", "retention")),
        CheckConstraint("ended IS NULL OR ended IN ('cancelled', 'returned')", name="ended"),
        UniqueConstraint("run_id", "invoice_id", "part"),
        Index(
            "uq_pay_run_item_standing",
            "invoice_id",
            "part",
            unique=True,
            postgresql_where=text("ended IS NULL AND part = 'invoice'"),
        ),
        Index("ix_pay_run_item_firm_id", "firm_id"),
    )
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pay_run.id"))
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invoice.id"))
    part: Mapped[str]
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"))
    firm_name: Mapped[str]
    invoice_number: Mapped[str]
    amount_cents: Mapped[Cents]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("bank_account.id"))
    account_version: Mapped[int]
    account_number: Mapped[str]
    reference: Mapped[str]
    ended: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class PayRunFile(HasId, Base):
    """A file of an approved run exactly as it was made, with its hash."""

    __tablename__ = "pay_run_file"
    __table_args__ = (
        one_of("kind", ("bank", "bills")),
        UniqueConstraint("run_id", "kind", "position"),
    )
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pay_run.id"))
    kind: Mapped[str]
    position: Mapped[int]
    name: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes]
    made_at: Mapped[datetime]


class PaymentReturn(HasId, Base):
    """A payment that the bank sent back: what it paid stands as approved again."""

    __tablename__ = "payment_return"
    __table_args__ = (UniqueConstraint("run_id", "firm_id"),)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pay_run.id"))
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"))
    amount_cents: Mapped[Cents]
    returned_on: Mapped[date]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class PaymentSchedule(HasId, Base):
    """The answer to a payment claim, as the firm was given it; a later one follows it."""

    __tablename__ = "payment_schedule"
    __table_args__ = (UniqueConstraint("invoice_id", "number"),)
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invoice.id"))
    number: Mapped[int]
    claimed_cents: Mapped[Cents]
    scheduled_cents: Mapped[Cents]
    content: Mapped[dict[str, Any]]
    document: Mapped[bytes]
    sha256: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class ClaimWarning(Base):
    """One alarm of a payment claim's clock, told once."""

    __tablename__ = "claim_warning"
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invoice.id"), primary_key=True)
    working_days: Mapped[int] = mapped_column(primary_key=True)
    rung_at: Mapped[datetime]


class RetentionTerm(HasId, Base):
    """From a day on: the share of accepted work that an agreement keeps back, and for how many months."""

    __tablename__ = "retention_term"
    __table_args__ = (
        UniqueConstraint("agreement_id", "in_force_from"),
        CheckConstraint("share >= 0 AND share <= 0.1", name="share"),
        CheckConstraint("kept_months BETWEEN 0 AND 60", name="kept_months"),
    )
    agreement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agreement.id"))
    in_force_from: Mapped[date]
    share: Mapped[Decimal]
    kept_months: Mapped[int]
    set_at: Mapped[datetime]
    set_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class RetentionMove(HasId, Base):
    """One thing that happened to money kept back on an invoice; never changed, only followed by another."""

    __tablename__ = "retention_move"
    __table_args__ = (
        one_of("kind", ("withheld", "trust", "notice", "released", "used")),
        CheckConstraint("cents > 0 OR kind IN ('withheld', 'notice')", name="cents"),
    )
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invoice.id"), index=True)
    kind: Mapped[str]
    cents: Mapped[Cents]
    moved_on: Mapped[date]
    releasable_on: Mapped[date | None]
    reference: Mapped[str] = mapped_column(server_default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
