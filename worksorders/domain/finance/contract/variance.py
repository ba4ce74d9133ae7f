"""Why cost differs from plan: price, volume, mix and variations, which sum exactly to the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from worksorders.domain.money import round_cents

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ItemCost:
    """Quantity and cost of one item ex GST; `varied_cents` is the part that approved variations added."""

    quantity: Decimal
    cents: int
    varied_quantity: Decimal = _ZERO
    varied_cents: int = 0


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a difference in cents; positive means dearer than planned."""

    price_cents: int
    volume_cents: int
    mix_cents: int
    variation_cents: int

    @property
    def total_cents(self) -> int:
        return self.price_cents + self.volume_cents + self.mix_cents + self.variation_cents


def split_difference(plan: Mapping[str, ItemCost], actual: Mapping[str, ItemCost]) -> Split:
    """Split actual less plan.

    Variations come first at their own cost. Price is what the ordered quantities cost above their planned
    rates, volume the change of the total quantity at the planned average, and mix the rest. An item that
    was not planned has no planned rate, so it counts as mix.
    """
    ordered = {
        item: (cost.quantity - cost.varied_quantity, cost.cents - cost.varied_cents)
        for item, cost in actual.items()
    }
    variation = sum(cost.varied_cents for cost in actual.values())
    total = sum(cost.cents for cost in actual.values()) - sum(cost.cents for cost in plan.values())
    price = sum((_price(plan.get(item), units, cents) for item, (units, cents) in ordered.items()), _ZERO)
    planned_units = sum((cost.quantity for cost in plan.values()), _ZERO)
    planned_cents = sum(cost.cents for cost in plan.values())
    actual_units = sum((units for units, _ in ordered.values()), _ZERO)
    average = Decimal(planned_cents) / planned_units if planned_units else _ZERO
    price_cents = round_cents(price)
    volume_cents = round_cents((actual_units - planned_units) * average)
    return Split(price_cents, volume_cents, total - variation - price_cents - volume_cents, variation)


def _price(planned: ItemCost | None, units: Decimal, cents: int) -> Decimal:
    if planned is None or not planned.quantity:
        return _ZERO
    return cents - units * planned.cents / planned.quantity
