"""The linear master: which mix of routes covers every visit at least cost; its duals price new routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import numpy as np
from ortools.linear_solver import pywraplp

from scheduler.engine.arrays import Compiled
from scheduler.engine.columns.pool import Column, Order, Pool, Rows
from scheduler.engine.kernels.pricing import Prices
from scheduler.problem import DAY

Link = tuple[int, int]  # visit, worker


class Duals(NamedTuple):
    """Duals by row: cover by visit, shift by number, order rows in their order, links, same days."""

    cover: Any
    shift: Any
    order: list[float]
    link: dict[Link, float]
    same: dict[tuple[int, int, int], float]


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
        self.link: dict[Link, Any] = {}
        self.linked: dict[tuple[int, int], list[tuple[int, Any]]] = defaultdict(list)
        self.more: dict[tuple[int, int], Any] = {}
        self.empty: dict[int, Any] = {}
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
            for j, row in self.linked.get((int(self.compiled.net.home[i]), worker), ()):
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

    def solve(self) -> float | None:
        """The cost of the relaxation over the present columns, or None where the solver gave up."""
        status = self.lp.Solve()
        return float(self.goal.Value()) if status == pywraplp.Solver.OPTIMAL else None

    def weighted(self) -> list[tuple[Column, float]]:
        """Columns in use with their shares."""
        columns = self.pool.columns
        return [(columns[q], v) for q, x in self.x.items() if (v := x.solution_value()) > 1e-7]

    def lean(self, most: int) -> Master:
        """The same master with at most that many columns: those whose reduced cost is least after a solve."""
        rated = sorted((x.reduced_cost() - 1e9 * (x.solution_value() > 1e-7), q) for q, x in self.x.items())
        master = Master(self.compiled, self.pool, self.rows, sorted(q for _, q in rated[:most]))
        master.add_links(list(self.link))
        master.add_empty(self.empty)
        return master

    def tighten(self, chosen: list[tuple[Column, float]]) -> bool:
        """Add rows of links and homes that this mix breaks; whether there were any."""
        links = self._loose_links(chosen)
        left = [x.solution_value() for x in self.left]
        homes = [
            h
            for h, members in self.rows.homes.items()
            if h not in self.empty and sum(left[i] for i in members) > len(members) - 1 + 1e-5
        ]
        self.add_links(links)
        self.add_empty(homes)
        return bool(links or homes)

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
        )


def blended(inner: Duals, outer: Duals, share: float) -> Duals:
    """Duals between two others, `share` of the way from `outer` to `inner`; rows that `inner` lacks count as 0."""
    rest = 1 - share
    order = [*inner.order, *[0.0] * (len(outer.order) - len(inner.order))]
    return Duals(
        share * inner.cover + rest * outer.cover,
        share * inner.shift + rest * outer.shift,
        [share * a + rest * b for a, b in zip(order, outer.order, strict=True)],
        {k: share * inner.link.get(k, 0.0) + rest * v for k, v in outer.link.items()},
        {k: share * inner.same.get(k, 0.0) + rest * v for k, v in outer.same.items()},
    )


def build_prices(compiled: Compiled, rows: Rows, duals: Duals, options: Collection[Order] = ()) -> Prices:
    """Duals as the gain of each visit in each shift that can hold it, with breaks by time of day.

    Rows among `options` tell times of day apart even where they have no price, by next to nothing.
    """
    cover, shift, order, link, same = duals
    order = [*order, *[0.0] * (len(rows.orders) - len(order))]
    net = compiled.net
    days = net.days
    table = cover[:, None] - (net.daycost / net.crew[:, None])
    breaks: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for one, dual in zip(rows.orders, order, strict=True):
        price = min(dual, -1e-7) if one in options else dual
        if abs(price) > 1e-9:
            for i, threshold, value in rows.terms(one):
                _step(table, breaks, i, threshold, price * value, days)
    for (a, b, day), dual in same.items():
        table[a, day] += dual / net.crew[a]
        table[b, day] -= dual / net.crew[b]
    pairs = compiled.pairs
    gain = table[pairs.visit, pairs.day]
    told = (net.worker[pairs.shift] == net.told_worker[pairs.visit]) & (
        net.told_start[pairs.visit] // DAY == pairs.day
    )
    gain = gain + told * (net.move_cost / net.crew[pairs.visit])
    if rows.homes:
        charge = rows.charge.copy()
        for (i, k), dual in link.items():
            charge[i, k] -= dual
            charge[rows.homes[int(net.home[i])], k] += dual * rows.part_at(i, k)
        gain = gain - charge[pairs.visit, net.worker[pairs.shift]]
    sizes = np.zeros(len(net.service) * days + 1, dtype=np.int64)
    for row, found in breaks.items():
        sizes[row + 1] = len(found)
    flat = [pair for row in sorted(breaks) for pair in sorted(breaks[row])]
    return Prices(
        pairs.sptr,
        pairs.visit,
        pairs.visit * days + pairs.day,
        np.ascontiguousarray(gain),
        net.fixed - shift,
        np.cumsum(sizes),
        np.array([t for t, _ in flat], dtype=np.int64),
        np.array([d for _, d in flat], dtype=np.float64),
    )


def _step(
    table: Any, breaks: dict[int, list[tuple[int, float]]], i: int, threshold: int, charge: float, days: int
) -> None:
    """A route gains `charge` (dual times coefficient) where visit i starts by the threshold."""
    last = min(days, max(0, (threshold + 1) // DAY))
    table[i, :last] += charge
    day = threshold // DAY
    if last == day < days and threshold >= 0:
        table[i, day] += charge
        breaks[i * days + day].append((threshold, -charge))
