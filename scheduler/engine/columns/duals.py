"""The duals of the linear master, and what they make each visit worth in each shift to the search for routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import numpy as np

from scheduler.engine.arrays import Compiled
from scheduler.engine.columns.pool import Order, Rows
from scheduler.engine.columns.ties import terms
from scheduler.engine.kernels.pricing import Prices
from scheduler.problem import DAY

Link = tuple[int, int]  # visit, worker


class Duals(NamedTuple):
    """Duals by row: cover by visit, shift by number, order rows in their order, links, same days, homes, ties."""

    cover: Any
    shift: Any
    order: list[float]
    link: dict[Link, float]
    same: dict[tuple[int, int, int], float]
    first: dict[int, float]
    tie: list[float]


def blended(inner: Duals, outer: Duals, share: float) -> Duals:
    """Duals between two others, `share` of the way from `outer` to `inner`; rows that `inner` lacks count as 0."""
    rest = 1 - share
    order = [*inner.order, *[0.0] * (len(outer.order) - len(inner.order))]
    tie = [*inner.tie, *[0.0] * (len(outer.tie) - len(inner.tie))]
    return Duals(
        share * inner.cover + rest * outer.cover,
        share * inner.shift + rest * outer.shift,
        [share * a + rest * b for a, b in zip(order, outer.order, strict=True)],
        {k: share * inner.link.get(k, 0.0) + rest * v for k, v in outer.link.items()},
        {k: share * inner.same.get(k, 0.0) + rest * v for k, v in outer.same.items()},
        {h: share * inner.first.get(h, 0.0) + rest * v for h, v in outer.first.items()},
        [share * a + rest * b for a, b in zip(tie, outer.tie, strict=True)],
    )


def build_prices(
    compiled: Compiled,
    rows: Rows,
    duals: Duals,
    options: Collection[Order] = (),
    marks: Iterable[tuple[int, int]] = (),
) -> Prices:
    """Duals as the gain of each visit in each shift that can hold it, with breaks by time of day.

    Rows among `options` tell times of day apart even where they have no price, by next to nothing; so do
    `marks`, visits with a minute after which a start is another one.
    """
    net = compiled.net
    gains = _gains(compiled, rows, duals, options)
    for i, threshold in marks:
        gains.step(i, threshold, -1e-7)
    for (a, b, day), dual in duals.same.items():
        gains.table[a, day] += dual / net.crew[a]
        gains.table[b, day] -= dual / net.crew[b]
    pairs = compiled.pairs
    gain, row = gains.of_pairs(pairs.visit, net.worker[pairs.shift], pairs.day)
    if rows.homes:
        charge = rows.charge.copy()
        for h, dual in duals.first.items():
            charge[rows.homes[h]] *= 1 - dual / net.extra
        for (i, k), dual in duals.link.items():
            charge[i, k] -= dual
            charge[rows.homes[int(net.home[i])], k] += dual * rows.part_at(i, k)
        gain = gain - charge[pairs.visit, net.worker[pairs.shift]]
    sizes = np.zeros(gains.rows() * net.days + 1, dtype=np.int64)
    for at, found in gains.breaks.items():
        sizes[at + 1] = len(found)
    flat = [pair for at in sorted(gains.breaks) for pair in sorted(gains.breaks[at])]
    return Prices(
        pairs.sptr,
        pairs.visit,
        row,
        np.ascontiguousarray(gain),
        net.fixed - duals.shift,
        np.cumsum(sizes),
        np.array([t for t, _ in flat], dtype=np.int64),
        np.array([d for _, d in flat], dtype=np.float64),
    )


def _gains(compiled: Compiled, rows: Rows, duals: Duals, options: Collection[Order]) -> _Gains:
    """What each visit gains by day and time, with the rows of orders and ties and what the published start saves."""
    net = compiled.net
    gains = _Gains(duals.cover[:, None] - (net.daycost / net.crew[:, None]))
    order = [*duals.order, *[0.0] * (len(rows.orders) - len(duals.order))]
    for one, dual in zip(rows.orders, order, strict=True):
        price = min(dual, -1e-7) if one in options else dual
        if abs(price) > 1e-9:
            for i, threshold, value in rows.terms(one):
                gains.step(i, threshold, price * value)
    for tie, dual in zip(rows.ties, duals.tie, strict=False):
        for term in terms(compiled, tie) if abs(dual) > 1e-9 else ():
            gains.between(term.visit, term.since, term.tau, dual * term.value, term.worker)
    told = np.flatnonzero(net.told_worker >= 0) if net.move_cost > 0 else np.zeros(0, np.int64)
    for i in told.tolist():
        at, k = int(net.told_start[i]), int(net.told_worker[i])
        gains.between(i, at - 1, at, float(net.move_cost), k)
    return gains


class _Gains:
    """What visits gain by day; `breaks` say by how much a later start gains more. Some workers have rows of their own."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.visits, self.days = (int(size) for size in table.shape)
        self.breaks: dict[int, list[tuple[int, float]]] = defaultdict(list)
        self.own: dict[Link, int] = {}

    def rows(self) -> int:
        """How many rows there are, one a visit and one for each worker with prices of his own there."""
        return self.visits + len(self.own)

    def step(self, i: int, threshold: int, charge: float, worker: int = -1) -> None:
        """A route of the worker, or with -1 of anybody, gains `charge` where visit i starts by the threshold."""
        at = i
        if worker >= 0:
            at = self.own.setdefault((i, worker), self.rows())
            if at == len(self.table):
                self.table = np.vstack([self.table, np.zeros((1, self.days))])
        last = min(self.days, max(0, (threshold + 1) // DAY))
        self.table[at, :last] += charge
        day = threshold // DAY
        if last == day < self.days and threshold >= 0:
            self.table[at, day] += charge
            self.breaks[at * self.days + day].append((threshold, -charge))

    def between(self, i: int, since: int, tau: int, charge: float, worker: int) -> None:
        """The same where visit i starts after `since` and by `tau`."""
        self.step(i, tau, charge, worker)
        self.step(i, since, -charge, worker)

    def of_pairs(self, visit: Any, worker: Any, day: Any) -> tuple[Any, Any]:
        """The gain of each pair of visit and shift, and its row of breaks; a worker's own row holds all of them."""
        gain, row = self.table[visit, day], visit * self.days + day
        for (i, k), at in self.own.items():
            here = (visit == i) & (worker == k)
            gain[here] += self.table[at, day[here]]
            row[here] = at * self.days + day[here]
            for d in range(self.days):
                self.breaks[at * self.days + d] += self.breaks.get(i * self.days + d, [])
        return gain, row
