"""Writes the funder's pack; what is left out is said so, in both files alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from worksorders.domain.finance.contract import Published
from worksorders.domain.money import plain_cents
from worksorders.gateways.csv_safe import Cell, write_csv
from worksorders.gateways.documents.pdf import render_pdf
from worksorders.steps.finance.find.contract import parts_of
from worksorders.steps.finance.find.report import FunderReport

LEFT_OUT = "left out"
HEADINGS = ("Part", "Year", "Region or kind", "Figure", "Value")
DRAWDOWN = (
    "Contract", "Year", "From", "To", "Budget ex GST", "Uncommitted", "Committed", "Accrued",
    "Invoiced, unpaid", "Paid", "Homes", "Homes target", "Adults", "Children",
)  # fmt: skip
Row = tuple[str, str, str, str, Cell]


def pack_csv(report: FunderReport) -> bytes:
    """One row a figure; a count that may not leave is `left out`."""
    return write_csv(HEADINGS, list(_rows(report)), bom=True)


def _rows(report: FunderReport) -> Iterator[Row]:
    contract = report.page.contract
    yield "Contract", "", "", "Code", contract.code
    yield "Contract", "", "", "GST", "included" if contract.gst_basis == "inclusive" else "not included"
    yield "Contract", "", "", "Total", plain_cents(contract.total_cents)
    yield "Contract", "", "", "As at", report.today
    for year in report.page.years:
        yield "Budget before GST", year.name, "", "Budget", plain_cents(year.identity.budget_cents)
        for name, cents in parts_of(year.identity):
            yield "Budget before GST", year.name, "", name, plain_cents(cents)
        yield "Homes", year.name, "All regions", "Target", year.progress.homes_target
    for one in report.categories:
        yield "Categories before GST", one.year, one.name, "Cap", plain_cents(one.cap_cents)
        yield "Categories before GST", one.year, one.name, "Bound", plain_cents(one.bound_cents)
    for title, table in tables_of(report):
        yield from _table(report, title, table)
    yield from _money(report)
    for kind in report.in_time:
        yield "Paid in time", "", kind.name, "Paid", kind.count
        for name, share in (("Within 5 days", kind.within_5), ("Within 10 days", kind.within_10)):
            yield "Paid in time", "", kind.name, name, "" if share is None else f"{share * 100:.1f} %"
    for code in report.codes:
        yield "Exceptions", "", f"{code.code} {code.title}", "Count", code.count
        yield "Exceptions", "", f"{code.code} {code.title}", "Value", plain_cents(code.cents)


def _money(report: FunderReport) -> Iterator[Row]:
    estimate, costs = report.page.estimate, report.page.costs
    for name, cents in (
        ("Low", estimate.low_cents),
        ("Likely", estimate.likely_cents),
        ("High", estimate.high_cents),
    ):
        may = report.costs_may_leave or costs is None
        yield "Estimate at completion", "", "", name, plain_cents(cents) if may else LEFT_OUT
    if costs is not None:
        for name, cents in (("Median", costs.median_cents), ("90th percentile", costs.p90_cents)):
            yield "Cost of a home", "", "", name, plain_cents(cents) if report.costs_may_leave else LEFT_OUT
    if report.split is not None:
        for name, cents in parts_of_split(report):
            yield "Difference from plan", "", "", name, plain_cents(cents)


def _table(report: FunderReport, title: str, table: Published) -> Iterator[Row]:
    for region, cells in zip(report.regions, table.cells, strict=True):
        for year, count in zip(report.years, cells, strict=True):
            yield title, year, region, "Count", shown(count)
    for region, count in zip(report.regions, table.row_totals, strict=True):
        yield title, "All years", region, "Count", shown(count)
    for year, count in zip(report.years, table.column_totals, strict=False):
        yield title, year, "All regions", "Count", shown(count)
    yield title, "All years", "All regions", "Count", shown(table.total)


def tables_of(report: FunderReport) -> tuple[tuple[str, Published], ...]:
    """Homes, adults and children, in this order."""
    return ("Homes", report.homes), ("Adults", report.adults), ("Children", report.children)


def parts_of_split(report: FunderReport) -> tuple[tuple[str, int], ...]:
    """Price, volume, mix and variations, which sum to the difference."""
    split = report.split
    if split is None:
        return ()
    return (
        ("Price", split.price_cents),
        ("Volume", split.volume_cents),
        ("Mix", split.mix_cents),
        ("Variations", split.variation_cents),
    )


def shown(count: int | None) -> Cell:
    """A count, or the words that it is left out."""
    return LEFT_OUT if count is None else count


def pack_pdf(report: FunderReport) -> bytes:
    """The same as a document to read."""
    values: dict[str, Any] = {
        "report": report,
        "contract": report.page.contract,
        "parts_of": parts_of,
        "tables": tables_of(report),
        "split": parts_of_split(report),
        "shown": shown,
    }
    return render_pdf("funder_pack.html", values)


def drawdown_csv(report: FunderReport) -> bytes:
    """The drawdown by year; counts are those of the pack, so that the two files together tell no more."""
    rows: list[list[Cell]] = []
    contract = report.page.contract
    people = (report.homes, report.adults, report.children)
    for at, (year, row) in enumerate(zip(report.page.years, contract.years, strict=True)):
        homes, adults, children = (
            shown(table.column_totals[at]) if table.column_totals else 0 for table in people
        )
        amounts = [year.identity.budget_cents, *(cents for _, cents in parts_of(year.identity))]
        rows.append(
            [
                contract.code,
                year.name,
                row.starts_on,
                row.ends_on,
                *(plain_cents(cents) for cents in amounts),
                *(homes, year.progress.homes_target, adults, children),
            ]
        )
    return write_csv(DRAWDOWN, rows, bom=True)
