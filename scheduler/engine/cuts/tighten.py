"""Lifts the bound of a relaxation by subset rows: solve, price with them, look for more of them, and again."""

from __future__ import annotations

from typing import Any

import numpy as np

from scheduler.engine.arrays import Compiled
from scheduler.engine.budget import Budget
from scheduler.engine.columns.duals import build_prices
from scheduler.engine.columns.generate import BEAMS, EPSILON, Found, Generation, Pricer, safe_integer
from scheduler.engine.columns.integer import IntegerMaster
from scheduler.engine.columns.pool import Column
from scheduler.engine.cuts.master import CutMaster
from scheduler.engine.cuts.subsets import SubsetRows
from scheduler.engine.kernels.cut_labels import Partials, Subsets, partials
from scheduler.engine.kernels.cut_routes import price_with_subsets
from scheduler.engine.kernels.pricing import Prices

ROOM_SMALL, ROOM = 20_000, 400_000
STEPS = (BEAMS[0], BEAMS[1], BEAMS[3])
FEW = 30
STALLED, PATIENCE = 1e-4, 3


class CutPricer(Pricer):
    """Calls the search for routes that knows subset rows."""

    def __init__(self, compiled: Compiled) -> None:
        super().__init__(compiled)
        self.partials: Partials | None = None

    def price(
        self,
        prices: Prices,
        subsets: Subsets,
        shifts: Any,
        limit: float,
        beam: int,
        each: int,
        *,
        most: int = 0,
        same: bool = False,
    ) -> Found | None:
        """Routes with a reduced cost under `limit`, at most `each` a shift, and what bounds each shift from below.

        With `same` these are all sets of visits under the limit. None where `most` routes were not enough room.
        """
        room = ROOM_SMALL if beam <= BEAMS[1] else ROOM
        if self.partials is None or len(self.partials.place) < room:
            self.partials = partials(len(self.compiled.net.service), room)
        given = (self.compiled.net, prices, self.partials, subsets, shifts, float(limit), beam, same, each)
        return self.found(price_with_subsets, given, self.partials, most or each * len(shifts) + 1)


