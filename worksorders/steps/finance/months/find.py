"""A month as finance sees it: what moved, where each account stood at its end, and what still blocks closing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from worksorders.domain.finance.clocks import ClaimAlarm
from worksorders.domain.finance.ledger import Account
from worksorders.domain.finance.months import Month, month_of
from worksorders.domain.local_time import local_day
from worksorders.domain.money import format_cents
from worksorders.gateways.csv_safe import Cell, write_csv
from worksorders.steps.finance.claims.find import clock_of, unanswered
from worksorders.steps.finance.keeping.find import kept_rows
from worksorders.steps.finance.match import OPEN
from worksorders.steps.finance.months.accruals import Unaccepted, unaccepted
from worksorders.steps.finance.uncommitted import find_uncommitted
from worksorders.store.tables.books import AccountingPeriod, PatternFinding
from worksorders.store.tables.finance import ContractYear, Invoice, LedgerEntry
from worksorders.store.tables.orders import WorksLine, WorksOrder
from worksorders.store.tables.payouts import PayRun

ORDER = tuple(account for account in Account if account is not Account.BUDGET)
JOURNAL = (
    "At", "Event", "Entry", "Contract year", "Order", "Item", "Invoice", "Account", "Debit", "Credit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One point of the list: what it is, how it stands in words, whether it blocks, and where it is put right."""

    what: str
    words: str
    blocks: bool
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month in the list: `state` is closed, reopening, open (again) or empty where it was never closed."""

    month: Month
    period: AccountingPeriod | None
    entries: int

    @property
    def state(self) -> str:
        return self.period.state if self.period else ""


@dataclass(frozen=True, slots=True)
class MonthPage:
    """A month in full; amounts in cents before GST, balances at its end."""

    month: Month
    period: AccountingPeriod | None
    checks: tuple[Check, ...]
    balances: dict[Account, int]
    movements: tuple[tuple[str, int, int], ...]
    accruals: tuple[Unaccepted, ...]

    @property
    def blocked(self) -> bool:
        return any(check.blocks for check in self.checks)

    @property
    def accrued_cents(self) -> int:
        return sum(one.cents for one in self.accruals)


def find_months(session: Session, now: datetime) -> list[MonthRow]:
    """Every month from the first posting to this one, the newest first."""
    first = session.scalar(select(func.min(LedgerEntry.at)))
    last = session.scalar(select(func.max(LedgerEntry.at)))
    if first is None or last is None:
        return []
    current = max(month_of(local_day(now)), month_of(local_day(last)))
    key = func.to_char(func.timezone("Pacific/Auckland", LedgerEntry.at), "YYYY-MM").label("month")
    counted: dict[str, int] = dict(
        session.execute(
            select(key, func.count(LedgerEntry.event_key.distinct())).group_by(literal_column("month"))
        ).all()
    )
    periods = {month_of(row.starts_on): row for row in session.scalars(select(AccountingPeriod))}
    month, rows = month_of(local_day(first)), []
    while month <= current:
        rows.append(MonthRow(month, periods.get(month), counted.get(month.key, 0)))
        month = month.following
    return rows[::-1]


def period_of(session: Session, month: Month) -> AccountingPeriod | None:
    """The row of a month that was closed at least once."""
    return session.scalar(select(AccountingPeriod).where(AccountingPeriod.starts_on == month.starts_on))


def find_month(session: Session, month: Month, now: datetime) -> MonthPage:
    """The month with its list of what blocks it."""
    period = period_of(session, month)
    closed = period is not None and period.state != "open"
    accruals = () if closed else tuple(unaccepted(session, month))
    return MonthPage(
        month,
        period,
        () if closed else checklist(session, month, now),
        balances_at(session, month),
        _movements(session, month),
        accruals,
    )


def balances_at(session: Session, month: Month) -> dict[Account, int]:
    """Where every account stood at the end of a month."""
    rows = session.execute(
        select(LedgerEntry.account, func.sum(LedgerEntry.amount_cents))
        .where(LedgerEntry.at <= month.ends_at)
        .group_by(LedgerEntry.account)
    )
    found = dict.fromkeys(Account, 0)
    return found | {Account(account): int(cents) for account, cents in rows}


def within(month: Month) -> ColumnElement[bool]:
    """Postings of the month."""
    return LedgerEntry.at.between(month.starts_at, month.ends_at)


def _movements(session: Session, month: Month) -> tuple[tuple[str, int, int], ...]:
    """By event: how many, and the cents that they moved."""
    rows = session.execute(
        select(
            LedgerEntry.event,
            func.count(LedgerEntry.event_key.distinct()),
            func.sum(func.greatest(LedgerEntry.amount_cents, 0)),
        )
        .where(within(month))
        .group_by(LedgerEntry.event)
        .order_by(LedgerEntry.event)
    )
    return tuple((event, count, int(cents)) for event, count, cents in rows)


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


def journal_csv(session: Session, month: Month) -> bytes:
    """Every posting of a month, safe from formulas: orders and invoices by code and number only."""
    rows = session.execute(
        select(
            LedgerEntry.at,
            LedgerEntry.event,
            LedgerEntry.event_key,
            ContractYear.name,
            WorksOrder.code,
            WorksLine.item_code,
            Invoice.number,
            LedgerEntry.account,
            LedgerEntry.amount_cents,
        )
        .join(ContractYear, ContractYear.id == LedgerEntry.contract_year_id)
        .outerjoin(WorksOrder, WorksOrder.id == LedgerEntry.order_id)
        .outerjoin(WorksLine, WorksLine.id == LedgerEntry.line_id)
        .outerjoin(Invoice, Invoice.id == LedgerEntry.invoice_id)
        .where(within(month))
        .order_by(LedgerEntry.at, LedgerEntry.event_key, LedgerEntry.account)
    )
    entries: dict[str, int] = defaultdict(lambda: len(entries) + 1)
    cells: list[list[Cell]] = []
    for at, event, key, year, order, item, invoice, account, cents in rows:
        dollars = f"{abs(cents) // 100}.{abs(cents) % 100:02}"
        cells.append(
            [
                local_day(at),
                event,
                str(entries[key]),
                year,
                order or "",
                item or "",
                invoice or "",
                account,
                dollars if cents > 0 else "",
                dollars if cents < 0 else "",
            ]
        )
    return write_csv(JOURNAL, cells, bom=True)
