"""Control of the funding contract: years and caps, forecast, what moved the cost, what may be shown."""

from worksorders.domain.finance.contract.forecast import (
    CostPerHome,
    Estimate,
    cost_per_home,
    estimate_at_completion,
)
from worksorders.domain.finance.contract.funding import (
    Category,
    FundingContract,
    FundingYear,
    GstBasis,
    Progress,
    YearPosition,
    positions,
    programme_years,
    progress,
)
from worksorders.domain.finance.contract.suppression import Published, publish
from worksorders.domain.finance.contract.variance import ItemCost, Split, split_difference

__all__ = [
    "Category",
    "CostPerHome",
    "Estimate",
    "FundingContract",
    "FundingYear",
    "GstBasis",
    "ItemCost",
    "Progress",
    "Published",
    "Split",
    "YearPosition",
    "cost_per_home",
    "estimate_at_completion",
    "positions",
    "programme_years",
    "progress",
    "publish",
    "split_difference",
]
