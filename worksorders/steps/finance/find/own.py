"""A firm's own invoices, as the firm may see them: states, amounts and what differs, never who looked at them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from worksorders.domain.finance.codes import CODES
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.billing.credit import may_credit
from worksorders.steps.finance.find.invoice import made_up_of
from worksorders.steps.finance.own_invoice import may_learn_of
from worksorders.steps.lists.part import Part, cut, place_in
from worksorders.store.tables.money.finance import Invoice, InvoiceException, InvoiceLine
from worksorders.store.tables.money.payouts import PayRun, PayRunItem
from worksorders.store.tables.work.orders import WorksOrder

ON_PAGE = 20
SHOWN = {
    "received": ("Received", "info"),
    "matched": ("Being checked", "info"),
    "exceptions": ("Being checked", "info"),
    "approved": ("Approved", "good"),
    "paid": ("Paid", "good"),
    "rejected": ("Sent back", "danger"),
}
KEPT_INSIDE = frozenset({"P04", "P06", "D05", "I04"})
"""What a firm is not told about itself before a person has looked."""


@dataclass(frozen=True, slots=True)
class OwnInvoice:
    """One invoice with the differences that stop something of it: (title, expected, actual, what to do)."""

    invoice: Invoice
    state: str
    tone: str
    differences: tuple[tuple[str, str, str, str], ...]
    may_credit: bool = False
    credited_by: str = ""
    bank_pays_on: date | None = None

    @property
    def made_up(self) -> tuple[tuple[str, int], ...]:
        """How what is payable comes about from the claim, once somebody has approved it."""
        return made_up_of(self.invoice) if self.invoice.state in {"approved", "paid"} else ()

    @property
    def is_credit(self) -> bool:
        return self.invoice.kind == "credit_note"


def find_sent(session: Session, actor: Actor, page: int = 1) -> Part[OwnInvoice]:
    """A page of the firm's invoices, the newest first."""
    listed = (
        select(Invoice)
        .where(Invoice.firm_id == actor.require_firm(), _may_see(actor))
        .order_by(Invoice.received_at.desc(), Invoice.id)
    )
    place = place_in(session, listed, page, ON_PAGE)
    return place.of(OwnInvoice(row, *SHOWN[row.state], ()) for row in session.scalars(cut(listed, place)))


def find_one(session: Session, actor: Actor, invoice_id: uuid.UUID) -> OwnInvoice:
    """One of the firm's own invoices; another's does not exist."""
    row = session.scalar(
        select(Invoice)
        .where(Invoice.id == invoice_id, Invoice.firm_id == actor.require_firm(), _may_see(actor))
        .options(
            selectinload(Invoice.lines).selectinload(InvoiceLine.decision), selectinload(Invoice.exceptions)
        )
    )
    if row is None:
        raise NotFoundError("There is no such invoice.")
    told = tuple(_told(one) for one in row.exceptions if _is_told(one))
    credited = session.scalar(
        select(Invoice.number).where(
            Invoice.firm_id == row.firm_id,
            Invoice.kind == "credit_note",
            Invoice.credits_number == row.number,
            Invoice.state != "rejected",
        )
    )
    may = may_credit(actor, row) and not credited
    return OwnInvoice(row, *SHOWN[row.state], told, may, credited or "", _bank_pays_on(session, row))


def _bank_pays_on(session: Session, invoice: Invoice) -> date | None:
    """The day on which the money moves, which is not the one on which the run was approved."""
    return session.scalar(
        select(PayRun.pay_on)
        .join(PayRunItem, PayRunItem.run_id == PayRun.id)
        .where(
            PayRunItem.invoice_id == invoice.id,
            PayRunItem.part == "invoice",
            PayRunItem.ended.is_(None),
            PayRun.state == "approved",
        )
    )


def _may_see(actor: Actor) -> ColumnElement[bool]:
    """Not those of an order whose code this worker must never read."""
    known = exists().where(WorksOrder.id == Invoice.order_id, may_learn_of(actor))
    return or_(Invoice.order_id.is_(None), known)


def _is_told(one: InvoiceException) -> bool:
    return one.state == "open" and one.severity != "W" and one.code not in KEPT_INSIDE


def _told(one: InvoiceException) -> tuple[str, str, str, str]:
    kind = CODES[one.code]
    return kind.title, one.expected, one.actual, kind.explanation
