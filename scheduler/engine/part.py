"""Solves one part: incumbent first, then whatever proves and improves it, until its budget ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from scheduler.budget import Budget
from scheduler.engine.arrays import Compiled
from scheduler.engine.incumbent import COLD, Incumbent
from scheduler.plan import Route
from scheduler.problem import Problem, Variant

SLICE = 100


class PartResult(NamedTuple):
    """The best routes of a part and a proven lower bound on its cost."""

    routes: tuple[Route, ...]
    cost: int
    bound: int
    steps: int


class PartSolver:
    """One part with its incumbent and bound; `construct` comes first, `improve` may be called with any budget."""

    def __init__(self, problem: Problem, variant: Variant, seed: int) -> None:
        self.compiled = Compiled(problem, variant)
        self.incumbent = Incumbent(self.compiled, seed)
        self.bound = self.compiled.floor_bound()
        self.incumbent.construct()

    def cost(self) -> int:
        """Cost of the best plan so far."""
        return self.incumbent.value()

    def proven(self) -> bool:
        """Whether nothing better exists."""
        return self.bound >= self.cost()

    def improve(self, budget: Budget, report: Callable[[], None]) -> None:
        """Work until the budget is over or the plan is proven optimal."""
        if self.proven() or not self.compiled.slots:
            return
        self._anneal(budget, report)

    def result(self) -> PartResult:
        """What is known now."""
        return PartResult(
            self.incumbent.routes(), self.cost(), min(self.bound, self.cost()), self.incumbent.steps
        )

    def _anneal(self, budget: Budget, report: Callable[[], None]) -> None:
        hot, done = self.incumbent.heat(), 0
        while not budget.over() and (budget.work is None or done < budget.work):
            share = done / budget.work if budget.work is not None else budget.elapsed() / budget.seconds
            heat = hot * (COLD / hot) ** min(1.0, share)
            steps = SLICE if budget.work is None else min(SLICE, budget.work - done)
            if self.incumbent.run(steps, heat, max(COLD / 2, heat * 0.98)):
                report()
            done += steps
