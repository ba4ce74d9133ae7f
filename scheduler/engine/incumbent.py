"""The fast incumbent: urgent-first insertion, then ruin and recreate, with every rule of the variant."""

from __future__ import annotations

import numpy as np

from scheduler.engine.arrays import Compiled, fresh_state
from scheduler.engine.kernels import routes as route_kernels
from scheduler.engine.kernels import search as kernels
from scheduler.plan import Route, Stop

HOT_SHARE = 0.02
COLD = 1.0
STEP_SECONDS = 1e-4  # on a usual machine


class Incumbent:
    """A search that can be run in slices; the best plan so far is always there."""

    def __init__(self, compiled: Compiled, seed: int) -> None:
        self.compiled, self.net = compiled, compiled.net
        self.state = fresh_state(compiled, seed)
        n = len(compiled.problem.visits)
        self.order, self.key = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        self.best = np.zeros(1, dtype=np.int64)
        self.seq, self.size = self.state.seq.copy(), self.state.size.copy()
        self.start = self.state.start.copy()
        self.steps = 0

    def construct(self) -> None:
        """The first feasible plan: pinned and published visits, then the most urgent first."""
        order = self.compiled.order()
        if len(order):
            kernels.construct(self.net, self.state, order, len(order))
        self._keep()

    def run(self, steps: int, hot: float, cold: float, ruined: int = 12) -> int:
        """That many steps of ruin and recreate between two temperatures; returns how often the best improved."""
        if not len(self.order) or not len(self.compiled.slots):
            return 0
        self.steps += steps
        self.compiled.meter.add(STEP_SECONDS * steps)
        return int(
            kernels.anneal(
                self.net,
                self.state,
                self.best,
                self.seq,
                self.size,
                self.start,
                self.order,
                self.key,
                steps,
                float(hot),
                float(cold),
                ruined,
            )
        )

    def heat(self) -> float:
        """A temperature to begin with: a share of what one visit costs on average."""
        operating = max(1, int(self.best[0]) % (10**9))
        return max(20.0, HOT_SHARE * operating / max(1, len(self.order)) * 5)

    def load(self, routes: tuple[Route, ...]) -> None:
        """Make these routes the plan under search; they must be feasible."""
        self.state = fresh_state(self.compiled, int(self.state.rng[0] % 1000003))
        st = self.state
        st.stamp[-1] += 1
        stops = [
            (stop.start, p, self.compiled.number[route.worker, route.shift], stop.visit)
            for route in routes
            for p, stop in enumerate(route.stops)
        ]
        for start, _, s, i in sorted(stops):
            net = self.net
            told = net.told_worker[i] >= 0 and start == net.told_start[i]
            fixed = net.crew[i] > 1 or net.pin_shift[i] >= 0 or told
            route_kernels.insert(net, st, i, s, int(st.size[s]), start if fixed else -1)
        for s in range(len(self.compiled.slots)):
            route_kernels.retime(self.net, st, s)
        if int(kernels.worth(self.net, st)) < int(self.best[0]):
            self._keep()

    def value(self) -> int:
        """Cost of the best plan so far, moves above the limit and missing pinned visits priced far above all."""
        return int(self.best[0])

    def routes(self) -> tuple[Route, ...]:
        """The best plan so far."""
        found = []
        for s, (k, shift) in enumerate(self.compiled.slots):
            if self.size[s]:
                visits = [int(i) for i in self.seq[s, : self.size[s]]]
                found.append(Route(k, shift, tuple(Stop(i, int(self.start[i])) for i in visits)))
        return tuple(found)

    def _keep(self) -> None:
        self.best[0] = kernels.worth(self.net, self.state)
        kernels.keep(self.state, self.seq, self.size, self.start)
