"""Finds routes for a master with subset rows in every shift, the best of them or all below a limit."""

# mypy: warn-return-any=False

from __future__ import annotations

import numpy as np

from scheduler.engine.kernels.compiled import allocating
from scheduler.engine.kernels.cut_labels import HEADS, Partials, Subsets, further, mark_subsets
from scheduler.engine.kernels.net import Array, Net
from scheduler.engine.kernels.pricing import MOST_STEPS, WORDS, Ahead, Prices, look_ahead
from scheduler.engine.kernels.routes_out import collect


@allocating
def routes_of(
    net: Net,
    lab: Partials,
    sub: Subsets,
    ahead: Ahead,
    s: int,
    visits: Array,
    gains: Array,
    flat: float,
    limit: float,
    beam: int,
    same: bool,
) -> tuple[int, bool]:
    """Generations of labels, each cut to the `beam` most hopeful; returns (count, nothing was cut)."""
    size = len(visits)
    lab.head[: HEADS if same else size + 1] = -1
    lab.place[0], lab.parent[0], lab.free[0], lab.cost[0] = size, -1, net.opens[s], flat
    lab.bits[0, :] = np.uint64(0)
    lab.pend[0, :] = sub.first
    begin, count, whole, most = 0, 1, True, lab.steps[0] + MOST_STEPS
    while begin < count:
        end = count
        cut = np.inf
        if end - begin > beam:
            cut = np.partition(lab.hope[begin:end], beam)[beam]
            whole = False
        for label in range(begin, end):
            if label == 0 or lab.hope[label] < cut:
                count = further(net, ahead, lab, sub, s, visits, gains, label, count, limit, same)
                if lab.steps[0] > most:
                    break
        if count >= lab.place.shape[0] or lab.steps[0] > most:
            return count, False
        begin = end
    return count, whole


@allocating
def price_with_subsets(
    net: Net,
    price: Prices,
    lab: Partials,
    sub: Subsets,
    shifts: Array,
    limit: float,
    beam: int,
    same: bool,
    each: int,
    out_shift: Array,
    out_size: Array,
    out_seq: Array,
    out_start: Array,
    out_cost: Array,
    least: Array,
) -> int:
    """Price these shifts; writes up to `each` routes a shift below the limit, returns how many in all.

    With `same` these are all sets of visits below the limit; -1 says that there was not the room for them.
    least[s] becomes a lower bound on the reduced cost of any route of shift s: exact where the labels were
    not cut, else by the relaxed future without subset rows, which can only cost more.
    """
    n, found = net.service.shape[0], 0
    local = np.full(n, -1)
    for s in shifts:
        a, b = price.sptr[s], price.sptr[s + 1]
        keep = price.gain[a:b] > -max(0.0, limit)
        visits, gains, rows = price.svisit[a:b][keep], price.gain[a:b][keep], price.row[a:b][keep]
        size = len(visits)
        ahead = look_ahead(net, price, s, visits, gains, rows)
        least[s] = price.flat[s] - ahead.done[size, 0] if size else 0.0
        if size == 0 or least[s] >= limit or size > 64 * WORDS:
            continue
        for v in range(size):
            local[visits[v]] = v
        mark_subsets(sub, s, n, local, size)
        made, whole = routes_of(net, lab, sub, ahead, s, visits, gains, price.flat[s], limit, beam, same)
        for v in range(size):
            local[visits[v]] = -1
        if same and not whole:
            return -1
        found, best = collect(
            net, lab, made, s, visits, limit, each, found, out_shift, out_size, out_seq, out_start, out_cost
        )
        if found < 0:
            return -1
        if whole:
            least[s] = max(least[s], min(best, limit))
    return found
