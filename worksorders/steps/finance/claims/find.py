"""Both clocks of each invoice that is not settled, and how many were paid in time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from worksorders.domain.finance.clocks import (
    ClaimClock,
    PaymentClock,
    Terms,
    claim_clock,
    payment_clock,
    share_in_time,
)
from worksorders.domain.local_time import NEW_ZEALAND, local_day, start_of_day
from worksorders.steps.finance.settings import load_settings
from worksorders.steps.lists.part import Part, cut, place_in
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.payouts import PaymentSchedule, PayRun, PayRunItem

YEAR = timedelta(days=365)
WEEK = timedelta(days=7)
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

    invoices: Part[ClockRow]
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


def find_clocks(session: Session, now: datetime, page: int = 1) -> ClocksPage:
    """A page of the clocks as they stand, those that run out first on top: claims that nobody answered, then terms."""
    today, settings = local_day(now), load_settings(session)
    listed = _with_schedule().where(_open()).order_by(None).order_by(*_runs_out_first(settings.terms))
    place = place_in(session, listed, page)
    rows = [
        _row(invoice, scheduled_at, firm, settings.terms, today)
        for invoice, scheduled_at, firm in session.execute(cut(listed, place))
    ]
    return ClocksPage(place.of(rows), in_time(session, now), settings.terms.target_share)


def _row(invoice: Invoice, scheduled_at: datetime | None, firm: str, terms: Terms, today: date) -> ClockRow:
    allowed = terms.days_for(e_invoice=invoice.source != "typed")
    counts = invoice.source != "self_billed" and invoice.total_cents > 0
    claim, answered = clock_of(invoice, scheduled_at, today) if counts else (None, "")
    return ClockRow(
        invoice.id,
        invoice.number,
        firm,
        invoice.state,
        invoice.total_cents,
        invoice.payable_cents if invoice.state != "rejected" else 0,
        payment_clock(invoice.received_at, allowed, today),
        claim,
        answered,
    )


def _runs_out_first(terms: Terms) -> tuple[Any, ...]:
    """Every claim has the same days, so the oldest runs out first; of the others the one whose term ends first."""
    scheduled = exists().where(PaymentSchedule.invoice_id == Invoice.id)
    in_full = and_(
        Invoice.state == "approved",
        Invoice.approved_at.is_not(None),
        Invoice.payable_cents >= Invoice.total_cents,
    )
    runs = and_(is_claim(), not_(scheduled), not_(in_full))
    # Five business days are a week; the order of two terms needs no more.
    other, electronic = (literal(WEEK * days / 5) for days in (terms.other_days, terms.e_invoice_days))
    term_ends = Invoice.received_at + case((Invoice.source == "typed", other), else_=electronic)
    return (
        case((runs, 0), else_=1),
        case((runs, Invoice.received_at), else_=term_ends),
        Invoice.received_at,
        Invoice.id,
    )


def in_time(session: Session, now: datetime) -> tuple[InTime, ...]:
    """How fast e-invoices and others were paid in the last 365 days, by the day on which the bank pays."""
    settings = load_settings(session)
    one = (
        select(
            (Invoice.source == "typed").label("typed"),
            _local_day(Invoice.received_at).label("received_on"),
            func.coalesce(func.max(PayRun.pay_on), _local_day(Invoice.paid_at)).label("paid_on"),
        )
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
        .subquery()
    )
    rows = session.execute(select(*one.c, func.count()).group_by(*one.c)).all()
    found = []
    for name, typed, allowed in (
        ("E-invoices", False, settings.e_invoice_days),
        ("Other invoices", True, settings.other_days),
    ):
        paid = {(row[1], row[2]): row[3] for row in rows if row[0] is typed}
        shares = (share_in_time(paid, days) for days in (5, 10, allowed))
        found.append(InTime(name, sum(paid.values()), allowed, *shares))
    return tuple(found)


def _local_day(at: InstrumentedAttribute[Any]) -> ColumnElement[date]:
    return func.timezone(NEW_ZEALAND.key, at, type_=DateTime).cast(Date)
