"""What blocks the closing of a month, and what finance should know before, point by point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.finance.clocks import ClaimAlarm
from worksorders.domain.finance.months import Month
from worksorders.domain.local_time import local_day
from worksorders.domain.money import format_cents
from worksorders.steps.finance.claims.find import clock_of, unanswered
from worksorders.steps.finance.keeping.find import kept_rows
from worksorders.steps.finance.match import OPEN
from worksorders.steps.finance.uncommitted import find_uncommitted
from worksorders.store.tables.money.books import AccountingPeriod, PatternFinding
from worksorders.store.tables.money.finance import Invoice, LedgerEntry
from worksorders.store.tables.money.payouts import PayRun


@dataclass(frozen=True, slots=True)
class Check:
    """One point of the list: what it is, how it stands in words, whether it blocks, and where it is put right."""

    what: str
    words: str
    blocks: bool
    endpoint: str = ""


def period_of(session: Session, month: Month) -> AccountingPeriod | None:
    """The row of a month that was closed at least once."""
    return session.scalar(select(AccountingPeriod).where(AccountingPeriod.starts_on == month.starts_on))


def checklist(session: Session, month: Month, now: datetime) -> tuple[Check, ...]:
    """What blocks closing, and what finance should know before; in the order of the work."""
    return (
        _is_over(month, now),
        _earlier(session, month),
        _uncommitted(session, month),
        _unmatched(session, month),
        _claims(session, month, now),
        _runs(session, month),
        _trust(session),
        _even(session),
        *_told(session, month),
    )


def _is_over(month: Month, now: datetime) -> Check:
    over = local_day(now) > month.ends_on
    last = f"{month.ends_on.day} {month.ends_on:%B %Y}"
    return Check("The month is over", f"It ends on {last}." if not over else f"It ended on {last}.", not over)


def _earlier(session: Session, month: Month) -> Check:
    """The month before has to be closed, unless nothing was ever closed before."""
    before = period_of(session, month.before)
    first = session.scalar(select(func.min(AccountingPeriod.starts_on)))
    waits = first is not None and first < month.starts_on and (before is None or before.state != "closed")
    words = f"{month.before.name} is not closed." if waits else "Nothing earlier is open."
    return Check("Earlier months are closed", words, waits, "finance.months")


def _count(
    what: str, count: int, many: tuple[str, str], none: str, endpoint: str, *, blocks: bool = True
) -> Check:
    """A point that is fine at zero; `many` is what follows the number for one and for several."""
    words = f"{count} {many[count > 1]}." if count else none
    return Check(what, words, blocks and count > 0, endpoint)


def _uncommitted(session: Session, month: Month) -> Check:
    orders = [one for one in find_uncommitted(session) if one.issued_on and one.issued_on <= month.ends_on]
    return _count(
        "Every issued order has a contract",
        len(orders),
        (
            "urgent order was issued on a day without a contract",
            "urgent orders were issued on days without a contract",
        ),
        "All are committed.",
        "finance.contract",
    )


def _unmatched(session: Session, month: Month) -> Check:
    count = session.scalar(
        select(func.count())
        .select_from(Invoice)
        .where(Invoice.received_at <= month.ends_at, Invoice.state == "received")
    )
    return _count(
        "Every invoice is matched",
        count or 0,
        ("invoice is not matched yet", "invoices are not matched yet"),
        "All that came in the month are matched.",
        "finance.queue",
    )


def _claims(session: Session, month: Month, now: datetime) -> Check:
    late = [
        invoice.number
        for invoice, scheduled_at in unanswered(session)
        if invoice.received_at <= month.ends_at
        and not (found := clock_of(invoice, scheduled_at, local_day(now)))[1]
        and found[0].alarm is ClaimAlarm.OVERDUE
    ]
    return _count(
        "Payment claims are answered",
        len(late),
        (
            f"claim is past 20 working days without a schedule: {', '.join(late[:5])}",
            f"claims are past 20 working days without a schedule: {', '.join(late[:5])}",
        ),
        "No claim has run out.",
        "finance.clocks",
    )


def _runs(session: Session, month: Month) -> Check:
    count = session.scalar(
        select(func.count())
        .select_from(PayRun)
        .where(PayRun.state == "prepared", PayRun.prepared_at <= month.ends_at)
    )
    return _count(
        "Pay runs are approved or cancelled",
        count or 0,
        ("pay run waits for a second person", "pay runs wait for a second person"),
        "None waits.",
        "finance.payments",
    )


def _trust(session: Session) -> Check:
    short = [row for row in kept_rows(session) if row.left_cents > 0 and not row.trust_reference]
    return _count(
        "Retention is in the trust account",
        len(short),
        ("invoice has retention without a trust posting", "invoices have retention without a trust posting"),
        "Nothing is missing.",
        "finance.retention",
    )


def _even(session: Session) -> Check:
    total = session.scalar(select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0))) or 0
    words = "Every entry sums to zero." if not total else f"The ledger is out by {format_cents(int(total))}."
    return Check("The ledger is even", words, bool(total))


def _told(session: Session, month: Month) -> Sequence[Check]:
    waiting = session.scalar(
        select(func.count())
        .select_from(Invoice)
        .where(Invoice.received_at <= month.ends_at, Invoice.state.in_(OPEN))
    )
    findings = session.scalar(
        select(func.count()).select_from(PatternFinding).where(PatternFinding.state == "open")
    )
    return (
        _count(
            "Open invoices",
            waiting or 0,
            (
                "invoice has something open; what it holds stays accrued",
                "invoices have something open; what they hold stays accrued",
            ),
            "None.",
            "finance.queue",
            blocks=False,
        ),
        _count(
            "Patterns to judge",
            findings or 0,
            ("pattern waits for a verdict", "patterns wait for a verdict"),
            "None.",
            "finance.patterns",
            blocks=False,
        ),
    )
