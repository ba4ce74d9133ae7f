"""The duals of the linear master, and what they make each visit worth in each shift to the search for routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import numpy as np

from scheduler.engine.arrays import Compiled
from scheduler.engine.columns.pool import Order, Rows
from scheduler.engine.kernels.pricing import Prices
from scheduler.problem import DAY

Link = tuple[int, int]  # visit, worker


class Duals(NamedTuple):
    """Duals by row: cover by visit, shift by number, order rows in their order, links, same days, homes."""

    cover: Any
    shift: Any
    order: list[float]
    link: dict[Link, float]
    same: dict[tuple[int, int, int], float]
    first: dict[int, float]


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
        {h: share * inner.first.get(h, 0.0) + rest * v for h, v in outer.first.items()},
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
    cover, shift, order, link, same, first = duals
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
    for i, threshold in marks:
        _step(table, breaks, i, threshold, -1e-7, days)
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
        for h, dual in first.items():
            charge[rows.homes[h]] *= 1 - dual / net.extra
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
