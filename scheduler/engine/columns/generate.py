"""Column generation: master and pricing in turn, a valid bound every round, rows added where the mix breaks rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

import numpy as np

from scheduler.engine.arrays import Compiled
from scheduler.engine.budget import Budget
from scheduler.engine.columns.duals import Duals, blended, build_prices
from scheduler.engine.columns.integer import IntegerMaster
from scheduler.engine.columns.master import Master
from scheduler.engine.columns.pool import Column, Order, Pool, Rows, Tie
from scheduler.engine.kernels.cut_labels import Partials
from scheduler.engine.kernels.pricing import Labels, Prices
from scheduler.engine.kernels.routes_out import price_shifts, scratch
from scheduler.problem import DAY

BEAMS = (40, 300, 3000, 100_000)
ROOM = 400_000
EACH, EACH_FULL = 12, 5  # the linear master of the full variant is the slower part, so fewer there
EPSILON = 1e-6
STEP = 1  # minutes to which times of new order rows are rounded up: exact ones say more and are fewer
ROWS_EVERY = 5
WHOLE_EVERY = 3
LEAN_EVERY, LEAN_FROM, LEAN_TO = 10, 25, 12
NOTHING = -(10**15)
# What pricing takes on a usual machine: a step, and a look ahead from each of two visits of a shift to the other.
STEP_SECONDS, AHEAD_SECONDS = 4e-9, 1.5e-7
# Once the bound is that near, labels are few: cutting them then costs more bound than it saves time.
NEAR, LEVEL_NEAR = 0.12, 2
# Full variant only: fewer visits converge soon, and with more routes to choose from.
INWARD, INWARD_FROM = 0.7, 61


class Found(NamedTuple):
    """Routes out of pricing: shift, visits, starts and reduced cost; `least` bounds each shift from below."""

    routes: list[tuple[int, tuple[int, ...], tuple[int, ...]]]
    costs: list[float]
    least: np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def safe_integer(bound: float) -> int:
    """The integer bound that a floating-point one proves, with a margin for rounding."""
    if not math.isfinite(bound):
        return NOTHING
    return math.ceil(bound - 1e-6 * max(1.0, abs(bound)) - 1e-3)


class Pricer:
    """Calls the pricing kernel with room that is kept between calls."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.labels: Labels | None = None
        shortest = int(compiled.net.service.min(initial=1440))
        longest = int(max(compiled.net.closes + compiled.net.over - compiled.net.opens, default=1))
        self.stops = max(1, min(len(compiled.net.service), longest // max(1, shortest) + 1))
        self.ahead_seconds = float(AHEAD_SECONDS * (np.diff(compiled.pairs.sptr) ** 2).sum())

    def run(
        self,
        prices: Prices,
        shifts: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
        limit: float,
        beam: int,
        same: int = 0,
        each: int = EACH,
        most: int = 0,
    ) -> Found | None:
        """Routes with a reduced cost under `limit`; None where `most` of them were not enough room."""
        room = 20_000 if beam <= BEAMS[1] else ROOM
        if self.labels is None or len(self.labels.place) < room:
            self.labels = scratch(self.compiled.net, room)
        limits = np.full(len(self.compiled.slots), limit)
        given = (self.compiled.net, prices, self.labels, shifts, limits, beam, same, each)
        return self.found(price_shifts, given, self.labels, most or each * len(shifts) + 1)

    def found(
        self, search: Callable[..., int], given: tuple[Any, ...], labels: Labels | Partials, most: int
    ) -> Found | None:
        """What a search of the inner loops writes into room for `most` routes; None where that was not enough."""
        shift, size = np.zeros(most, np.int64), np.zeros(most, np.int64)
        visits, starts = np.zeros((most, self.stops), np.int64), np.zeros((most, self.stops), np.int64)
        cost, least = np.zeros(most), np.zeros(len(self.compiled.slots))
        before = int(labels.steps[0])
        many = search(*given, shift, size, visits, starts, cost, least)
        self.compiled.meter.add(STEP_SECONDS * (int(labels.steps[0]) - before) + self.ahead_seconds)
        if many < 0:
            return None
        rows = zip(
            shift[:many].tolist(),
            size[:many].tolist(),
            visits[:many].tolist(),
            starts[:many].tolist(),
            strict=True,
        )
        routes = [(s, tuple(made[:length]), tuple(at[:length])) for s, length, made, at in rows]
        return Found(routes, cost[:many].tolist(), least)


class Generation:
    """The root relaxation of one part; `run` may be called again to go on."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.pool, self.rows = Pool(compiled), Rows(compiled)
        self.pricer = Pricer(compiled)
        self.master = Master(compiled, self.pool, self.rows)
        self.every = np.arange(len(compiled.slots), dtype=np.int64)
        self.bound = -math.inf
        self.value = math.inf
        self.prices: Prices | None = None
        self.best_prices: Prices | None = None
        self.duals: Duals | None = None
        self.ground = -math.inf
        self.inward = INWARD if compiled.full and len(compiled.net.service) >= INWARD_FROM else 0.0
        self.level = 0
        self.rounds = 0
        self.each = EACH_FULL if compiled.full else EACH
        self.open_shifts = self.every
        self.look_everywhere = True
        self.fresh: list[int] = []
        self.converged = False

    def run(self, budget: Budget, target: int, rounds: int | None = None) -> bool:
        """Go on until nothing improves, the bound reaches `target`, or the budget ends; whether it converged."""
        self.fresh = list(range(len(self.pool.columns)))
        if self.duals is None:
            self.duals, self.ground = self._guess()
        while not self.converged and not budget.over() and safe_integer(self.bound) < target:
            if rounds is not None and self.rounds >= rounds:
                break
            if not self.round():
                break
        return self.converged

    def round(self) -> bool:
        """One solve and one pricing; False where the linear solver gave up or room was short."""
        self.rounds += 1
        self.master.sync(self.fresh)
        self.fresh = []
        value = self.master.solve()
        if value is None:
            return False
        self.value = value
        if self.rounds % ROWS_EVERY == 0 and self._separate():
            return True
        whole = self.inward > 0 or self.look_everywhere or self.rounds % WHOLE_EVERY == 0
        duals = self.master.duals()
        exact = self._price(duals, value, whole, self.inward)
        if exact is not None and not self.fresh and self.inward:
            exact = self._price(duals, value, whole, 0.0)
        if exact is None:
            return False
        if self.fresh:
            self._trim()
        elif not whole:
            self.look_everywhere = True
        elif not self._separate():
            self.level += 1
            self.converged = exact or self.level == len(BEAMS)
        return True

    def _guess(self) -> tuple[Duals, float]:
        """Duals to begin with, and what they come to: each visit at its share of the cheapest route known for it."""
        net, pool = self.compiled.net, self.pool
        cover = np.array([self.compiled.true_ucost(i) for i in range(len(net.service))]) / net.crew
        for column in pool.columns:
            own = [pool.visit_cost(i, column.shift) for i in column.visits]
            minutes = net.service[list(column.visits)]
            share = np.array(own) + (column.cost - sum(own)) * minutes / max(1, minutes.sum())
            cover[list(column.visits)] = np.minimum(cover[list(column.visits)], share)
        none = Duals(cover, np.zeros(len(self.compiled.slots)), [], {}, {}, {}, [])
        return none, float((net.crew * cover).sum()) - net.extra * len(self.rows.homes)

    def _price(self, outer: Duals, value: float, whole: bool, inward: float) -> bool | None:
        """Look for columns, in every shift where `whole`, which also gives a bound; whether that is the optimum.

        The prices lie `inward` of the way from the duals of the master to those of the best bound, since the
        former swing. What duals come to without routes is concave, so that this share of both is a bound for it.
        None where the room for routes was not enough.
        """
        assert self.duals is not None
        duals = blended(self.duals, outer, inward) if inward else outer
        ground = inward * self.ground + (1 - inward) * value
        self.prices = build_prices(self.compiled, self.rows, duals)
        shifts = self.every if whole else self.open_shifts
        found = self.pricer.run(self.prices, shifts, -EPSILON * 100, BEAMS[self.level], each=self.each)
        if found is None:
            return None
        self.open_shifts = shifts[found.least[shifts] < -EPSILON * 100]
        self.look_everywhere = False
        bound = ground + float(np.minimum(found.least, 0).sum()) if whole else -math.inf
        if bound > self.bound:
            self.bound, self.best_prices = bound, self.prices
            self.duals, self.ground = duals, ground
        numbers = [self.pool.number(*route) for route in found.routes]
        self.fresh = [q for q in numbers if q not in self.master.x]
        return bound >= value - max(1e-3, 1e-7 * abs(value))

    def _trim(self) -> None:
        """Look less hard again where much was found, and drop columns that no longer matter now and then."""
        visits = len(self.compiled.net.service)
        if len(self.fresh) > 3 * len(self.every) ** 0.5:
            self.level = max(0, self.level - 1)
        if self.inward and self.bound > (1 - NEAR) * self.value:
            self.level = max(self.level, LEVEL_NEAR)
        if self.rounds % LEAN_EVERY == ROWS_EVERY - 2 and len(self.master.x) > LEAN_FROM * visits:
            self.master = self.master.lean(LEAN_TO * visits)

    def look(self, prices: Prices, shifts: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Found | None:
        """Some routes that improve the master at these prices, which are at its present duals."""
        return self.pricer.run(prices, shifts, -EPSILON * 100, BEAMS[0], each=self.each)

    def within(self, prices: Prices, limit: float, most: int) -> Found | None:
        """All routes under this limit at the duals of the best bound; None where there are more than `most`."""
        same = 2 if self.compiled.full else 1
        return self.pricer.run(prices, self.every, limit, 10**9, same=same, each=most, most=most)

    def strengthen(self, master: IntegerMaster) -> None:
        """Add rows to an integer master that no plan breaks; none but in the variant without links."""

    def near(self, limit: float, most: int, budget: Budget) -> None:
        """Take routes under this limit into the pool; nothing where links make that dear."""

    def priced(self, options: Collection[Order], marks: Iterable[tuple[int, int]] = ()) -> Prices | None:
        """Prices at the duals of the best bound, with every time of day that `options` and `marks` tell apart."""
        if self.duals is None or self.best_prices is None:
            return None
        return build_prices(self.compiled, self.rows, self.duals, options, marks)

    def telling(self) -> list[Order]:
        """Order rows that the best bound uses, and those of whole days, which need no times."""
        priced = (
            {one for one, dual in zip(self.rows.orders, self.duals.order, strict=False) if dual < -1e-9}
            if self.duals
            else set()
        )
        return [one for one in self.rows.orders if one in priced or (one.tau + 1) % DAY == 0]

    def tied(self) -> list[Tie]:
        """Ties that the best bound uses."""
        duals = self.duals.tie if self.duals else []
        return [one for one, dual in zip(self.rows.ties, duals, strict=False) if dual < -1e-9]

    def promising(self, cost: int, most: int) -> list[Column]:
        """Columns of the pool whose reduced cost leaves room for a plan cheaper than `cost`, the best first."""
        gap = cost - self.bound
        rated = [(self.reduced(c), q) for q, c in enumerate(self.pool.columns)]
        kept = sorted((rc, q) for rc, q in rated if rc <= gap + 1e-3)
        return [self.pool.columns[q] for _, q in kept[:most]]

    def reduced(self, column: Column) -> float:
        """Reduced cost of a column at the duals of the best bound; infinite where a visit cannot be in that shift."""
        prices, net = self.best_prices, self.compiled.net
        if prices is None:
            return 0.0
        earned = 0.0
        for i, start in zip(column.visits, column.starts, strict=True):
            first = int(prices.sptr[column.shift])
            end = int(prices.sptr[column.shift + 1])
            q = first + int(np.searchsorted(prices.svisit[first:end], i))
            if q == end or prices.svisit[q] != i:
                return np.inf
            earned += float(prices.gain[q]) + self.pool.visit_cost(i, column.shift)
            earned -= self.pool.kept(i, column.shift, start)
            for b in range(int(prices.bptr[prices.row[q]]), int(prices.bptr[prices.row[q] + 1])):
                if prices.btime[b] < start:
                    earned += float(prices.bdelta[b])
        return column.cost - earned + float(prices.flat[column.shift]) - float(net.fixed[column.shift])

    def _separate(self) -> bool:
        chosen = self.master.weighted()
        tighter = self.master.tighten(chosen)
        added = [self.rows.add(order) for order in self.rows.violated(chosen, STEP)]
        return tighter or any(added)
