"""What is approved and waits for its payment, and what was paid last."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from worksorders.store.tables.firms.contractors import BankAccount, Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.finance import Invoice

LATEST = 20


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One approved or paid invoice: who approved it and who paid it."""

    id: uuid.UUID
    number: str
    firm: str
    payable_cents: int
    total_cents: int
    approved_by: uuid.UUID | None
    approver: str
    approved_at: datetime | None
    payer: str | None
    paid_at: datetime | None
    has_account: bool


def find_approved(session: Session) -> list[PaymentRow]:
    """Approved and not paid, the longest waiting first; where nothing is to be paid nothing waits."""
    waiting = (Invoice.state == "approved") & (Invoice.payable_cents != 0)
    return _rows(session, waiting, [Invoice.approved_at, Invoice.id])


def find_paid(session: Session) -> list[PaymentRow]:
    """The latest payments."""
    return _rows(session, Invoice.state == "paid", [Invoice.paid_at.desc(), Invoice.id], LATEST)


def _rows(
    session: Session, condition: ColumnElement[bool], order: list[object], limit: int | None = None
) -> list[PaymentRow]:
    approver, payer = aliased(AppUser), aliased(AppUser)
    verified = (
        select(BankAccount.id)
        .where(BankAccount.firm_id == Invoice.firm_id, BankAccount.verified_at.is_not(None))
        .correlate(Invoice)
        .exists()
    )
    query = (
        select(Invoice, Firm.name, approver.display_name, payer.display_name, verified)
        .join(Firm, Firm.id == Invoice.firm_id)
        .outerjoin(approver, approver.id == Invoice.approved_by)
        .outerjoin(payer, payer.id == Invoice.paid_by)
        .where(condition)
        .order_by(*order)  # type: ignore[arg-type]
        .limit(limit)
    )
    return [
        PaymentRow(
            id=row.id,
            number=row.number,
            firm=firm,
            payable_cents=row.payable_cents,
            total_cents=row.total_cents,
            approved_by=row.approved_by,
            approver=one or "",
            approved_at=row.approved_at,
            payer=other,
            paid_at=row.paid_at,
            has_account=bool(has),
        )
        for row, firm, one, other, has in session.execute(query)
    ]
