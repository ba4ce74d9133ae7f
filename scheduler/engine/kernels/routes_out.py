"""Runs the labelling of every shift and hands back the best routes, or all routes below a limit."""

# mypy: warn-return-any=False

from __future__ import annotations

import numpy as np

from scheduler.engine.kernels.compiled import allocating, compiled
from scheduler.engine.kernels.cut_labels import Partials
from scheduler.engine.kernels.net import Array, Net
from scheduler.engine.kernels.pricing import MOST_STEPS, WORDS, Ahead, Labels, Prices, extend, look_ahead


@allocating
def scratch(net: Net, most: int) -> Labels:
    """Room for that many labels."""
    n = net.service.shape[0]
    return Labels(
        np.zeros(most, np.int64),
        np.zeros(most, np.int64),
        np.zeros(most, np.int64),
        np.zeros(most, np.int64),
        np.zeros(most, np.float64),
        np.zeros(most, np.float64),
        np.zeros((most, WORDS), np.uint64),
        np.zeros(most, np.int64),
        np.zeros(n + 1, np.int64),
        np.zeros(1, np.int64),
    )


@compiled
def whole_cost(net: Net, lab: Labels | Partials, label: int, s: int, visits: Array) -> float:
    """Reduced cost of a label that goes home now."""
    i, base = visits[lab.place[label]], net.base[s]
    home = lab.free[label] + net.travel[i, base]
    return (
        lab.cost[label] + net.rate[s] * net.travel[i, base] + net.over_rate[s] * max(0, home - net.closes[s])
    )


@compiled
def choose(price: Prices, s: int, least: float, visits: Array, gains: Array, rows: Array) -> int:
    """Visits worth looking at in shift s, the best earning first where there are too many; returns how many."""
    count = 0
    for q in range(price.sptr[s], price.sptr[s + 1]):
        i, value = price.svisit[q], price.gain[q]
        for b in range(price.bptr[price.row[q]], price.bptr[price.row[q] + 1]):
            value += max(0.0, price.bdelta[b])
        if value > least:
            visits[count], gains[count], rows[count] = i, price.gain[q], price.row[q]
            count += 1
    return count


@allocating
def label_shift(
    net: Net,
    price: Prices,
    lab: Labels,
    ahead: Ahead,
    s: int,
    visits: Array,
    gains: Array,
    rows: Array,
    local: Array,
    limit: float,
    beam: int,
    same: int,
) -> tuple[int, bool]:
    """Generations of labels, each cut to the `beam` most hopeful; returns (count, nothing was cut)."""
    size = len(visits)
    lab.head[: size + 1] = -1
    lab.place[0], lab.parent[0], lab.free[0], lab.cost[0] = size, -1, net.opens[s], price.flat[s]
    lab.bits[0, :] = np.uint64(0)
    begin, count, whole, most = 0, 1, True, lab.steps[0] + MOST_STEPS
    while begin < count:
        end = count
        cut = np.inf
        if end - begin > beam:
            cut = np.partition(lab.hope[begin:end], beam)[beam]
            whole = False
        for label in range(begin, end):
            if label == 0 or lab.hope[label] < cut:
                count = extend(
                    net, price, ahead, lab, s, visits, gains, rows, local, label, count, limit, same
                )
                if lab.steps[0] > most:
                    break
        if count >= lab.place.shape[0] or lab.steps[0] > most:
            return count, False
        begin = end
    return count, whole


@compiled
def write(
    lab: Labels | Partials, label: int, visits: Array, seq: Array, start: Array, size: Array, at: int
) -> None:
    """Copy the route of a label into row `at`."""
    length, one = 0, label
    while lab.parent[one] >= 0:
        length += 1
        one = lab.parent[one]
    size[at] = length
    one = label
    for p in range(length - 1, -1, -1):
        seq[at, p], start[at, p] = visits[lab.place[one]], lab.start[one]
        one = lab.parent[one]


@allocating
def price_shifts(
    net: Net,
    price: Prices,
    lab: Labels,
    shifts: Array,
    limits: Array,
    beam: int,
    same: int,
    each: int,
    out_shift: Array,
    out_size: Array,
    out_seq: Array,
    out_start: Array,
    out_cost: Array,
    least: Array,
) -> int:
    """Price these shifts; writes up to `each` routes a shift below its limit, returns how many in all or -1.

    least[s] becomes a lower bound on the reduced cost of any route of shift s: exact where the labels were
    not cut, else by the relaxed future. -1 says that the room given was not enough.
    """
    n, found, total = net.service.shape[0], 0, 0
    local = np.full(n, -1)
    visits_room, gains_room, rows_room = np.zeros(n, np.int64), np.zeros(n), np.zeros(n, np.int64)
    for s in shifts:
        limit = limits[s]
        count = choose(price, s, -max(0.0, limit), visits_room, gains_room, rows_room)
        visits, gains, rows = visits_room[:count], gains_room[:count], rows_room[:count]
        ahead = look_ahead(net, price, s, visits, gains, rows)
        least[s] = price.flat[s] - ahead.done[count, 0] if count else 0.0
        if count == 0 or least[s] >= limit or count > 64 * WORDS:
            continue
        for v in range(count):
            local[visits[v]] = v
        made, whole = label_shift(net, price, lab, ahead, s, visits, gains, rows, local, limit, beam, same)
        for v in range(count):
            local[visits[v]] = -1
        total += made
        if same > 0 and (not whole or total > 40 * out_shift.shape[0]):
            return -1
        found, best = collect(
            net, lab, made, s, visits, limit, each, found, out_shift, out_size, out_seq, out_start, out_cost
        )
        if found < 0:
            return -1
        if whole:
            least[s] = min(best, limit)
    return found


@allocating
def collect(
    net: Net,
    lab: Labels | Partials,
    made: int,
    s: int,
    visits: Array,
    limit: float,
    each: int,
    found: int,
    out_shift: Array,
    out_size: Array,
    out_seq: Array,
    out_start: Array,
    out_cost: Array,
) -> tuple[int, float]:
    """Write the best `each` routes of shift s; returns (how many in all or -1 without room, least cost)."""
    best = np.inf
    for label in range(1, made):
        lab.hope[label] = whole_cost(net, lab, label, s, visits)
        best = min(best, lab.hope[label])
    cut = limit
    if made - 1 > each:
        cut = min(limit, np.partition(lab.hope[1:made], each)[each])
    for label in range(1, made):
        if lab.hope[label] < cut:
            if found >= out_shift.shape[0]:
                return -1, best
            write(lab, label, visits, out_seq, out_start, out_size, found)
            out_shift[found], out_cost[found] = s, lab.hope[label]
            found += 1
    return found, best
