"""A month as finance sees it: what moved, where each account stood at its end, and what was not accepted in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from worksorders.domain.finance.ledger import Account
from worksorders.domain.finance.months import Month, month_of
from worksorders.domain.local_time import local_day
from worksorders.steps.finance.months.accruals import Unaccepted, unaccepted
from worksorders.steps.finance.months.checklist import Check, checklist, period_of
from worksorders.store.tables.money.books import AccountingPeriod
from worksorders.store.tables.money.finance import LedgerEntry

ORDER = tuple(account for account in Account if account is not Account.BUDGET)


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
