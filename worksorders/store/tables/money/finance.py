"""Invoices, their exceptions, the funding contract and the ledger: append only, in whole cents."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from worksorders.store.tables.base import Base, Cents, HasId, one_of
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.orders import WorksLine, WorksOrder


class FundingContract(HasId, Base):
    """The agreement that pays for the homes: total, GST basis and years."""

    __tablename__ = "funding_contract"
    __table_args__ = (one_of("gst_basis", ("inclusive", "exclusive")),)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    total_cents: Mapped[Cents]
    gst_basis: Mapped[str]
    years: Mapped[list[ContractYear]] = relationship(order_by="ContractYear.starts_on")


class ContractYear(HasId, Base):
    """A year of the funding contract: its budget and the homes it is to protect."""

    __tablename__ = "contract_year"
    __table_args__ = (
        UniqueConstraint("contract_id", "starts_on"),
        CheckConstraint("starts_on < ends_on", name="dates"),
    )
    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("funding_contract.id"))
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    budget_cents: Mapped[Cents]
    homes_target: Mapped[int]


class LedgerEntry(HasId, Base):
    """One side of a double entry, net of GST: the rows of an event sum to zero; never changed, only reversed."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index("ix_ledger_entry_year_account", "contract_year_id", "account"),
        Index("ix_ledger_entry_order", "order_id"),
        UniqueConstraint("event_key", "account"),
    )
    event_key: Mapped[str]
    event: Mapped[str]
    account: Mapped[str]
    amount_cents: Mapped[Cents]
    contract_year_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract_year.id"))
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_order.id"))
    line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_line.id"), index=True)
    invoice_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class Invoice(HasId, Base):
    """What a firm asks for: as received, never corrected."""

    __tablename__ = "invoice"
    __table_args__ = (
        one_of("state", ("received", "matched", "exceptions", "approved", "paid", "rejected")),
        one_of("source", ("portal", "typed", "ubl", "self_billed")),
        one_of("kind", ("invoice", "credit_note")),
        CheckConstraint("kind = 'invoice' OR total_cents <= 0", name="credit"),
        Index("ix_invoice_file_sha256_of_invoice", "file_sha256"),
        Index(
            "uq_invoice_firm_number",
            "firm_id",
            "number_normalised",
            unique=True,
            postgresql_where=text("state <> 'rejected' AND duplicate_of_id IS NULL"),
        ),
        Index("ix_invoice_state_received", "state", "received_at", "id"),
        Index("ix_invoice_received", "received_at", "id"),
        Index(
            "ix_invoice_open",
            "received_at",
            "id",
            postgresql_where=text("state IN ('received', 'matched', 'exceptions')"),
        ),
        Index("ix_invoice_firm_total", "firm_id", "total_cents"),
        UniqueConstraint("order_id", "claim_number"),
        CheckConstraint("hold_kind IS NULL OR hold_kind IN ('held', 'disputed')", name="hold_kind"),
        CheckConstraint("approved_by <> paid_by", name="two_people_pay"),
    )
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"))
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_order.id"), index=True)
    number: Mapped[str]
    number_normalised: Mapped[str]
    claim_number: Mapped[int | None]
    duplicate_of_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    stated: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    source: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="invoice")
    credits_number: Mapped[str | None]
    issued_on: Mapped[date]
    due_on: Mapped[date | None]
    received_at: Mapped[datetime]
    received_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    currency: Mapped[str] = mapped_column(server_default="NZD")
    net_cents: Mapped[Cents]
    gst_cents: Mapped[Cents]
    total_cents: Mapped[Cents]
    allowance_cents: Mapped[Cents] = mapped_column(server_default="0")
    charge_cents: Mapped[Cents] = mapped_column(server_default="0")
    prepaid_cents: Mapped[Cents] = mapped_column(server_default="0")
    file_sha256: Mapped[str | None]
    intake: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    gst_rounding: Mapped[str | None]
    state: Mapped[str]
    accepted_net_cents: Mapped[Cents] = mapped_column(server_default="0")
    accepted_gst_cents: Mapped[Cents] = mapped_column(server_default="0")
    held_gst_cents: Mapped[Cents] = mapped_column(server_default="0")
    disputed_gst_cents: Mapped[Cents] = mapped_column(server_default="0")
    payable_cents: Mapped[Cents] = mapped_column(server_default="0")
    matched_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    paid_at: Mapped[datetime | None]
    paid_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    paid_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("bank_account.id"))
    hold_kind: Mapped[str | None]
    hold_reason: Mapped[str | None]
    held_at: Mapped[datetime | None]
    held_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    rejected_at: Mapped[datetime | None]
    rejected_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    reject_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    firm: Mapped[Firm] = relationship()
    order: Mapped[WorksOrder | None] = relationship()
    lines: Mapped[list[InvoiceLine]] = relationship(back_populates="invoice", order_by="InvoiceLine.position")
    exceptions: Mapped[list[InvoiceException]] = relationship(
        back_populates="invoice", order_by="InvoiceException.raised_at, InvoiceException.code"
    )


