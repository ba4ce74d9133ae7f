"""What every check looks at: the invoice, its lines bound to order lines, and the room left on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from worksorders.domain.finance.facts import (
    AgreementFacts,
    InvoiceFacts,
    InvoiceLineFacts,
    MatchFacts,
    OrderFacts,
    OrderLineFacts,
    SupplierFacts,
)


@dataclass(frozen=True, slots=True)
class BoundLine:
    """An invoice line and the order line that it claims, if there is exactly one.

    `claimed_cents` is its amount less its share of the document's allowance. `candidates` are order lines
    that a person may choose from where the line names none.
    """

    line: InvoiceLineFacts
    claimed_cents: int
    order: OrderFacts | None = None
    order_line: OrderLineFacts | None = None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Cents of a line that one code keeps from payment, and the words for it."""

    code: str
    cents: int
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Room:
    """What of a line may be paid when nothing else stops it, and which code takes each cent of the rest.

    `payable_cents` and the shortfalls sum to what is claimed. `entitled_cents` and `entitled_quantity` are
    what a release could raise the payment to: accepted quantity at the frozen rate. For a credit line the
    numbers are negative, and `withdrawn_held_cents` and `withdrawn_disputed_cents` are the parts that
    take back what was never paid of the invoice line `credited_line_id`.
    """

    payable_quantity: Decimal
    payable_cents: int
    entitled_quantity: Decimal
    entitled_cents: int
    shortfalls: tuple[Shortfall, ...] = ()
    withdrawn_held_cents: int = 0
    withdrawn_disputed_cents: int = 0
    credited_line_id: str = ""


@dataclass(frozen=True, slots=True)
class MatchCase:
    """One invoice with everything it is matched against; `rooms` is keyed by invoice line id."""

    invoice: InvoiceFacts
    facts: MatchFacts
    supplier: SupplierFacts | None
    lines: tuple[BoundLine, ...]
    rooms: Mapping[str, Room] = field(default_factory=dict)

    def agreement_of(self, bound: BoundLine) -> AgreementFacts | None:
        if bound.order_line is None:
            return None
        return self.facts.agreements.get(bound.order_line.agreement_id)
