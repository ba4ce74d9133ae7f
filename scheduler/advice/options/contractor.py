"""What a contractor may see of a plan's reasons: its own appointment and words that are always the same.

The view is a function of the appointment alone. It takes neither the problem nor any alternative, so nothing about
conflicts of interest, checks, safe hours, other firms or the home can show in it, not even by what is left out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from scheduler.advice.options.alternatives import Alternatives
from scheduler.problem import DAY

WHY = "Chosen with all visits of these days in view, so that people are seen in time with little driving."


@dataclass(frozen=True, slots=True)
class ContractorView:
    """An appointment of the contractor's own workers: visit, workers, day, minute of the day, and why."""

    visit: int
    workers: tuple[int, ...]
    day: int
    minute: int
    why: str = WHY


def for_contractor(found: Alternatives, own: Collection[int]) -> ContractorView | None:
    """The view of the contractor whose workers are `own`; None where none of them makes the visit, whatever the reason."""
    present = found.present
    mine = tuple(k for k in present.workers if k in own)
    if not mine:
        return None
    return ContractorView(found.visit, mine, present.day, present.start % DAY)