class InvoiceLine(HasId, Base):
    """One line of an invoice, bound to an order line or to none."""

    __tablename__ = "invoice_line"
    __table_args__ = (UniqueConstraint("invoice_id", "position"),)
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invoice.id"))
    position: Mapped[int]
    line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_line.id"), index=True)
    order_code: Mapped[str | None]
    item_code: Mapped[str]
    description: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    rate: Mapped[Decimal]
    amount_cents: Mapped[Cents]
    discount_cents: Mapped[Cents] = mapped_column(server_default="0")
    uplift_cents: Mapped[Cents] = mapped_column(server_default="0")
    gst_rate: Mapped[Decimal | None]
    performed_on: Mapped[date | None]
    acceptance_ids: Mapped[list[Any]] = mapped_column(server_default="[]")
    invoice: Mapped[Invoice] = relationship(back_populates="lines")
    line: Mapped[WorksLine | None] = relationship()
    decision: Mapped[LineDecision | None] = relationship(back_populates="invoice_line")


class LineDecision(Base):
    """What the last match made of an invoice line, what of it is in the ledger, and why each cent is payable."""

    __tablename__ = "line_decision"
    __table_args__ = (
        CheckConstraint("accepted_cents + held_cents + disputed_cents = claimed_cents", name="exact_split"),
    )
    invoice_line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invoice_line.id"), primary_key=True)
    line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("works_line.id"), index=True)
    claimed_cents: Mapped[Cents]
    accepted_quantity: Mapped[Decimal]
    accepted_cents: Mapped[Cents]
    held_cents: Mapped[Cents]
    disputed_cents: Mapped[Cents]
    posted_accrued_cents: Mapped[Cents] = mapped_column(server_default="0")
    posted_invoiced_cents: Mapped[Cents] = mapped_column(server_default="0")
    postings: Mapped[int] = mapped_column(server_default="0")
    explanation: Mapped[list[Any]] = mapped_column(server_default="[]")
    invoice_line: Mapped[InvoiceLine] = relationship(back_populates="decision")


class InvoiceException(HasId, Base):
    """A difference that the match found, in words, and who released it and why."""

    __tablename__ = "invoice_exception"
    __table_args__ = (
        one_of("severity", ("B", "H", "W")),
        one_of("state", ("open", "released", "superseded")),
        Index("ix_invoice_exception_state", "state", "code"),
        Index(
            "uq_invoice_exception_standing",
            "invoice_id",
            "exception_key",
            unique=True,
            postgresql_where=text("state <> 'superseded'"),
        ),
    )
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invoice.id"), index=True)
    invoice_line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("invoice_line.id"))
    code: Mapped[str]
    exception_key: Mapped[str]
    severity: Mapped[str]
    message: Mapped[str]
    expected: Mapped[str]
    actual: Mapped[str]
    difference_cents: Mapped[Cents | None]
    evidence: Mapped[dict[str, Any]]
    state: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(server_default=func.now())
    released_at: Mapped[datetime | None]
    released_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    release_reason: Mapped[str | None]
    release_expires_on: Mapped[date | None]
    invoice: Mapped[Invoice] = relationship(back_populates="exceptions")
