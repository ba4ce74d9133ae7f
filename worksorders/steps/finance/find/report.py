"""What the funder is told: the drawdown, homes and people by region without small counts, cost, and what stands out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from worksorders.domain.finance.codes import CODES
from worksorders.domain.finance.contract import ItemCost, Published, Split, publish, split_difference
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.money import line_cents
from worksorders.steps.admin.catalogue import NoCatalogueError, current
from worksorders.steps.finance.categories import CategoryView, category_views
from worksorders.steps.finance.claims.find import InTime, in_time
from worksorders.steps.finance.find.contract import ContractPage, find_drawdown
from worksorders.steps.finance.settings import load_settings
from worksorders.steps.people.places import region_name
from worksorders.store.tables.money.finance import FundingContract, InvoiceException, LedgerEntry
from worksorders.store.tables.work.cases import Assessment
from worksorders.store.tables.work.offers import LineAccepted
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How often a code stood in the last 365 days, on how many invoices, and the differences in all."""

    code: str
    title: str
    count: int
    invoices: int
    cents: int


@dataclass(frozen=True, slots=True)
class FunderReport:
    """Everything in the funder's pack; counts of homes and people are as they may leave."""

    page: ContractPage
    today: date
    least: int
    regions: tuple[str, ...]
    homes: Published
    adults: Published
    children: Published
    split: Split | None
    in_time: tuple[InTime, ...]
    codes: tuple[CodeCount, ...]
    categories: tuple[CategoryView, ...]

    @property
    def costs_may_leave(self) -> bool:
        """The median of a handful of homes would tell what one of them cost."""
        return self.page.costs is not None and self.page.costs.homes >= self.least

    @property
    def years(self) -> tuple[str, ...]:
        return tuple(year.name for year in self.page.years)


def find_report(session: Session, contract: FundingContract, now: datetime) -> FunderReport:
    """The report as things stand, in a constant number of queries beside one a category."""
    least = load_settings(session).least_cell
    regions, tables = _people(session, contract)
    homes = publish(tables[0], least)
    page = find_drawdown(session, contract)
    return FunderReport(
        page,
        local_day(now),
        least,
        tuple(region_name(code) for code in regions),
        homes,
        publish(tables[1], least, homes.hidden),
        publish(tables[2], least, homes.hidden),
        find_split(session, contract),
        in_time(session, now),
        code_counts(session, now),
        tuple(category_views(session, contract)),
    )


def _people(
    session: Session, contract: FundingContract
) -> tuple[list[str], tuple[list[list[int]], list[list[int]], list[list[int]]]]:
    """Homes, adults and children by region (down) and contract year (across); a home counts with its first order."""
    rows = session.execute(
        select(WorksOrder.region_code, WorksOrder.closed_at, Assessment.adults, Assessment.children)
        .join(Assessment, Assessment.id == WorksOrder.assessment_id)
        .where(WorksOrder.state == "closed", WorksOrder.closed_at.is_not(None))
        .ext(distinct_on(WorksOrder.case_id))
        .order_by(WorksOrder.case_id, WorksOrder.closed_at)
    ).all()
    years = contract.years
    counted: dict[str, list[list[int]]] = {}
    for region, closed_at, adults, children in rows:
        day = local_day(closed_at) if closed_at else None
        for at, year in enumerate(years):
            if day is not None and year.starts_on <= day <= year.ends_on:
                cells = counted.setdefault(region, [[0] * len(years) for _ in range(3)])
                for table, number in zip(cells, (1, adults, children), strict=True):
                    table[at] += number
    regions = sorted(counted)
    tables = tuple([counted[region][which] for region in regions] for which in range(3))
    return regions, (tables[0], tables[1], tables[2])


def find_split(session: Session, contract: FundingContract) -> Split | None:
    """Accepted work against work as issued at the catalogue's prices; None without a catalogue or accepted work."""
    try:
        prices = {code: item.price for code, item in current(session).items.items()}
    except NoCatalogueError:
        return None
    accepted = (
        select(func.coalesce(func.sum(LineAccepted.quantity), 0))
        .where(LineAccepted.line_id == WorksLine.id)
        .correlate(WorksLine)
        .scalar_subquery()
    )
    committed = select(LedgerEntry.order_id).where(
        LedgerEntry.contract_year_id.in_([year.id for year in contract.years]),
        LedgerEntry.order_id.is_not(None),
    )
    rows = session.execute(
        select(WorksLine.item_code, WorksLine.original_quantity, WorksLine.quantity, WorksLine.rate, accepted)
        .where(WorksLine.order_id.in_(committed))
        .order_by(WorksLine.order_id, WorksLine.position)
    ).all()
    plan: dict[str, list[tuple[Decimal, int, Decimal, int]]] = defaultdict(list)
    actual: dict[str, list[tuple[Decimal, int, Decimal, int]]] = defaultdict(list)
    for item, original, quantity, rate, taken in rows:
        done = Decimal(taken)
        if not done:
            continue
        issued = min(original if original is not None else quantity, done)
        planned = original if original is not None else quantity
        if planned:
            cents = line_cents(planned, prices.get(item, rate))
            plan[item].append((planned, cents, Decimal(0), 0))
        varied = done - issued
        whole = line_cents(done, rate)
        actual[item].append((done, whole, varied, whole - line_cents(issued, rate)))
    if not actual:
        return None
    return split_difference(_costs(plan), _costs(actual))


def _costs(rows: dict[str, list[tuple[Decimal, int, Decimal, int]]]) -> dict[str, ItemCost]:
    return {
        item: ItemCost(
            sum((row[0] for row in found), Decimal(0)),
            sum(row[1] for row in found),
            sum((row[2] for row in found), Decimal(0)),
            sum(row[3] for row in found),
        )
        for item, found in rows.items()
    }


def code_counts(session: Session, now: datetime) -> tuple[CodeCount, ...]:
    """Exceptions raised in the last 365 days by code; what a new match only repeated counts once."""
    since = start_of_day(local_day(now) - YEAR)
    rows = session.execute(
        select(
            InvoiceException.code,
            func.count(),
            func.count(InvoiceException.invoice_id.distinct()),
            func.coalesce(func.sum(func.abs(InvoiceException.difference_cents)), 0),
        )
        .where(InvoiceException.raised_at >= since, InvoiceException.state != "superseded")
        .group_by(InvoiceException.code)
    )
    found = {row[0]: row for row in rows}
    order: Sequence[str] = list(CODES)
    return tuple(
        CodeCount(code, CODES[code].title, found[code][1], found[code][2], int(found[code][3]))
        for code in order
        if code in found
    )
