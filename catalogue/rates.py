"""Rate cards: what a contractor agreement pays for an item, and between which dates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalogue.faults import FileFault, FileFaultsError
from catalogue.item import CatalogueItem
from catalogue.table import Row, decimal_number, read_rows

RATE_CARD_COLUMNS: tuple[str, ...] = ("code", "unit", "rate_nzd_ex_gst")


class NoRateError(ValueError):
    """No rate is in force; the message names the item or the date and the remedy."""


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

    def overlaps(self, other: "RateCard") -> bool:
        """Whether some day lies in both cards; cards of different agreements never overlap."""
        if self.agreement != other.agreement:
            return False
        self_ends_before = self.valid_to is not None and self.valid_to < other.valid_from
        other_ends_before = other.valid_to is not None and other.valid_to < self.valid_from
        return not (self_ends_before or other_ends_before)

    def rate_of(self, code: str) -> RateLine:
        """The line of the item; raises NoRateError where the card has none."""
        line = self.lines.get(code)
        if line is None:
            raise NoRateError(
                f"rate card {self.agreement} version {self.version} has no rate for {code}; add it or choose another item"
            )
        return line


def card_in_force(cards: Iterable[RateCard], agreement: str, on: date) -> RateCard:
    """The agreement's card on that day; raises NoRateError where there is none."""
    for card in cards:
        if card.agreement == agreement and card.in_force_on(on):
            return card
    raise NoRateError(
        f"no rate card of agreement {agreement} is in force on {on.isoformat()}; add one for that date"
    )


def overlapping(cards: Sequence[RateCard]) -> tuple[tuple[RateCard, RateCard], ...]:
    """Each pair of cards of one agreement that share a day."""
    pairs = []
    for index, first in enumerate(cards):
        pairs += [(first, second) for second in cards[index + 1 :] if first.overlaps(second)]
    return tuple(pairs)


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
