"""Rate cards: what a contractor agreement pays for an item, and between which dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalogue.faults import FileFault, FileFaultsError
from catalogue.item import CatalogueItem
from catalogue.table import Row, decimal_number, read_rows

RATE_CARD_COLUMNS: tuple[str, ...] = ("code", "unit", "rate_nzd_ex_gst")


@dataclass(frozen=True, slots=True)
class RateLine:
    """The rate of one unit in NZD before GST, with at most four decimal places."""

    code: str
    unit: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class RateCard:
    """One version of an agreement's rates; both dates are inside, and no `valid_to` means until further notice."""

    agreement: str
    version: int
    valid_from: date
    valid_to: date | None
    lines: Mapping[str, RateLine]

    def in_force_on(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def load_rate_card(
    data: bytes | str,
    items: Mapping[str, CatalogueItem],
    *,
    agreement: str,
    version: int,
    valid_from: date,
    valid_to: date | None = None,
) -> RateCard:
    """A rate card from CSV (code, unit, rate_nzd_ex_gst); raises FileFaultsError with every fault."""
    faults: list[FileFault] = []
    if valid_to is not None and valid_to < valid_from:
        message = (
            f"the last day {valid_to.isoformat()} is before the first {valid_from.isoformat()}; swap them"
        )
        faults.append(FileFault(0, "valid_to", valid_to.isoformat(), message))
    lines: dict[str, RateLine] = {}
    at_line: dict[str, int] = {}
    for row in read_rows(data, RATE_CARD_COLUMNS, faults):
        line = _rate_line(row, items)
        if line.code in lines:
            row.fault(
                "code", f"'{line.code}' is already on line {at_line[line.code]}; give each code one rate"
            )
            continue
        lines[line.code] = line
        at_line[line.code] = row.line
    if faults:
        raise FileFaultsError(faults)
    return RateCard(agreement, version, valid_from, valid_to, lines)


def _rate_line(row: Row, items: Mapping[str, CatalogueItem]) -> RateLine:
    code, unit = row.cells["code"], row.cells["unit"]
    if code not in items:
        row.fault("code", f"'{code}' is not a code of the catalogue; correct it or remove the line")
    elif unit != items[code].unit:
        row.fault("unit", f"'{unit}' is not the unit of {code}, which is '{items[code].unit}'")
    return RateLine(code, unit, row.read("rate_nzd_ex_gst", decimal_number, Decimal(0)))


def card_from_catalogue(
    items: Mapping[str, CatalogueItem],
    *,
    agreement: str,
    version: int,
    valid_from: date,
    valid_to: date | None = None,
) -> RateCard:
    """A card with the catalogue's own estimate for every item, as a start for a new agreement."""
    lines = {item.code: RateLine(item.code, item.unit, item.price) for item in items.values()}
    return RateCard(agreement, version, valid_from, valid_to, lines)
