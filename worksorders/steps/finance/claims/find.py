"""Both clocks of each invoice that is not settled, and how many were paid in time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from worksorders.domain.finance.clocks import (
    ClaimAlarm,
    ClaimClock,
    PaymentClock,
    claim_clock,
    payment_clock,
    share_in_time,
)
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.steps.finance.settings import load_settings
from worksorders.store.tables.contractors import Firm
from worksorders.store.tables.finance import Invoice
from worksorders.store.tables.payouts import PaymentSchedule, PayRun, PayRunItem

MOST = 200
YEAR = timedelta(days=365)
UNSETTLED = ("received", "matched", "exceptions", "approved")


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One invoice with its clocks; `claim` is None where it is no payment claim."""

    id: uuid.UUID
    number: str
    firm: str
    state: str
    total_cents: int
    payable_cents: int
    term: PaymentClock
    claim: ClaimClock | None
    answered: str

    @property
    def needs_schedule(self) -> bool:
        """Whether money is withheld and nobody has said why in a schedule yet."""
        return self.claim is not None and not self.answered and self.payable_cents < self.total_cents


@dataclass(frozen=True, slots=True)
class InTime:
    """Paid invoices of one kind in a year back, and the shares within 5 and 10 business days."""

    name: str
    count: int
    days_allowed: int
    within_5: Decimal | None
    within_10: Decimal | None
    in_term: Decimal | None


@dataclass(frozen=True, slots=True)
class ClocksPage:
    """What finance watches: the nearest deadline first."""

    rows: tuple[ClockRow, ...]
    count: int
    in_time: tuple[InTime, ...]
    target: Decimal


def is_claim() -> ColumnElement[bool]:
    """Invoices of firms are payment claims; our own self-billed ones and credit notes are not."""
    return and_(Invoice.source != "self_billed", Invoice.total_cents > 0)


def unanswered(session: Session) -> Sequence[tuple[Invoice, datetime | None]]:
    """Claims whose clock may still run, with the instant of their latest schedule."""
    rows = session.execute(_with_schedule().where(is_claim(), _open())).all()
    return [(invoice, scheduled) for invoice, scheduled, _ in rows]


def _with_schedule() -> Select[Invoice, datetime | None, str]:
    latest = (
        select(func.max(PaymentSchedule.made_at))
        .where(PaymentSchedule.invoice_id == Invoice.id)
        .correlate(Invoice)
        .scalar_subquery()
    )
    return (
        select(Invoice, latest, Firm.name)
        .join(Firm, Firm.id == Invoice.firm_id)
        .order_by(Invoice.received_at, Invoice.id)
    )


def _open() -> ColumnElement[bool]:
    """Not settled, or rejected without a schedule: a claim that is sent back runs on until it is answered."""
    answered = (
        select(PaymentSchedule.id).where(PaymentSchedule.invoice_id == Invoice.id).correlate(Invoice).exists()
    )
    return or_(
        Invoice.state.in_(UNSETTLED),
        and_(Invoice.state == "rejected", Invoice.duplicate_of_id.is_(None), is_claim(), ~answered),
    )


def clock_of(invoice: Invoice, scheduled_at: datetime | None, today: date) -> tuple[ClaimClock, str]:
    """A claim's clock, and how it was answered: by a schedule, by approving the whole, or (empty) not yet."""
    whole = invoice.state in {"approved", "paid"} and invoice.payable_cents >= invoice.total_cents
    answers = [
        (local_day(at), words)
        for at, words in (
            (scheduled_at, "payment schedule"),
            (invoice.approved_at if whole else None, "approved in full"),
        )
        if at is not None
    ]
    answered_on, words = min(answers, default=(None, ""))
    return claim_clock(invoice.received_at, today, answered_on=answered_on), words


def find_clocks(session: Session, now: datetime) -> ClocksPage:
    """The clocks as they stand, those that run out first on top."""
    today, settings = local_day(now), load_settings(session)
    count = session.scalar(select(func.count()).select_from(Invoice).where(_open())) or 0
    rows = []
    for invoice, scheduled_at, firm in session.execute(_with_schedule().where(_open()).limit(MOST)):
        allowed = settings.terms.days_for(e_invoice=invoice.source != "typed")
        counts = invoice.source != "self_billed" and invoice.total_cents > 0
        claim, answered = clock_of(invoice, scheduled_at, today) if counts else (None, "")
        term = payment_clock(invoice.received_at, allowed, today)
        rows.append(
            ClockRow(
                invoice.id,
                invoice.number,
                firm,
                invoice.state,
                invoice.total_cents,
                invoice.payable_cents if invoice.state != "rejected" else 0,
                term,
                claim,
                answered,
            )
        )
    rows.sort(key=lambda row: (_urgency(row), row.term.due_on, row.number))
    return ClocksPage(tuple(rows), count, in_time(session, now), settings.terms.target_share)


def _urgency(row: ClockRow) -> int:
    order = (ClaimAlarm.OVERDUE, ClaimAlarm.LAST, ClaimAlarm.SECOND, ClaimAlarm.FIRST, ClaimAlarm.NONE)
    return order.index(row.claim.alarm) if row.claim and not row.answered else len(order)


def in_time(session: Session, now: datetime) -> tuple[InTime, ...]:
    """How fast e-invoices and others were paid in the last 365 days, by the day on which the bank pays."""
    settings = load_settings(session)
    rows = session.execute(
        select(Invoice.source, Invoice.received_at, Invoice.paid_at, func.max(PayRun.pay_on))
        .outerjoin(
            PayRunItem,
            and_(
                PayRunItem.invoice_id == Invoice.id,
                PayRunItem.part == "invoice",
                PayRunItem.ended.is_(None),
            ),
        )
        .outerjoin(PayRun, PayRun.id == PayRunItem.run_id)
        .where(Invoice.state == "paid", Invoice.paid_at >= start_of_day(local_day(now) - YEAR))
        .group_by(Invoice.id)
    ).all()
    found = []
    for name, wanted, allowed in (
        ("E-invoices", True, settings.e_invoice_days),
        ("Other invoices", False, settings.other_days),
    ):
        clocks = [
            (received_at, pay_on or local_day(paid_at))
            for source, received_at, paid_at, pay_on in rows
            if (source != "typed") is wanted and paid_at is not None
        ]

        def share(days: int, clocks: list[tuple[datetime, date]] = clocks) -> Decimal | None:
            return share_in_time(payment_clock(at, days, on, paid_on=on) for at, on in clocks)

        found.append(InTime(name, len(clocks), allowed, share(5), share(10), share(allowed)))
    return tuple(found)
