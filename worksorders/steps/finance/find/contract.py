"""The funding contract's drawdown from the ledger: where each year's budget stands, homes against target, forecast."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from worksorders.domain.finance.contract import (
    CostPerHome,
    Estimate,
    Progress,
    cost_per_home,
    estimate_at_completion,
    progress,
)
from worksorders.domain.finance.ledger import Account, BudgetIdentity, budget_identity
from worksorders.domain.local_time import local_day
from worksorders.steps.finance.contract import rules_of
from worksorders.store.tables.money.finance import FundingContract, LedgerEntry
from worksorders.store.tables.work.cases import Assessment
from worksorders.store.tables.work.orders import WorksOrder

PLANNED_HOME_CENTS = 364_700
SPENT = (Account.ACCRUED.value, Account.INVOICED.value, Account.RETENTION.value, Account.PAID.value)


@dataclass(frozen=True, slots=True)
class YearView:
    """One year: its parts, which sum to its budget ex GST, and its homes."""

    name: str
    budget_cents: int
    identity: BudgetIdentity
    progress: Progress


@dataclass(frozen=True, slots=True)
class ContractPage:
    """The contract by year and in all; amounts ex GST unless the contract's own basis is named."""

    contract: FundingContract
    years: tuple[YearView, ...]
    whole: BudgetIdentity
    costs: CostPerHome | None
    estimate: Estimate

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """The whole contract's cents by where they stand, in the order of their way."""
        return parts_of(self.whole)

    @property
    def homes(self) -> int:
        return sum(year.progress.homes for year in self.years)

    @property
    def homes_target(self) -> int:
        return sum(year.progress.homes_target for year in self.years)


def parts_of(identity: BudgetIdentity) -> tuple[tuple[str, int], ...]:
    """The five parts that sum to the budget."""
    return (
        ("Uncommitted", identity.uncommitted_cents),
        ("Committed", identity.committed_cents),
        ("Accrued", identity.accrued_cents),
        ("Invoiced, unpaid", identity.invoiced_unpaid_cents),
        ("Paid", identity.paid_cents),
    )


def find_drawdown(session: Session, contract: FundingContract) -> ContractPage:
    """The drawdown in a constant number of queries; a home counts in the year in which its order was closed."""
    by_year = _balances(session, contract)
    counted = progress(rules_of(contract), _homes(session))
    years = tuple(
        YearView(year.name, year.budget_cents, budget_identity(by_year[year.id]), done)
        for year, done in zip(contract.years, counted, strict=True)
    )
    totals: dict[Account, int] = defaultdict(int)
    for balances in by_year.values():
        for account, cents in balances.items():
            totals[account] += cents
    whole = budget_identity(totals)
    costs = cost_per_home(_costs(session))
    left = sum(done.homes_target - done.homes for done in counted)
    estimate = estimate_at_completion(
        whole.invoiced_unpaid_cents + whole.paid_cents,
        whole.accrued_cents,
        whole.committed_cents,
        homes_left=left,
        costs=costs,
        planned_cents=PLANNED_HOME_CENTS,
    )
    return ContractPage(contract, years, whole, costs, estimate)


def _balances(session: Session, contract: FundingContract) -> dict[uuid.UUID, dict[Account, int]]:
    found: dict[uuid.UUID, dict[Account, int]] = {year.id: {} for year in contract.years}
    rows = session.execute(
        select(LedgerEntry.contract_year_id, LedgerEntry.account, func.sum(LedgerEntry.amount_cents))
        .where(LedgerEntry.contract_year_id.in_(found))
        .group_by(LedgerEntry.contract_year_id, LedgerEntry.account)
    )
    for year_id, account, cents in rows:
        found[year_id][Account(account)] = int(cents)
    return found


def _homes(session: Session) -> list[tuple[date, int, int]]:
    """Homes upgraded: the first closed order of each case, with the adults and children of its assessment."""
    rows = session.execute(
        select(WorksOrder.case_id, WorksOrder.closed_at, Assessment.adults, Assessment.children)
        .join(Assessment, Assessment.id == WorksOrder.assessment_id)
        .where(WorksOrder.state == "closed", WorksOrder.closed_at.is_not(None))
        .ext(distinct_on(WorksOrder.case_id))
        .order_by(WorksOrder.case_id, WorksOrder.closed_at)
    )
    return [(local_day(closed_at), adults, children) for _, closed_at, adults, children in rows if closed_at]


def _costs(session: Session) -> list[int]:
    """What each closed home's orders have cost so far."""
    rows = session.execute(
        select(func.sum(LedgerEntry.amount_cents))
        .join(WorksOrder, WorksOrder.id == LedgerEntry.order_id)
        .where(WorksOrder.state == "closed", LedgerEntry.account.in_(SPENT))
        .group_by(WorksOrder.case_id)
    )
    return [int(cents) for (cents,) in rows]
