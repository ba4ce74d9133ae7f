"""Finds routes that improve the linear master: a relaxed look-ahead bounds and prunes, labels carry real routes."""

# mypy: warn-return-any=False

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.engine.kernels.compiled import allocating, compiled
from scheduler.engine.kernels.net import FAR, Array, Net, next_start

NEVER = -1e15
WORDS = 4
# Effort is counted in comparisons of two labels: what a look at one more visit takes, and the most for one shift.
STEPS_A_LOOK, MOST_STEPS = 8, 300_000_000


class Prices(NamedTuple):
    """What a route earns by the duals of the master.

    Shift s may hold visits svisit[sptr[s]:sptr[s + 1]], and gain is what each earns there when it starts at
    once. Where its start passes btime, rows bptr[row] to bptr[row + 1], it earns bdelta more; shifts of one
    day share a row for a visit unless its worker has a price of his own there.
    flat[s] is what using shift s costs before any leg.
    """

    sptr: Array
    svisit: Array
    row: Array
    gain: Array
    flat: Array
    bptr: Array
    btime: Array
    bdelta: Array


class Ahead(NamedTuple):
    """Relaxed best future by local visit and time bucket: from being there done, and from arriving there."""

    done: Array
    done_next: Array
    done_other: Array
    come: Array
    come_next: Array
    come_other: Array
    width: int


class Labels(NamedTuple):
    """Partial routes; place is a local visit, bits the local visits already made, `steps` counts effort."""

    place: Array
    parent: Array
    start: Array
    free: Array
    cost: Array
    hope: Array
    bits: Array
    chain: Array
    head: Array
    steps: Array


@compiled
def extra_gain(price: Prices, row: int, at: int) -> float:
    """What a start at `at` earns beyond a start at once."""
    total = 0.0
    for b in range(price.bptr[row], price.bptr[row + 1]):
        if price.btime[b] < at:
            total += price.bdelta[b]
    return total


@compiled
def merge(value: float, then: int, best: Array, then_best: Array, other: Array, v: int, b: int) -> None:
    """Keep the best value with its next visit, and the best with any other next visit."""
    if value > best[v, b]:
        if then != then_best[v, b]:
            other[v, b] = best[v, b]
        best[v, b], then_best[v, b] = value, then
    elif then != then_best[v, b] and value > other[v, b]:
        other[v, b] = value


@compiled
def arrive(
    net: Net, price: Prices, ahead: Ahead, s: int, v: int, i: int, b: int, gain: float, row: int
) -> None:
    """Best future of arriving at local visit v no earlier than bucket b."""
    day, opens = net.day[s], net.opens[s]
    first = next_start(net, i, day, opens + b * ahead.width)
    option = price.bptr[row] - 1
    while option < price.bptr[row + 1]:
        at = first
        if option >= price.bptr[row]:
            at = FAR
            if price.bdelta[option] > 0 and price.btime[option] >= first:
                at = next_start(net, i, day, price.btime[option] + 1)
        option += 1
        if at >= FAR or at + net.service[i] > net.closes[s] + net.over[s]:
            continue
        c = (at + net.service[i] - opens) // ahead.width
        worth = gain + extra_gain(price, row, at)
        if ahead.done[v, c] > NEVER:
            merge(
                worth + ahead.done[v, c],
                ahead.done_next[v, c],
                ahead.come,
                ahead.come_next,
                ahead.come_other,
                v,
                b,
            )
        if ahead.done_other[v, c] > NEVER:
            merge(worth + ahead.done_other[v, c], -2, ahead.come, ahead.come_next, ahead.come_other, v, b)


@compiled
def leave(net: Net, ahead: Ahead, s: int, v: int, here: int, visits: Array, b: int) -> None:
    """Best future of being done at local visit v no earlier than bucket b."""
    now = net.opens[s] + b * ahead.width
    home = now + net.travel[here, net.base[s]]
    if home <= net.closes[s] + net.over[s]:
        cost = net.rate[s] * net.travel[here, net.base[s]] + net.over_rate[s] * max(0, home - net.closes[s])
        merge(-float(cost), -1, ahead.done, ahead.done_next, ahead.done_other, v, b)
    for w in range(len(visits)):
        c = b + net.travel[here, visits[w]] // ahead.width
        if w == v or c >= ahead.come.shape[1]:
            continue
        worth = ahead.come_other[w, c] if ahead.come_next[w, c] == v else ahead.come[w, c]
        if worth > NEVER:
            merge(
                worth - net.rate[s] * net.travel[here, visits[w]],
                w,
                ahead.done,
                ahead.done_next,
                ahead.done_other,
                v,
                b,
            )


