"""The funding contract: its years, categories and caps in its own GST basis, and where each year stands.

Programme figures: 987 homes over three years (237, 350 and 400) for NZD 3.6 million.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from worksorders.domain.errors import Faults
from worksorders.domain.finance.ledger import Account, BudgetIdentity, Entry, balances_by, budget_identity
from worksorders.domain.money import Rounding, gst_rate_on, round_cents, spread_cents

HOMES_BY_YEAR = (237, 350, 400)


class GstBasis(StrEnum):
    """Whether the contract's amounts hold GST; values are those of the contract table."""

    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of cost with its own cap in the contract's GST basis."""

    name: str
    cap_cents: int


@dataclass(frozen=True, slots=True)
class FundingYear:
    """One year: its budget in the contract's GST basis and the homes to be upgraded."""

    name: str
    starts_on: date
    ends_on: date
    budget_cents: int
    homes_target: int
    categories: tuple[Category, ...] = ()


@dataclass(frozen=True, slots=True)
class FundingContract:
    """The agreement that pays for the homes; building an inconsistent one raises FaultsError with every fault."""

    code: str
    total_cents: int
    gst_basis: GstBasis
    years: tuple[FundingYear, ...]

    def __post_init__(self) -> None:
        faults = Faults()
        faults.require(self.years, "years", "The contract has no year.")
        faults.require(
            sum(year.budget_cents for year in self.years) <= self.total_cents,
            "total_cents",
            "The years' budgets are above the contract's total.",
        )
        for at, year in enumerate(self.years):
            faults.require(
                year.starts_on < year.ends_on, f"years-{at}-ends_on", f"{year.name} ends before it starts."
            )
            faults.require(
                sum(category.cap_cents for category in year.categories) <= year.budget_cents,
                f"years-{at}-categories",
                f"The categories of {year.name} are above its budget.",
            )
        for at, (one, after) in enumerate(zip(self.years, self.years[1:], strict=False), start=1):
            faults.require(
                one.ends_on < after.starts_on,
                f"years-{at}-starts_on",
                f"{after.name} begins inside {one.name}.",
            )
        faults.raise_if_any()

    def year_of(self, on: date) -> FundingYear | None:
        """The year that holds a day."""
        return next((year for year in self.years if year.starts_on <= on <= year.ends_on), None)

    def net_cents(self, cents: int, on: date) -> int:
        """An amount of the contract ex GST, fractions dropped so that the cap is never passed."""
        if self.gst_basis is GstBasis.EXCLUSIVE:
            return cents
        return round_cents(Decimal(cents) / (1 + gst_rate_on(on)), Rounding.DOWN)

    def net_budget(self, year: FundingYear) -> int:
        """What a year may spend ex GST: the sum to post as its budget."""
        return self.net_cents(year.budget_cents, year.starts_on)


def programme_years(
    starts_on: date, total_cents: int = 360_000_000, homes: tuple[int, ...] = HOMES_BY_YEAR
) -> tuple[FundingYear, ...]:
    """Years of twelve months from a first of month, the total shared by homes, exactly."""
    shares = spread_cents(total_cents, homes)
    return tuple(
        FundingYear(
            f"Year {at + 1}",
            starts_on.replace(year=starts_on.year + at),
            date.fromordinal(starts_on.replace(year=starts_on.year + at + 1).toordinal() - 1),
            cents,
            target,
        )
        for at, (cents, target) in enumerate(zip(shares, homes, strict=True))
    )


@dataclass(frozen=True, slots=True)
class YearPosition:
    """Where a year or category stands, ex GST, and what is left before its cap."""

    name: str
    category: str
    identity: BudgetIdentity
    cap_cents: int

    @property
    def drawn_cents(self) -> int:
        return self.identity.invoiced_unpaid_cents + self.identity.paid_cents

    @property
    def bound_cents(self) -> int:
        """Committed, accrued and drawn: what the cap has to cover."""
        return self.drawn_cents + self.identity.accrued_cents + self.identity.committed_cents

    @property
    def headroom_cents(self) -> int:
        return self.cap_cents - self.bound_cents


def positions(contract: FundingContract, entries: Iterable[Entry]) -> tuple[YearPosition, ...]:
    """Each year, followed by each of its categories, from the ledger."""
    rows = tuple(entries)
    by_year = balances_by(rows, lambda at: at.contract_year)
    by_category = balances_by(rows, lambda at: f"{at.contract_year}\n{at.category}")
    found = []
    for year in contract.years:
        found.append(_position(by_year.get(year.name, {}), year.name, "", contract.net_budget(year)))
        for category in year.categories:
            cap = contract.net_cents(category.cap_cents, year.starts_on)
            totals = by_category.get(f"{year.name}\n{category.name}", {})
            found.append(_position(totals, year.name, category.name, cap))
    return tuple(found)


def _position(totals: Mapping[Account, int], name: str, category: str, cap_cents: int) -> YearPosition:
    return YearPosition(name, category, budget_identity(totals), cap_cents)


@dataclass(frozen=True, slots=True)
class Progress:
    """Homes upgraded in a year against its target, with the adults and children protected."""

    name: str
    homes: int
    homes_target: int
    adults: int
    children: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.homes) / self.homes_target if self.homes_target else Decimal(0)


def progress(contract: FundingContract, homes: Iterable[tuple[date, int, int]]) -> tuple[Progress, ...]:
    """Count homes by year from (upgraded on, adults, children); days outside every year count nowhere."""
    counts = {year.name: [0, 0, 0] for year in contract.years}
    for upgraded_on, adults, children in homes:
        year = contract.year_of(upgraded_on)
        if year:
            count = counts[year.name]
            count[0] += 1
            count[1] += adults
            count[2] += children
    return tuple(
        Progress(year.name, counts[year.name][0], year.homes_target, *counts[year.name][1:])
        for year in contract.years
    )
