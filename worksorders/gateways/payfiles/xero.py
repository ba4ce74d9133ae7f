"""Bills for Xero's import: its own columns, New Zealand dates, at most 500 bills a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from worksorders.domain.errors import Faults
from worksorders.domain.money import NZD, parse_cents, plain_cents
from worksorders.gateways.csv_safe import Cell, read_csv, write_csv

MOST_BILLS = 500
XERO_COLUMNS = (
    "*ContactName", "EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3", "POAddressLine4",
    "POCity", "PORegion", "POPostalCode", "POCountry", "*InvoiceNumber", "*InvoiceDate", "*DueDate", "Total",
    "InventoryItemCode", "Description", "*Quantity", "*UnitAmount", "*AccountCode", "*TaxType", "TaxAmount",
    "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2", "Currency",
)  # fmt: skip
WITH_GST = "15% GST on Expenses"
WITHOUT_GST = "No GST"


@dataclass(frozen=True, slots=True)
class XeroBillLine:
    """One accepted line: its cents ex GST and its GST, described by the order's code and item code only."""

    order_code: str
    item_code: str
    net_cents: int
    gst_cents: int


@dataclass(frozen=True, slots=True)
class XeroBill:
    """One accepted invoice or, with negative cents, credit note; `region` is tracked, never a place."""

    supplier_name: str
    number: str
    issued_on: date
    due_on: date
    lines: tuple[XeroBillLine, ...]
    account_code: str
    region: str = ""
    contract_year: str = ""

    @property
    def total_cents(self) -> int:
        return sum(line.net_cents + line.gst_cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class XeroTotals:
    """What files hold in all, for the check that export and import agree.

    `hash_total` sums the cents of each line weighted by its place among the bill's lines.
    """

    bills: int
    lines: int
    net_cents: int
    gst_cents: int
    hash_total: int


def write_xero_bills(bills: Sequence[XeroBill]) -> tuple[bytes, ...]:
    """As many files as are needed for 500 bills each; raises FaultsError with every bill that has a fault.

    Each line is one unit at its exact amount ex GST, so that Xero rounds nothing.
    """
    faults = Faults()
    for at, bill in enumerate(bills):
        faults.require(bill.supplier_name.strip(), f"bills-{at}-supplier_name", "The bill names no supplier.")
        faults.require(bill.number.strip(), f"bills-{at}-number", "The bill has no number.")
        faults.require(bill.lines, f"bills-{at}-lines", f"Bill {bill.number} has no line.")
        faults.require(bill.account_code, f"bills-{at}-account_code", f"Bill {bill.number} has no account.")
    faults.raise_if_any()
    chunks = [bills[at : at + MOST_BILLS] for at in range(0, len(bills), MOST_BILLS)]
    return tuple(
        write_csv(XERO_COLUMNS, [row for bill in chunk for row in _rows(bill)], bom=True) for chunk in chunks
    )


def _rows(bill: XeroBill) -> Iterator[tuple[Cell, ...]]:
    for line in bill.lines:
        yield (
            bill.supplier_name,
            *("" for _ in range(9)),
            bill.number,
            bill.issued_on.strftime("%d/%m/%Y"),
            bill.due_on.strftime("%d/%m/%Y"),
            plain_cents(bill.total_cents),
            "",
            f"{line.order_code} {line.item_code}".strip(),
            "1",
            plain_cents(line.net_cents),
            bill.account_code,
            WITH_GST if line.gst_cents else WITHOUT_GST,
            plain_cents(line.gst_cents),
            "Region" if bill.region else "",
            bill.region,
            "Contract year" if bill.contract_year else "",
            bill.contract_year,
            NZD,
        )


def read_xero_totals(files: Sequence[bytes]) -> XeroTotals:
    """The totals of exported files, read back from their bytes alone."""
    bills: set[tuple[str, str]] = set()
    lines = net = gst = weighted = 0
    for data in files:
        places: dict[tuple[str, str], int] = {}
        for row in read_csv(data):
            key = (row["*ContactName"], row["*InvoiceNumber"])
            bills.add(key)
            places[key] = places.get(key, 0) + 1
            lines += 1
            net += parse_cents(row["*UnitAmount"])
            gst += parse_cents(row["TaxAmount"])
            weighted += places[key] * (parse_cents(row["*UnitAmount"]) + parse_cents(row["TaxAmount"]))
    return XeroTotals(len(bills), lines, net, gst, weighted)


def totals_of(bills: Sequence[XeroBill]) -> XeroTotals:
    """The same totals from the bills themselves."""
    parts = [(place, line) for bill in bills for place, line in enumerate(bill.lines, start=1)]
    return XeroTotals(
        len({(bill.supplier_name, bill.number) for bill in bills}),
        len(parts),
        sum(line.net_cents for _, line in parts),
        sum(line.gst_cents for _, line in parts),
        sum(place * (line.net_cents + line.gst_cents) for place, line in parts),
    )