class Tightened(Generation):
    """The relaxation of a part in the variant without links, lifted by subset rows once it has converged."""

    def __init__(self, compiled: Compiled) -> None:
        super().__init__(compiled)
        self.subsets = SubsetRows(len(compiled.net.service), len(compiled.slots))
        self.cut_pricer = CutPricer(compiled)
        self.cut_master = CutMaster(compiled, self.pool, self.rows, self.subsets)
        self.master = self.cut_master
        self.best_duals: list[float] = []
        self.gains: list[float] = []

    def run(self, budget: Budget, target: int, rounds: int | None = None) -> bool:
        """Go on until nothing improves, the bound reaches `target`, or the budget ends; whether it converged."""
        if super().run(budget, target, rounds) and safe_integer(self.bound) < target:
            self.tighten(budget, target, rounds)
        return self.converged

    def tighten(self, budget: Budget, target: int, rounds: int | None = None) -> None:
        """Add subset rows and price with them until the bound reaches `target` or rises no more."""
        while self._separate_subsets():
            before = self.bound
            while not self._exact(budget):
                if budget.over() or (rounds is not None and self.rounds >= rounds):
                    return
            self.gains.append(self.bound - before)
            slow = sum(self.gains[-PATIENCE:]) < STALLED * abs(self.bound)
            if safe_integer(self.bound) >= target or (slow and len(self.gains) >= PATIENCE):
                return

    def _exact(self, budget: Budget) -> bool:
        """Price with little effort until nothing comes, then whole; False where that should be done again."""
        for beam in STEPS:
            while not budget.over():
                fresh = self._step(beam)
                if fresh is None:
                    return False
                if beam == STEPS[-1]:
                    return fresh < FEW
                if fresh == 0:
                    break
        return False

    def _step(self, beam: int) -> int | None:
        """One solve and one pricing of every shift; how many columns were new, None where the solver gave up."""
        self.rounds += 1
        value = self.master.solve()
        if value is None:
            return None
        self.value = value
        duals, charges = self.master.duals(), self._charges()
        prices = build_prices(self.compiled, self.rows, duals)
        found = self.cut_pricer.price(
            prices, self.subsets.priced(charges), self.every, -EPSILON * 100, beam, self.each
        )
        if found is None:
            return None
        bound = value + float(np.minimum(found.least, 0).sum())
        if bound > self.bound:
            self.bound, self.best_prices, self.duals, self.best_duals = bound, prices, duals, charges
        numbers = [self.pool.number(*route) for route in found.routes]
        return self.master.sync([q for q in numbers if q not in self.master.x])

    def _charges(self) -> list[float]:
        return self.master.subset_duals() if isinstance(self.master, CutMaster) else []

    def _separate_subsets(self) -> bool:
        """Take in subset rows that the present mix breaks; whether there were any."""
        if self.master.solve() is None:
            return False
        found = self.subsets.broken(self.master.weighted())
        for subset in found:
            self.subsets.add(subset)
        self.master.sync(())
        return bool(found)

    def look(self, prices: Prices, shifts: Any) -> Found | None:
        """Some routes that improve the master at these prices, which are at its present duals."""
        charges = self.subsets.priced(self._charges())
        return self.cut_pricer.price(prices, charges, shifts, -EPSILON * 100, BEAMS[0], self.each)

    def within(self, prices: Prices, limit: float, most: int) -> Found | None:
        """All routes under this limit at the duals of the best bound; None where there are more than `most`."""
        charges = self.subsets.priced(self.best_duals)
        found = self.cut_pricer.price(prices, charges, self.every, limit, 10**9, most, most=most, same=True)
        return None if found is None else _cheapest(found)

    def strengthen(self, master: IntegerMaster) -> None:
        """Add the subset rows that matter at the duals of the best bound to an integer master."""
        used = [c for c, dual in enumerate(self.best_duals) if dual < -EPSILON]
        rows = {
            c: master.ip.Constraint(-master.ip.infinity(), len(self.subsets.subsets[c]) // 2) for c in used
        }
        for x, column in zip(master.x, master.columns, strict=True):
            for c, many in self.subsets.held(column).items():
                if c in rows:
                    rows[c].SetCoefficient(x, many)

    def near(self, limit: float, most: int, budget: Budget) -> None:
        """Take routes under this limit at the duals of the best bound into the pool, about `most` at the most.

        The clock is asked at every shift: far from the optimum each of them has more routes than time is for.
        """
        if self.best_prices is None:
            return
        each = max(1, most // max(1, len(self.every)))
        charges = self.subsets.priced(self.best_duals)
        for s in self.every:
            if budget.over():
                return
            found = self.cut_pricer.price(
                self.best_prices, charges, self.every[s : s + 1], limit, BEAMS[2], each
            )
            for route in found.routes if found is not None else ():
                self.pool.number(*route)

    def reduced(self, column: Column) -> float:
        """Reduced cost of a column at the duals of the best bound."""
        held = self.subsets.held(column).items() if self.best_duals else ()
        charge = sum(many * self.best_duals[c] for c, many in held if c < len(self.best_duals))
        return super().reduced(column) - charge


def _cheapest(found: Found) -> Found:
    """Of routes of one shift with the same visits the cheapest only."""
    best: dict[tuple[int, frozenset[int]], int] = {}
    for q in sorted(range(len(found.routes)), key=lambda q: found.costs[q]):
        best.setdefault((found.routes[q][0], frozenset(found.routes[q][1])), q)
    kept = sorted(best.values())
    return Found([found.routes[q] for q in kept], [found.costs[q] for q in kept], found.least)


def relaxation(compiled: Compiled) -> Generation:
    """The relaxation that fits the variant: subset rows are priced where no links tell times of day apart."""
    return Generation(compiled) if compiled.full else Tightened(compiled)
