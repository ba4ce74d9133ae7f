"""The linear master: which mix of routes covers every visit at least cost; its duals price new routes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
from ortools.linear_solver import pywraplp

from scheduler.engine.arrays import Compiled
from scheduler.engine.columns.duals import Duals, Link
from scheduler.engine.columns.pool import Column, Order, Pool, Rows, Tie
from scheduler.engine.columns.ties import Term, loose, terms

# Rows that nearly say the same make the solver give up now and then, or step about without end; as they are, and
# not scaled, they do not.
WAYS = (
    "use_preprocessing: true use_scaling: true use_dual_simplex: false",
    "use_preprocessing: false use_scaling: false use_dual_simplex: false",
    "use_preprocessing: false use_scaling: false use_dual_simplex: true",
)
SECONDS, SETUP = (
    2e-8,
    100,
)  # on a usual machine: a step for each row and column, and steps that reading them takes
LEAST_STEPS, STEPS_A_ROW = 2000, 20  # many times what any solve took that came to an end


class Master:
    """GLOP over the pool; columns and rows may be added between solves."""

    def __init__(
        self, compiled: Compiled, pool: Pool, rows: Rows, kept: Collection[int] | None = None
    ) -> None:
        self.compiled, self.pool, self.rows = compiled, pool, rows
        net = compiled.net
        self.lp: Any = pywraplp.Solver.CreateSolver("GLOP")
        n, m = len(net.service), len(compiled.slots)
        self.left = [self.lp.NumVar(0, 1, "") for _ in range(n)]
        self.cover = [self.lp.Constraint(int(net.crew[i]), int(net.crew[i])) for i in range(n)]
        self.shift = [self.lp.Constraint(-self.lp.infinity(), 1) for _ in range(m)]
        self.goal = self.lp.Objective()
        self.goal.SetMinimization()
        for i in range(n):
            self.cover[i].SetCoefficient(self.left[i], int(net.crew[i]))
            self.goal.SetCoefficient(self.left[i], compiled.true_ucost(i))
        self.x: dict[int, Any] = {}
        self.order: list[Any] = []
        self.tie: list[Any] = []
        self.tied: dict[int, list[tuple[Any, Term]]] = defaultdict(list)
        self.link: dict[Link, Any] = {}
        self.linked: dict[tuple[int, int], list[tuple[int, Any]]] = defaultdict(list)
        self.more: dict[tuple[int, int], Any] = {}
        self.empty: dict[int, Any] = {}
        self.first: dict[int, Any] = {}
        self.goal.SetOffset(-net.extra * len(rows.homes))
        self.same: dict[tuple[int, int, int], Any] = {}
        self.terms: dict[int, list[tuple[Any, int, float]]] = defaultdict(list)
        for before, after in rows.least:
            row = self.lp.Constraint(-self.lp.infinity(), 0)
            row.SetCoefficient(self.left[before], 1)
            row.SetCoefficient(self.left[after], -1)
        for a, b in rows.same:
            self._same_rows(a, b)
        self.sync(range(len(pool.columns)) if kept is None else kept)

    def _same_rows(self, a: int, b: int) -> None:
        row = self.lp.Constraint(0, 0)
        row.SetCoefficient(self.left[a], 1)
        row.SetCoefficient(self.left[b], -1)
        for day in range(self.compiled.net.days):
            self.same[a, b, day] = self.lp.Constraint(0, 0)

    def sync(self, numbers: Iterable[int]) -> int:
        """Take in new order rows and these columns of the pool; returns how many columns were new."""
        for order in self.rows.orders[len(self.order) :]:
            self._add_order(order)
        for tie in self.rows.ties[len(self.tie) :]:
            self._add_tie(tie)
        before = len(self.x)
        for number in numbers:
            if number not in self.x:
                self._add_column(number)
        return len(self.x) - before

    def _add_order(self, order: Order) -> None:
        row = self.lp.Constraint(-self.lp.infinity(), 0)
        self.order.append(row)
        for i, threshold, value in self.rows.terms(order):
            self.terms[i].append((row, threshold, value))
            for number in self.pool.by_visit[i]:
                if number in self.x:
                    column = self.pool.columns[number]
                    if column.starts[column.visits.index(i)] <= threshold:
                        row.SetCoefficient(self.x[number], row.GetCoefficient(self.x[number]) + value)

    def _add_tie(self, tie: Tie) -> None:
        row = self.lp.Constraint(-self.lp.infinity(), 0)
        self.tie.append(row)
        summed: dict[int, float] = defaultdict(float)
        for term in terms(self.compiled, tie):
            self.tied[term.visit].append((row, term))
            for number in self.pool.by_visit[term.visit]:
                column = self.pool.columns[number]
                start = column.starts[column.visits.index(term.visit)]
                if number in self.x and term.counts(start, int(self.compiled.net.worker[column.shift])):
                    summed[number] += term.value
        for number, value in summed.items():
            row.SetCoefficient(self.x[number], value)
        if tie.after >= 0:
            row.SetCoefficient(self.left[tie.after], -1)

    def _add_column(self, number: int) -> None:
        column = self.pool.columns[number]
        x = self.x[number] = self.lp.NumVar(0, self.lp.infinity(), "")
        self.shift[column.shift].SetCoefficient(x, 1)
        worker = int(self.compiled.net.worker[column.shift])
        day = int(self.compiled.net.day[column.shift])
        self.goal.SetCoefficient(x, column.cost + self.rows.charged(column.visits, worker))
        summed: dict[Any, float] = defaultdict(float)
        for i, start in zip(column.visits, column.starts, strict=True):
            self.cover[i].SetCoefficient(x, 1)
            for row, threshold, value in self.terms[i]:
                if start <= threshold:
                    summed[row] += value
            for row, term in self.tied[i]:
                summed[row] += term.value * term.counts(start, worker)
            h = int(self.compiled.net.home[i])
            if h in self.first:
                summed[self.first[h]] += self.rows.part_at(i, worker)
            for j, row in self.linked.get((h, worker), ()):
                summed[row] += (i == j) - self.rows.part_at(i, worker)
            for a, b in self.rows.same:
                if i in {a, b}:
                    summed[self.same[a, b, day]] += (1 if i == a else -1) / int(self.compiled.net.crew[i])
        for row, value in summed.items():
            row.SetCoefficient(x, value)

    def add_links(self, pairs: list[Link]) -> None:
        """Where a worker can make several visits of a home, price being there by each of these alone.

        Every attendance bears its even share of one more worker already; these rows ask for the rest.
        """
        net = self.compiled.net
        for i, k in pairs:
            h, part = int(net.home[i]), self.rows.part_at(i, k)
            row = self.link[i, k] = self.lp.Constraint(-self.lp.infinity(), 0)
            self.linked[h, k].append((i, row))
            row.SetCoefficient(self._more(h, k), -1)
            summed: dict[int, float] = defaultdict(float)
            for j in self.rows.homes[h]:
                for number in self.pool.by_visit[j]:
                    if number in self.x and net.worker[self.pool.columns[number].shift] == k:
                        summed[number] += (i == j) - part
            for number, value in summed.items():
                row.SetCoefficient(self.x[number], value)

    def _more(self, h: int, k: int) -> Any:
        """How much more of worker k comes to home h than the even share of each visit says."""
        if (h, k) not in self.more:
            self.more[h, k] = self.lp.NumVar(0, 1, "")
            self.goal.SetCoefficient(self.more[h, k], self.compiled.net.extra)
            if h in self.first:
                self.first[h].SetCoefficient(self.more[h, k], 1)
        return self.more[h, k]

    def add_empty(self, homes: Iterable[int]) -> None:
        """The first worker at a home is free only where somebody comes at all."""
        for h in homes:
            members = self.rows.homes[h]
            nobody = self.lp.NumVar(0, 1, "")
            self.goal.SetCoefficient(nobody, self.compiled.net.extra)
            row = self.empty[h] = self.lp.Constraint(-self.lp.infinity(), len(members) - 1)
            row.SetCoefficient(nobody, -1)
            for i in members:
                row.SetCoefficient(self.left[i], 1)
            self._add_first(h, nobody)

    def _add_first(self, h: int, nobody: Any) -> None:
        """Whoever comes, or nobody, makes up the first worker at home h."""
        net = self.compiled.net
        row = self.first[h] = self.lp.Constraint(1, self.lp.infinity())
        row.SetCoefficient(nobody, 1)
        summed: dict[int, float] = defaultdict(float)
        for i in self.rows.homes[h]:
            for number in self.pool.by_visit[i]:
                if number in self.x:
                    worker = int(net.worker[self.pool.columns[number].shift])
                    summed[number] += self.rows.part_at(i, worker)
        for number, value in summed.items():
            row.SetCoefficient(self.x[number], value)
        for (home, _), more in self.more.items():
            if home == h:
                row.SetCoefficient(more, 1)

    def solve(self) -> float | None:
        """The cost of the relaxation over the present columns, or None where the solver gave up."""
        for how in WAYS:
            if self._solved(how) == pywraplp.Solver.OPTIMAL:
                return float(self.goal.Value())
        return None

    def _solved(self, how: str) -> int:
        """Status of one call of the solver, which ends after so many steps, or when the time of the part is over."""
        meter, size = self.compiled.meter, self.lp.NumVariables() + self.lp.NumConstraints()
        most = LEAST_STEPS + STEPS_A_ROW * self.lp.NumConstraints()
        if meter.binds():
            most = min(most, int(meter.left() / (SECONDS * size)))
        elif meter.until < math.inf:
            self.lp.SetTimeLimit(max(1, int(1000 * meter.clock_left())))
        self.lp.SetSolverSpecificParametersAsString(f"{how} max_number_of_iterations: {most}")
        status = int(self.lp.Solve())
        meter.add(SECONDS * size * (SETUP + self.lp.iterations()))
        return status

    def weighted(self) -> list[tuple[Column, float]]:
        """Columns in use with their shares."""
        columns = self.pool.columns
        return [(columns[q], v) for q, x in self.x.items() if (v := x.solution_value()) > 1e-7]

    def best_columns(self, most: int) -> list[int]:
        """Numbers of the columns whose reduced cost is least after a solve, those in use first of all."""
        rated = sorted((x.reduced_cost() - 1e9 * (x.solution_value() > 1e-7), q) for q, x in self.x.items())
        return sorted(q for _, q in rated[:most])

    def lean(self, most: int) -> Master:
        """The same master with at most that many columns: those whose reduced cost is least after a solve."""
        master = Master(self.compiled, self.pool, self.rows, self.best_columns(most))
        master.add_links(list(self.link))
        master.add_empty(self.empty)
        return master

    def tighten(self, chosen: list[tuple[Column, float]]) -> bool:
        """Add rows of ties, links and homes that this mix breaks; whether there were any."""
        tied = self.rows.tie(loose(self.compiled, chosen, self._left(), self.rows.ties))
        links = self._loose_links(chosen)
        homes = self._loose_homes(chosen)
        self.add_links(links)
        self.add_empty(homes)
        return bool(links or homes or tied)

    def _left(self) -> list[float]:
        return [x.solution_value() for x in self.left]

    def _loose_homes(self, chosen: list[tuple[Column, float]]) -> list[int]:
        """Homes whose first worker is free in this mix though less than one worker comes."""
        left, net = self._left(), self.compiled.net
        come: dict[int, float] = defaultdict(float)
        for column, value in chosen:
            for i in column.visits:
                if self.rows.home_of(i) is not None:
                    k = int(net.worker[column.shift])
                    come[int(net.home[i])] += value * self.rows.part_at(i, k)
        for (h, _), more in self.more.items():
            come[h] += more.solution_value()
        return [
            h
            for h, members in self.rows.homes.items()
            if h not in self.empty
            and (come[h] < 1 - 1e-4 or sum(left[i] for i in members) > len(members) - 1 + 1e-4)
        ]

    def _loose_links(self, chosen: list[tuple[Column, float]]) -> list[Link]:
        """Pairs of visit and worker in use at a priced home where the even shares price too little."""
        share: dict[Link, float] = defaultdict(float)
        at: dict[tuple[int, int], float] = defaultdict(float)
        for column, value in chosen:
            k = int(self.compiled.net.worker[column.shift])
            for i in column.visits:
                if self.rows.home_of(i) is not None:
                    share[i, k] += value
                    at[int(self.compiled.net.home[i]), k] += value * self.rows.part_at(i, k)
        for key, more in self.more.items():
            at[key] += more.solution_value()
        return [
            (i, k)
            for (i, k), value in share.items()
            if (i, k) not in self.link and value > at[int(self.compiled.net.home[i]), k] + 1e-4
        ]

    def duals(self) -> Duals:
        """The present duals of every row."""
        return Duals(
            np.array([row.dual_value() for row in self.cover]),
            np.array([row.dual_value() for row in self.shift]),
            [row.dual_value() for row in self.order],
            {pair: row.dual_value() for pair, row in self.link.items()},
            {key: row.dual_value() for key, row in self.same.items()},
            {h: row.dual_value() for h, row in self.first.items()},
            [row.dual_value() for row in self.tie],
        )
