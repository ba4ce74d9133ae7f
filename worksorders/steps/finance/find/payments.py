"""What is approved and waits for its payment, what of it a run may take, and what was paid, in pages."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, exists, func, select
from sqlalchemy.orm import Session, aliased

from worksorders.steps.finance.payout.gate import INVOICE, RETENTION, Wanted
from worksorders.steps.lists.part import SIZE, Part, Place, cut
from worksorders.store.tables.firms.contractors import BankAccount, Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.payouts import PayRun, PayRunItem, RetentionMove


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One approved or paid invoice: who approved it and who paid it, and the run that holds it unpaid."""

    id: uuid.UUID
    number: str
    firm: str
    payable_cents: int
    total_cents: int
    approver: str
    approved_at: datetime | None
    payer: str | None
    paid_at: datetime | None
    has_account: bool
    run_id: uuid.UUID | None
    run_code: str | None

    @property
    def ready(self) -> bool:
        """Whether a run may take it."""
        return self.has_account and self.run_id is None and self.payable_cents > 0


@dataclass(frozen=True, slots=True)
class ReleasedRow:
    """Retention that was released and is not paid, and the run that holds it."""

    invoice_id: uuid.UUID
    number: str
    firm: str
    cents: int
    run_id: uuid.UUID | None
    run_code: str | None


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything that a run may take now: the names of documents as `runs.prepare` takes them, and their sum."""

    keys: tuple[str, ...]
    cents: int


def find_approved(session: Session, page: int = 1, size: int = SIZE) -> tuple[Part[PaymentRow], int]:
    """Approved and not paid, the longest waiting first, with the cents of all; where nothing is to be paid nothing waits."""
    count, cents = session.execute(
        select(func.count(), func.coalesce(func.sum(Invoice.payable_cents), 0)).where(_waiting())
    ).one()
    place = Place(count, page, size)
    return place.of(_rows(session, _waiting(), [Invoice.approved_at, Invoice.id], place)), int(cents)


def find_paid(session: Session, page: int = 1, size: int = SIZE) -> Part[PaymentRow]:
    """What was paid, the latest first."""
    paid = Invoice.state == "paid"
    place = Place(session.scalar(select(func.count()).where(paid)) or 0, page, size)
    return place.of(_rows(session, paid, [Invoice.paid_at.desc(), Invoice.id], place))


def find_released(session: Session) -> tuple[ReleasedRow, ...]:
    """Released retention that no approved run has paid, the longest waiting first."""
    paid = (
        select(func.coalesce(func.sum(PayRunItem.amount_cents), 0))
        .join(PayRun, PayRun.id == PayRunItem.run_id)
        .where(
            PayRunItem.invoice_id == Invoice.id,
            PayRunItem.part == RETENTION,
            PayRunItem.ended.is_(None),
            PayRun.state == "approved",
        )
        .correlate(Invoice)
        .scalar_subquery()
    )
    left = func.sum(RetentionMove.cents) - paid
    held = _held_in(RETENTION)
    query = (
        select(Invoice.id, Invoice.number, Firm.name, left, held.c.id, held.c.code)
        .join(RetentionMove, RetentionMove.invoice_id == Invoice.id)
        .join(Firm, Firm.id == Invoice.firm_id)
        .outerjoin(held, held.c.invoice_id == Invoice.id)
        .where(RetentionMove.kind == "released")
        .group_by(Invoice.id, Firm.name, held.c.id, held.c.code)
        .having(left != 0)
        .order_by(func.min(RetentionMove.recorded_at), Invoice.id)
    )
    return tuple(
        ReleasedRow(invoice_id, number, firm, int(cents), run_id, code)
        for invoice_id, number, firm, cents, run_id, code in session.execute(query)
    )


def find_ready(session: Session, released: Sequence[ReleasedRow]) -> Ready:
    """Every document that a run may take, whatever page shows it."""
    held = _held_in(INVOICE)
    rows = session.execute(
        select(Invoice.id, Invoice.payable_cents).where(
            Invoice.state == "approved",
            Invoice.payable_cents > 0,
            _verified(),
            ~exists().where(held.c.invoice_id == Invoice.id),
        )
    ).all()
    free = [row for row in released if row.run_id is None]
    keys = [Wanted(row.id, INVOICE).key for row in rows] + [
        Wanted(row.invoice_id, RETENTION).key for row in free
    ]
    return Ready(tuple(keys), sum(row.payable_cents for row in rows) + sum(row.cents for row in free))


def _waiting() -> ColumnElement[bool]:
    return (Invoice.state == "approved") & (Invoice.payable_cents != 0)


def _verified() -> ColumnElement[bool]:
    return (
        select(BankAccount.id)
        .where(BankAccount.firm_id == Invoice.firm_id, BankAccount.verified_at.is_not(None))
        .correlate(Invoice)
        .exists()
    )


def _held_in(part: str) -> FromClause:
    """Documents that stand in a run which waits for approval, with that run."""
    return (
        select(PayRunItem.invoice_id, PayRun.id, PayRun.code)
        .join(PayRun, PayRun.id == PayRunItem.run_id)
        .where(PayRun.state == "prepared", PayRunItem.ended.is_(None), PayRunItem.part == part)
        .subquery()
    )


def _rows(
    session: Session, condition: ColumnElement[bool], order: list[object], place: Place
) -> list[PaymentRow]:
    approver, payer, held = aliased(AppUser), aliased(AppUser), _held_in(INVOICE)
    query = (
        select(
            Invoice.id,
            Invoice.number,
            Firm.name,
            Invoice.payable_cents,
            Invoice.total_cents,
            func.coalesce(approver.display_name, ""),
            Invoice.approved_at,
            payer.display_name,
            Invoice.paid_at,
            _verified(),
            held.c.id,
            held.c.code,
        )
        .join(Firm, Firm.id == Invoice.firm_id)
        .outerjoin(approver, approver.id == Invoice.approved_by)
        .outerjoin(payer, payer.id == Invoice.paid_by)
        .outerjoin(held, held.c.invoice_id == Invoice.id)
        .where(condition)
        .order_by(*order)  # type: ignore[arg-type]
    )
    return [PaymentRow(*tuple(row)) for row in session.execute(cut(query, place))]
