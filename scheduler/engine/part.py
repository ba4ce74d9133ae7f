"""Solves one part: incumbent first, then bound, integer master and neighbourhoods, until its budget ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from scheduler.check import check
from scheduler.engine.arrays import Compiled
from scheduler.engine.budget import Budget
from scheduler.engine.columns.dive import dive, whole_links
from scheduler.engine.columns.generate import Generation, safe_integer
from scheduler.engine.columns.integer import Limits
from scheduler.engine.columns.pool import Column
from scheduler.engine.columns.prove import Side, prove
from scheduler.engine.columns.timing import as_routes, settle
from scheduler.engine.cuts.tighten import relaxation
from scheduler.engine.incumbent import COLD, Incumbent
from scheduler.engine.neighbourhood import Neighbourhoods, solve_exact, thinned
from scheduler.plan import Level, Route
from scheduler.problem import Problem, Variant

SLICE = 50
FIRST_SECONDS_A_VISIT, FIRST_OF_LARGE, FIRST_COMMON = 0.015, 0.03, 0.006
SHARE_OF_FIRST = 0.15
SHARE_OF_BOUND, SHARE_OF_DIVE = 0.6, 0.6
SHARE_OF_INTEGER, SHARE_OF_PROOF = 0.15, 0.8
MOST_OF_NEIGHBOURHOOD = 4.0
MEND = (40, 200)
TAIL = 110
MOST_MASTER = 12_000
MOST_INTEGER = 160
MOST_PROOF = 60
SMALL = 15
SIZES = (60, 90, 120)
FULL_SIZES = (40, 60, 80)


Role = Literal["all", "plan"]  # where two processes work on one part, the second looks for plans alone


class PartResult(NamedTuple):
    """The best routes of a part and a proven lower bound on its cost; `levels` where it was solved by levels."""

    routes: tuple[Route, ...]
    cost: int
    bound: int
    steps: int
    levels: tuple[Level, ...] = ()


class PartSolver:
    """One part with its incumbent and bound; `improve` may be called with any budget, again and again."""

    def __init__(self, problem: Problem, variant: Variant, seed: int, role: Role = "all") -> None:
        self.problem, self.variant, self.seed, self.role = problem, variant, seed, role
        self.compiled = Compiled(problem, variant)
        self.incumbent = Incumbent(self.compiled, seed)
        self.bound = self.compiled.floor_bound()
        self.generation: Generation | None = None
        self.incumbent.construct()
        self.report: Callable[[], None] = lambda: None

    def cost(self) -> int:
        """Cost of the best plan so far."""
        return self.incumbent.value()

    def proven(self) -> bool:
        """Whether nothing better exists."""
        return self.bound >= self.cost()

    def improve(self, budget: Budget, report: Callable[[], None]) -> None:
        """Work until the budget is over or the plan is proven optimal."""
        self.report, self.compiled.meter = report, budget.meter
        if self.proven() or not self.compiled.slots:
            return
        visits = len(self.problem.visits)
        each = FIRST_SECONDS_A_VISIT if visits <= MOST_PROOF else FIRST_OF_LARGE
        each = each if self.compiled.full else FIRST_COMMON
        first = min(SHARE_OF_FIRST * budget.left(), each * visits)
        self._anneal(budget.part(first, budget.work))
        steps: tuple[Callable[[Budget], None], ...]
        steps = (self._relax, self._integer, self._prove, self._dive, self._prove, self._neighbourhoods)
        if not self.compiled.full and visits > MOST_PROOF:
            # With subset rows a dive comes nearer than an integer master over what is known by then.
            steps = (self._relax, self._dive, self._prove, self._neighbourhoods)
        if self.role == "plan" and self.compiled.full and visits > MOST_PROOF:
            self.generation = Generation(self.compiled)
            steps = (self._neighbourhoods,)
        for step in steps:
            if self.proven() or budget.over():
                return
            step(budget)

    def result(self) -> PartResult:
        """What is known now."""
        return PartResult(
            self.incumbent.routes(), self.cost(), min(self.bound, self.cost()), self.incumbent.steps
        )

    def _raise_bound(self, bound: float) -> None:
        if bound > self.bound:
            self.bound = max(self.bound, min(safe_integer(bound), self.cost()))
            self.report()

    def _anneal(self, budget: Budget) -> None:
        hot, done = self.incumbent.heat(), 0
        while not budget.over() and (budget.work is None or done < budget.work):
            share = done / budget.work if budget.work is not None else budget.elapsed() / budget.seconds
            heat = hot * (COLD / hot) ** min(1.0, share)
            steps = SLICE if budget.work is None else min(SLICE, budget.work - done)
            if self.incumbent.run(steps, heat, max(COLD / 2, heat * 0.98)):
                self.report()
            done += steps

    def plan(self) -> list[Column]:
        """The best plan as columns of the pool."""
        assert self.generation is not None
        pool, found = self.generation.pool, []
        for worker, shift, stops in self.incumbent.routes():
            visits, starts = tuple(stop.visit for stop in stops), tuple(stop.start for stop in stops)
            found.append(pool.columns[pool.number(self.compiled.number[worker, shift], visits, starts)])
        return found

    def _relax(self, budget: Budget) -> None:
        """The linear relaxation: a bound, and the columns that everything after lives on."""
        if self.generation is None:
            self.generation = relaxation(self.compiled)
        self.plan()
        rounds = None if budget.work is None else 30 + budget.work // 10
        self.generation.run(budget.part(SHARE_OF_BOUND * budget.left(), budget.work), self.cost(), rounds)
        self._raise_bound(self.generation.bound)

    def take(self, plan: list[Column] | None) -> bool:
        """Make a plan of columns the incumbent if its exact times agree, no rule is broken and it is better."""
        routes = as_routes(self.compiled, plan) if plan is not None else None
        return routes is not None and self.take_routes(routes)

    def take_routes(self, routes: tuple[Route, ...]) -> bool:
        """The same for routes with their starts."""
        if self.compiled.full and check(self.problem, routes, self.variant):
            return False
        before = self.cost()
        self.incumbent.load(routes)
        if self.cost() < before:
            self.report()
        return self.cost() < before

    def _integer(self, budget: Budget) -> None:
        """The integer master over the most promising columns, for parts that are not too large for it."""
        generation = self.generation
        most = MOST_PROOF if self.compiled.full else MOST_INTEGER
        if generation is None or len(self.problem.visits) > most:
            return
        start = self.plan()
        thin = thinned(self.compiled, generation.promising(self.cost(), MOST_MASTER), start, MOST_MASTER)
        limits = self._limits(budget, SHARE_OF_INTEGER)
        self.take(solve_exact(self.compiled, generation.rows, thin, (), start, budget, limits))

    def _prove(self, budget: Budget) -> None:
        """Integer masters over complete sets of routes, where these are few enough."""
        visits, gap = len(self.problem.visits), self.cost() - self.bound
        if self.generation is None or (visits > MOST_PROOF and gap * visits > 4 * self.cost()):
            return
        share = SHARE_OF_PROOF if self.compiled.full else 0.5
        inner = budget.part(share * budget.left(), budget.work)
        side = Side(self.plan, self.cost, self.take_routes, self.mend, self._raise_bound)
        prove(self.generation, side, inner)

    def mend(self, plan: list[Column]) -> None:
        """Look around those routes of a plan whose exact times agree."""
        assert self.generation is not None
        kept: list[Column] = []
        for column in plan:
            if settle(self.compiled, [*kept, column]) is not None:
                kept.append(column)
        self.take(whole_links(self.generation, kept))
        if self.incumbent.run(SLICE * MEND[0], COLD * 30, COLD):
            self.report()

    def _dive(self, budget: Budget) -> None:
        """A dive, mended by insertion and a short ruin and recreate from where it ended."""
        if self.generation is None or len(self.problem.visits) <= SMALL:
            return
        found = dive(self.generation, budget.part(SHARE_OF_DIVE * budget.left(), budget.work))
        self.take(found)
        if not self.compiled.full:
            self._tail(found, budget)
        short = budget.work is not None or len(self.problem.visits) <= MOST_PROOF
        steps = SLICE * (MEND[0] if short else MEND[1])
        for heat in (COLD * 60, COLD * 30, COLD * 10):
            if not budget.over() and self.incumbent.run(steps, heat, heat / 2):
                self.report()

    def _tail(self, found: list[Column], budget: Budget) -> None:
        """Choose anew what a dive fixed last, when little was left to choose from."""
        assert self.generation is not None
        search = Neighbourhoods(self.compiled, self.generation.pool, self.generation.rows, self.seed)
        limits = Limits(1e9, nodes=50) if budget.work is not None else Limits(max(0.05, 0.15 * budget.left()))
        rounds = None if budget.work is None else 30
        self.take(search.tail(found, TAIL, budget.part(0.3 * budget.left(), budget.work), limits, rounds))

    def _limits(self, budget: Budget, share: float) -> Limits:
        if budget.work is not None:
            return Limits(1e9, nodes=10 + budget.work)
        return Limits(max(0.05, share * budget.left()))

    def _neighbourhoods(self, budget: Budget) -> None:
        generation = self.generation
        assert generation is not None
        search = Neighbourhoods(self.compiled, generation.pool, generation.rows, self.seed)
        visits, done = len(self.problem.visits), 0
        sizes = FULL_SIZES if self.compiled.full else SIZES
        while not budget.over() and not self.proven():
            if budget.work is not None and done * 200 >= budget.work:
                return
            limits = Limits(1e9, nodes=50) if budget.work is not None else Limits(MOST_OF_NEIGHBOURHOOD)
            rounds = None if budget.work is None else 30
            self.take(search.improve(self.plan(), min(visits, sizes[done % 3]), budget, limits, rounds))
            if budget.over():
                return
            if self.incumbent.run(SLICE * 80, COLD * 30, COLD):
                self.report()
            done += 1
            if done % 12 == 0:
                self._prove(budget)
