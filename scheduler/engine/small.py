"""A neighbourhood as a problem of its own, to generate columns for it while the rest of the plan stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scheduler.engine.arrays import Compiled
from scheduler.engine.budget import Budget
from scheduler.engine.columns.pool import Column, Pool
from scheduler.engine.cuts.tighten import relaxation
from scheduler.engine.parts import Part, restrict
from scheduler.problem import DAY, Problem, TimeWindow, Visit

MUST = 1_000_000
NEAR = 6000
SECONDS_A_VISIT = 1e-4  # on a usual machine, to set up


class Small:
    """Visits `inside` with the shifts that are open to them; links to fixed visits become narrower windows."""

    def __init__(
        self, compiled: Compiled, inside: Sequence[int], shifts: Sequence[int], fixed: Sequence[Column]
    ) -> None:
        self.compiled, self.inside = compiled, list(inside)
        by_worker: dict[int, list[int]] = defaultdict(list)
        for s in shifts:
            by_worker[compiled.slots[s][0]].append(s)
        self.workers = sorted(by_worker)
        whole = compiled.problem
        cut = restrict(self._narrowed(whole, fixed), Part(tuple(self.inside), tuple(self.workers)))
        open_workers = tuple(
            replace(worker, shifts=tuple(worker.shifts[compiled.slots[s][1]] for s in by_worker[k]))
            for k, worker in zip(self.workers, cut.workers, strict=True)
        )
        self.small = Compiled(replace(cut, workers=open_workers, max_moves=None), compiled.variant)
        self.small.meter = compiled.meter
        compiled.meter.add(SECONDS_A_VISIT * len(self.inside))
        self.shift_of = [by_worker[self.workers[k]][s] for k, s in self.small.slots]
        net = self.small.net
        net.daycost[:] = compiled.net.daycost[self.inside]
        net.ucost[:] = [compiled.true_ucost(i) for i in self.inside]
        for i in self.needed:
            net.ucost[self.inside.index(i)] += MUST
        self.small.must = set()

    def _narrowed(self, problem: Problem, fixed: Sequence[Column]) -> Problem:
        """The problem with windows cut by what fixed visits before and after ask for."""
        net = self.compiled.net
        at = {i: start for column in fixed for i, start in zip(column.visits, column.starts, strict=True)}
        self.needed: set[int] = set()
        visits = list(problem.visits)
        within = set(self.inside)
        for i in self.inside:
            if visits[i].pinned is not None:
                visits[i] = replace(visits[i], pinned=None)
                self.needed.add(i)
            low, high = 0, problem.days * DAY
            for q in range(net.pptr[i], net.pptr[i + 1]):
                p = int(net.pidx[q])
                if p not in within:
                    low = max(low, at[p] + int(net.service[p] + net.pleast[q])) if p in at else high + 1
            for q in range(net.sptr[i], net.sptr[i + 1]):
                j = int(net.sidx[q])
                if j in at:
                    high = min(high, at[j] - int(net.sleast[q] + net.service[i]))
                    self.needed.add(i)
            if low > 0 or high < problem.days * DAY:
                visits[i] = _clipped(visits[i], low, high)
        return replace(problem, visits=tuple(visits))

    def columns(
        self, pool: Pool, start: Sequence[Column], budget: Budget, rounds: int | None
    ) -> list[Column] | None:
        """Columns of the whole that may improve the neighbourhood beyond `start`, the most promising first."""
        if not self.small.slots:
            return None
        generation = relaxation(self.small)
        shift_at = {s: a for a, s in enumerate(self.shift_of)}
        visit_at = {i: a for a, i in enumerate(self.inside)}
        cost = 0.0
        for column in start:
            visits = tuple(visit_at[i] for i in column.visits)
            generation.pool.add(shift_at[column.shift], visits, column.starts)
            cost += column.cost
        made = {i for column in start for i in column.visits}
        cost += sum(int(self.small.net.ucost[visit_at[i]]) for i in self.inside if i not in made)
        cost += self.compiled.net.extra * len(self.inside)
        generation.run(budget, int(cost) + 1, rounds)
        if generation.best_prices is None:
            return None
        if cost - generation.bound < MUST:
            generation.near(cost - generation.bound, NEAR, budget)
        numbers = [
            pool.number(self.shift_of[c.shift], tuple(self.inside[a] for a in c.visits), c.starts)
            for c in generation.promising(int(np.ceil(cost)), 10**6)
        ]
        return [pool.columns[q] for q in numbers]


def _clipped(visit: Visit, low: int, high: int) -> Visit:
    """A visit that starts between two absolute minutes."""
    windows = [
        TimeWindow(w.day, max(w.earliest, low - w.day * DAY), min(w.latest, high - w.day * DAY))
        for w in visit.windows_late
    ]
    return replace(visit, windows_late=tuple(w for w in windows if w.earliest <= w.latest))
