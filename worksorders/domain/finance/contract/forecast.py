"""What a home costs and what the contract will have cost at its end, as a range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from worksorders.domain.money import round_cents


@dataclass(frozen=True, slots=True)
class CostPerHome:
    """The spread of what homes cost, ex GST, by nearest rank."""

    homes: int
    low_cents: int
    median_cents: int
    p90_cents: int


def cost_per_home(costs: Sequence[int]) -> CostPerHome | None:
    """Lower quartile, median and 90th percentile of the homes' costs; None without homes.

    An even number has the mean of its middle two for median, rounded to the cent.
    """
    if not costs:
        return None
    ranked = sorted(costs)
    count = len(ranked)
    middle = Decimal(ranked[(count - 1) // 2] + ranked[count // 2]) / 2
    return CostPerHome(count, _rank(ranked, 25), round_cents(middle), _rank(ranked, 90))


def _rank(ranked: Sequence[int], percent: int) -> int:
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimate at completion, ex GST: what is bound already, and low, likely and high with the homes to come."""

    bound_cents: int
    homes_left: int
    low_cents: int
    likely_cents: int
    high_cents: int


def estimate_at_completion(
    actual_cents: int,
    accrued_cents: int,
    committed_cents: int,
    *,
    homes_left: int,
    costs: CostPerHome | None,
    planned_cents: int,
) -> Estimate:
    """EAC = actual + accrued + open commitments + homes left × forecast cost.

    The forecast is the median home so far, its range the lower quartile to the 90th percentile; before any
    home is done it is the planned cost. A programme that is past its target has no homes left.
    """
    bound = actual_cents + accrued_cents + committed_cents
    left = max(0, homes_left)
    low, likely, high = (
        (costs.low_cents, costs.median_cents, costs.p90_cents) if costs else (planned_cents,) * 3
    )
    return Estimate(bound, left, bound + left * low, bound + left * likely, bound + left * max(high, likely))