@allocating
def look_ahead(net: Net, price: Prices, s: int, visits: Array, gains: Array, rows: Array) -> Ahead:
    """Fill the relaxed future for one shift; the last local row is the base."""
    size = len(visits)
    width = 15
    for i in visits:
        width = min(width, net.service[i])
    buckets = (net.closes[s] + net.over[s] - net.opens[s]) // width + 1
    shape = (size + 1, buckets)
    ahead = Ahead(
        np.full(shape, NEVER),
        np.full(shape, -3),
        np.full(shape, NEVER),
        np.full(shape, NEVER),
        np.full(shape, -3),
        np.full(shape, NEVER),
        width,
    )
    for b in range(buckets - 1, -1, -1):
        for v in range(size):
            arrive(net, price, ahead, s, v, visits[v], b, gains[v], rows[v])
        for v in range(size):
            leave(net, ahead, s, v, visits[v], visits, b)
    leave(net, ahead, s, size, net.base[s], visits, 0)
    return ahead


@compiled
def has(bits: Array, label: int, v: int) -> bool:
    """Whether local visit v is in the route of a label."""
    return (bits[label, v >> 6] >> np.uint64(v & 63)) & np.uint64(1) == np.uint64(1)


@compiled
def future(net: Net, ahead: Ahead, lab: Labels, label: int, s: int) -> float:
    """Relaxed best future of a label that goes to no visit it has made."""
    v = lab.place[label]
    b = (lab.free[label] - net.opens[s]) // ahead.width
    then = ahead.done_next[v, b]
    if then >= 0 and has(lab.bits, label, then):
        return ahead.done_other[v, b]
    return ahead.done[v, b]


@compiled
def dominated(lab: Labels, label: int, same: bool) -> bool:
    """Whether an older label of the same place is no later, no dearer and leaves no visit out of reach.

    With `same` only a label of exactly the same visits counts.
    """
    other = lab.head[lab.place[label]]
    while other >= 0:
        lab.steps[0] += 1
        if lab.free[other] <= lab.free[label] and lab.cost[other] <= lab.cost[label] + 1e-9:
            inside = True
            for w in range(WORDS):
                a, b = lab.bits[other, w], lab.bits[label, w]
                if (same and a != b) or (a & ~b) != np.uint64(0):
                    inside = False
                    break
            if inside:
                return True
        other = lab.chain[other]
    return False


@compiled
def barred(net: Net, lab: Labels, label: int, i: int, local: Array) -> bool:
    """Whether the route already holds a visit that must come after visit i."""
    for q in range(net.sptr[i], net.sptr[i + 1]):
        v = local[net.sidx[q]]
        if v >= 0 and has(lab.bits, label, v):
            return True
    return False


@compiled
def push(
    net: Net,
    ahead: Ahead,
    lab: Labels,
    s: int,
    count: int,
    parent: int,
    v: int,
    i: int,
    at: int,
    cost: float,
    limit: float,
    same: int,
) -> int:
    """Store a label unless its hope is over or another dominates it; returns the new count.

    `same`: 0 full dominance, 1 only among equal sets, 2 none.
    """
    if count >= lab.place.shape[0]:
        return count
    lab.place[count], lab.parent[count], lab.start[count] = v, parent, at
    lab.free[count], lab.cost[count] = at + net.service[i], cost
    for w in range(WORDS):
        lab.bits[count, w] = lab.bits[parent, w]
    lab.bits[count, v >> 6] |= np.uint64(1) << np.uint64(v & 63)
    lab.hope[count] = cost - future(net, ahead, lab, count, s)
    if lab.hope[count] >= limit:
        return count
    if same < 2 and dominated(lab, count, same == 1):
        return count
    lab.chain[count] = lab.head[v]
    lab.head[v] = count
    return count + 1


@compiled
def extend(
    net: Net,
    price: Prices,
    ahead: Ahead,
    lab: Labels,
    s: int,
    visits: Array,
    gains: Array,
    rows: Array,
    local: Array,
    label: int,
    count: int,
    limit: float,
    same: int,
) -> int:
    """All labels that go one visit further, with a wait wherever waiting earns; returns the new count."""
    day = net.day[s]
    lab.steps[0] += STEPS_A_LOOK * len(visits)
    here = visits[lab.place[label]] if lab.place[label] < len(visits) else net.base[s]
    for v in range(len(visits)):
        i = visits[v]
        if has(lab.bits, label, v) or barred(net, lab, label, i, local):
            continue
        leg = net.travel[here, i]
        first = next_start(net, i, day, lab.free[label] + leg)
        row = rows[v]
        for option in range(price.bptr[row] - 1, price.bptr[row + 1]):
            at = first
            if option >= price.bptr[row]:
                if price.bdelta[option] <= 0 or price.btime[option] < first:
                    continue
                at = next_start(net, i, day, price.btime[option] + 1)
            if at + net.service[i] + net.travel[i, net.base[s]] > net.closes[s] + net.over[s]:
                continue
            cost = lab.cost[label] + net.rate[s] * leg - gains[v] - extra_gain(price, row, at)
            count = push(net, ahead, lab, s, count, label, v, i, at, cost, limit, same)
    return count
