"""Who may make a visit at all, and the first rule in the way of anyone else."""

from __future__ import annotations

from scheduler.plan import Reason
from scheduler.problem import Problem, qualifies


def first_bar(problem: Problem, visit: int, worker: int) -> Reason | None:
    """The first rule that keeps this worker from this visit on every day; None where there is none."""
    v, w = problem.visits[visit], problem.workers[worker]
    if not qualifies(v.trade, w.trades):
        return Reason.NO_TRADE
    if v.region not in w.regions:
        return Reason.OUT_OF_REGION
    if problem.travel[problem.base(worker), visit] > w.reach_minutes:
        return Reason.OUT_OF_REACH
    if worker in v.excluded_workers:
        return Reason.EXCLUDED
    return None


def eligible_workers(problem: Problem, visit: int) -> list[int]:
    """Workers whom no rule bars from this visit on every day; vetting is asked day by day (`cleared`)."""
    return [k for k in range(len(problem.workers)) if first_bar(problem, visit, k) is None]


def cleared(problem: Problem, visit: int, worker: int, day: int) -> bool:
    """Whether this worker's checks allow this visit on this day."""
    return day not in problem.visits[visit].uncleared.get(worker, ())
