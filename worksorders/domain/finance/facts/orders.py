"""What is known of an order and its lines when an invoice is matched against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from worksorders.domain.money import exact, line_cents

ZERO = Decimal(0)
CANCELLED_STATES = frozenset({"cancelled", "superseded"})
UNISSUED_STATES = frozenset({"draft", "consent_pending", "approval_pending", "ready"})


@dataclass(frozen=True, slots=True)
class VariationFacts:
    """An approved change of a line's quantity, its value ex GST, and the limit of who approved it.

    `limit_cents` is None when the rule approved it inside the vary limit.
    """

    variation_id: str
    quantity: Decimal
    value_cents: int
    approved_by: str
    approved_on: date
    limit_cents: int | None = None

    @property
    def within_limit(self) -> bool:
        return self.limit_cents is None or abs(self.value_cents) <= self.limit_cents


@dataclass(frozen=True, slots=True)
class AcceptanceFacts:
    """Work taken as done and fit: a quantity of one order line; a reversal is a negative quantity."""

    acceptance_id: str
    accepted_on: date
    quantity: Decimal
    accepted_by: str = ""


@dataclass(frozen=True, slots=True)
class OrderLineFacts:
    """One order line from ordered to invoiced, for the firm whose visit it is in.

    `rate` is dollars ex GST per unit, frozen at issue with `rate_card_version`. `invoiced_quantity` and
    `invoiced_cents` (ex GST) are what OTHER invoices have had accepted for payment on the line, net of
    credits, and `accrual_used_cents` the accrual that they used up (None: just their quantity at the rate).
    `by_variation` marks a line that was not on the order when it was issued. `no_access` says
    that every visit for the line so far ended without access; `call_out` that the item is payable even so.
    """

    line_id: str
    number: int
    item_code: str
    unit: str
    ordered_quantity: Decimal
    rate: Decimal
    rate_card_version: str
    supplier_id: str
    agreement_id: str = ""
    description: str = ""
    variations: tuple[VariationFacts, ...] = ()
    by_variation: bool = False
    done_quantity: Decimal = ZERO
    measured_quantity: Decimal | None = None
    acceptances: tuple[AcceptanceFacts, ...] = ()
    invoiced_quantity: Decimal = ZERO
    invoiced_cents: int = 0
    accrual_used_cents: int | None = None
    completed_on: date | None = None
    evidence_missing: tuple[str, ...] = ()
    no_access: bool = False
    call_out: bool = False

    def __post_init__(self) -> None:
        for name in ("ordered_quantity", "rate", "done_quantity", "invoiced_quantity"):
            exact(getattr(self, name), name.replace("_", " "))

    @property
    def varied_quantity(self) -> Decimal:
        return sum((variation.quantity for variation in self.variations), ZERO)

    @property
    def contracted_quantity(self) -> Decimal:
        """Ordered and approved variations together."""
        return self.ordered_quantity + self.varied_quantity

    @property
    def delegated_quantity(self) -> Decimal:
        """Contracted, less what was added by someone above their limit."""
        beyond = (change.quantity for change in self.variations if not change.within_limit)
        return self.contracted_quantity - sum((max(quantity, ZERO) for quantity in beyond), ZERO)

    @property
    def accepted_quantity(self) -> Decimal:
        return sum((acceptance.quantity for acceptance in self.acceptances), ZERO)

    @property
    def contracted_cents(self) -> int:
        return line_cents(self.contracted_quantity, self.rate)

    @property
    def accepted_cents(self) -> int:
        return line_cents(self.accepted_quantity, self.rate)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One works order; finance knows its code, region and amounts, never the home.

    `approved_cents` (ex GST) is the order's cap where one was approved; None means its lines at frozen
    rates. `invoiced_cents` is what other invoices have had accepted for payment on the order.
    """

    code: str
    state: str
    contract_code: str
    issued_on: date | None
    lines: tuple[OrderLineFacts, ...]
    contract_year: str = ""
    category: str = ""
    region: str = ""
    approved_cents: int | None = None
    invoiced_cents: int = 0

    @property
    def cancelled(self) -> bool:
        return self.state in CANCELLED_STATES

    @property
    def issued(self) -> bool:
        return self.issued_on is not None and self.state not in UNISSUED_STATES

    @property
    def cap_cents(self) -> int:
        if self.approved_cents is not None:
            return self.approved_cents
        return sum(line.contracted_cents for line in self.lines)


def index_open_work(orders: Iterable[OrderFacts]) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Accepted and unbilled lines of live orders, as order/number, by supplier and item code."""
    found: dict[tuple[str, str], list[str]] = {}
    for order in orders:
        if not order.issued or order.cancelled:
            continue
        for line in order.lines:
            if line.accepted_quantity > line.invoiced_quantity:
                key = (line.supplier_id, line.item_code)
                found.setdefault(key, []).append(f"{order.code}/{line.number}")
    return {key: tuple(names) for key, names in found.items()}
