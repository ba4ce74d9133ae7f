"""The lines of a works order, as values that carry all that splitting and pricing need."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from catalogue.item import CatalogueItem, ConsentNeeded, Evidence, Kind
from catalogue.rates import RateCard
from catalogue.recommend import Recommended
from catalogue.trade import TradeExpression
from worksorders.domain.errors import Faults

MOST_OF_A_LINE = Decimal(999)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line; minutes and lead time are the item's at the time of adding, so a new catalogue changes nothing.

    `minutes` are of one unit; `interim_for` is the code of the item that this measure stands in for.
    """

    id: str
    opening_id: str
    opening_kind: str
    item_code: str
    kind: Kind
    unit: str
    quantity: Decimal
    trade: TradeExpression
    crew: int
    minutes: int
    lead_working_days: int
    after: tuple[str, ...]
    replaces_barrier: bool
    consent: ConsentNeeded
    evidence: tuple[Evidence, ...]
    interim_for: str | None = None

    @property
    def takes_a_visit(self) -> bool:
        return self.kind in {Kind.WORK, Kind.CHECK}

    @property
    def is_sample(self) -> bool:
        """Whether its lead time is the laboratory's, after the visit."""
        return self.unit == "sample"

    @property
    def total_minutes(self) -> int:
        """Minutes for the whole quantity, rounded up to whole minutes."""
        return int((self.minutes * self.quantity).to_integral_value(rounding=ROUND_CEILING))


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line as a form, file or call gives it, before it is judged."""

    opening_id: str
    item_code: str
    quantity: Decimal
    interim_for: str | None = None


def line_of(
    line_id: str,
    item: CatalogueItem,
    *,
    opening_id: str,
    opening_kind: str,
    quantity: Decimal,
    interim_for: str | None = None,
) -> OrderLine:
    """The line for a quantity of an item at an opening.

    An item with an interim measure is one that takes the opening's barrier out to replace it.
    """
    return OrderLine(
        id=line_id,
        opening_id=opening_id,
        opening_kind=opening_kind,
        item_code=item.code,
        kind=item.kind,
        unit=item.unit,
        quantity=quantity,
        trade=item.trade,
        crew=item.crew,
        minutes=item.minutes,
        lead_working_days=item.lead_working_days,
        after=item.after,
        replaces_barrier=item.interim_item is not None,
        consent=item.consent,
        evidence=item.evidence,
        interim_for=interim_for,
    )


def inputs_of(recommended: Iterable[Recommended]) -> tuple[LineInput, ...]:
    """The recommended items as line inputs, in their order."""
    return tuple(
        LineInput(line.opening_id, line.item_code, line.quantity, line.interim_for) for line in recommended
    )


def check_lines(
    lines: Sequence[LineInput],
    openings: Collection[str],
    items: Mapping[str, CatalogueItem],
    *,
    card: RateCard | None = None,
    on: date | None = None,
) -> None:
    """Refuse bad lines: FaultsError with every fault at `lines`, `lines-<i>-opening_id|item_code|quantity`.

    With a rate card, each item must have a rate in it, and the card must be in force on the day.
    """
    faults = Faults()
    faults.require(lines, "lines", "The order has no line: add at least one.")
    if card is not None and on is not None and not card.in_force_on(on):
        faults.add(
            "lines", f"Rate card {card.agreement} version {card.version} is not in force on {on:%d/%m/%Y}."
        )
    for index, line in enumerate(lines):
        field = f"lines-{index}"
        if line.opening_id not in openings:
            message = f"“{line.opening_id}” is not an opening of the assessment: choose one of its openings."
            faults.add(f"{field}-opening_id", message)
        _check_item(line, items, card, field, faults)
        if not _good_quantity(line.quantity):
            message = (
                f"The quantity {line.quantity} is not above 0 and at most {MOST_OF_A_LINE}, with 4 decimals."
            )
            faults.add(f"{field}-quantity", message)
    faults.raise_if_any()


def _check_item(
    line: LineInput,
    items: Mapping[str, CatalogueItem],
    card: RateCard | None,
    field: str,
    faults: Faults,
) -> None:
    if line.item_code not in items:
        faults.add(
            f"{field}-item_code", f"“{line.item_code}” is not in the catalogue: choose an item from it."
        )
    elif card is not None and line.item_code not in card.lines:
        message = f"No rate for {line.item_code} is in force: add it to the rate card or choose another item."
        faults.add(f"{field}-item_code", message)


def _good_quantity(quantity: Decimal) -> bool:
    if not quantity.is_finite() or not 0 < quantity <= MOST_OF_A_LINE:
        return False
    exponent = quantity.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -4
