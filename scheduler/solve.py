"""Takes a problem and gives a plan with its proof: anytime, reproducible, checked before anyone sees it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from scheduler.budget import Budget
from scheduler.check import check
from scheduler.engine.part import PartSolver
from scheduler.engine.parts import Part, in_variant, restrict, split, widen
from scheduler.plan import Plan, Progress, Route, Status
from scheduler.problem import Problem, Variant
from scheduler.reasons import reasons
from scheduler.score import score

SMALL_SHARE = 0.1  # seconds a visit that a part may take before its share of the whole counts

OnProgress = Callable[[Progress], None]


class SolverError(RuntimeError):
    """The solver made a plan that the checker refuses: a defect of ours, never shown as a plan."""


def solve(
    problem: Problem,
    variant: Variant = "full",
    seconds: float = 10.0,
    seed: int = 1,
    workers: int = 1,
    work: int | None = None,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Plan:
    """The best plan found within `seconds`, or within `work` steps, which does not depend on the clock.

    `workers` processes share the parts of the problem. `should_stop` is asked often; where it says yes the
    best plan so far comes back at once. Raises ValueError for limits that make no sense.
    """
    if not math.isfinite(seconds) or seconds <= 0:
        raise ValueError(f"seconds must be more than 0, not {seconds}")
    if work is not None and work < 1:
        raise ValueError(f"work must be at least 1 step, not {work}")
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    run = _Run(problem, variant, seed, Budget(seconds, work, should_stop), on_progress)
    run.improve()
    return run.plan(workers)


class _Run:
    """One call of solve: the parts, their solvers, and what has been reported."""

    def __init__(
        self, problem: Problem, variant: Variant, seed: int, budget: Budget, on_progress: OnProgress | None
    ) -> None:
        self.problem, self.variant, self.seed, self.budget = problem, variant, seed, budget
        self.on_progress = on_progress
        self.curve: list[Progress] = []
        self.parts: list[Part] = split(problem, variant)
        seen = in_variant(problem, variant)
        self.solvers = [
            PartSolver(restrict(seen, part), variant, seed + a) for a, part in enumerate(self.parts)
        ]
        self.report()

    def improve(self) -> None:
        """Give each part its share of what is left, the small ones first, since they end early."""
        weights = [len(part.visits) ** 2 for part in self.parts]
        for a, solver in enumerate(self.solvers):
            share = weights[a] / max(1, sum(weights[a:]))
            work = None
            if self.budget.work is not None:
                visits = len(self.parts[a].visits)
                work = math.ceil(self.budget.work * visits / len(self.problem.visits))
            small = min(0.4, SMALL_SHARE * len(self.parts[a].visits) / max(0.1, self.budget.left()))
            solver.improve(self.budget.part(self.budget.left() * max(share, small), work), self.report)
            self.report()

    def report(self) -> None:
        """Note cost and bound of the whole, and tell whoever listens."""
        cost = sum(solver.cost() for solver in self.solvers)
        bound = sum(min(solver.bound, solver.cost()) for solver in self.solvers)
        if self.curve and (cost, bound) == (self.curve[-1].objective, self.curve[-1].lower_bound):
            return
        missing = sum(int((solver.incumbent.size).sum()) for solver in self.solvers)
        point = Progress(round(self.budget.elapsed(), 3), cost, bound, len(self.problem.visits) - missing)
        self.curve.append(point)
        if self.on_progress is not None:
            self.on_progress(point)

    def plan(self, workers: int) -> Plan:
        """The joined plan, checked, scored, with its reasons."""
        results = [solver.result() for solver in self.solvers]
        routes = [
            route for part, one in zip(self.parts, results, strict=True) for route in widen(part, one.routes)
        ]
        routes.sort()
        bound = sum(one.bound for one in results)
        return finished(
            self.problem,
            self.variant,
            routes,
            bound,
            seconds=self.budget.elapsed(),
            seed=self.seed,
            cancelled=self.budget.cancelled,
            settings={"seconds": self.budget.seconds, "work": self.budget.work, "workers": workers},
            curve=tuple(self.curve),
        )


def finished(
    problem: Problem,
    variant: Variant,
    routes: Sequence[Route],
    bound: int,
    *,
    seconds: float,
    seed: int,
    cancelled: bool,
    settings: dict[str, float | int | None],
    curve: tuple[Progress, ...] = (),
) -> Plan:
    """A plan of these routes with score, status and reasons; raises SolverError where a rule is broken."""
    cost = score(problem, routes, variant)
    broken = check(problem, routes, variant)
    unmet = [one for one in broken if one.code in ("pinned", "most_moves", "predecessor", "same_day")]
    if len(unmet) < len(broken):
        raise SolverError("; ".join(f"{one.code}: {one.message}" for one in broken[:5]))
    proven = bound >= cost.objective
    status = Status.OPTIMAL if proven else Status.CANCELLED if cancelled else Status.FEASIBLE
    if unmet:
        status = Status.INFEASIBLE
    return Plan(
        variant=variant,
        status=status,
        routes=tuple(routes),
        score=cost,
        lower_bound=None if unmet else min(bound, cost.objective),
        unassigned=reasons(problem, routes, variant, proven),
        seconds=seconds,
        seed=seed,
        input_hash=problem.input_hash(),
        settings={**settings, "unmet": [one.message for one in unmet]} if unmet else settings,
        curve=curve,
    )
