"""Partial routes that know which subset rows they half fill, for the variant without links."""

# mypy: warn-return-any=False

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.engine.kernels.compiled import allocating, compiled
from scheduler.engine.kernels.net import FAR, Array, Net, next_start
from scheduler.engine.kernels.pricing import STEPS_A_LOOK, WORDS, Ahead

HALVES = 2
HEADS = 1 << 16


class Subsets(NamedTuple):
    """Subset rows with a charge: `row` holds three or five rows of the master each, then -1.

    A row of the master is a visit, or a shift counted on from the number of visits. The rest is room for the
    subset rows that matter in one shift: their bits by local visit, their charges, and the bits of those that
    the shift itself half fills.
    """

    row: Array
    charge: Array
    mask: Array
    price: Array
    first: Array


class Partials(NamedTuple):
    """Partial routes; `pend` has a bit for each subset row met an odd number of times: the next time costs.

    `steps` counts effort.
    """

    place: Array
    parent: Array
    start: Array
    free: Array
    cost: Array
    hope: Array
    bits: Array
    pend: Array
    chain: Array
    head: Array
    steps: Array


@allocating
def partials(visits: int, most: int) -> Partials:
    """Room for that many partial routes."""
    return Partials(
        np.zeros(most, np.int64),
        np.zeros(most, np.int64),
        np.zeros(most, np.int64),
        np.zeros(most, np.int64),
        np.zeros(most, np.float64),
        np.zeros(most, np.float64),
        np.zeros((most, WORDS), np.uint64),
        np.zeros((most, HALVES), np.uint64),
        np.zeros(most, np.int64),
        np.zeros(visits + 1 + HEADS, np.int64),
        np.zeros(1, np.int64),
    )


@compiled
def mark_subsets(sub: Subsets, s: int, n: int, local: Array, size: int) -> int:
    """Note which subset rows a route of shift s can fill; returns how many, the dearest that there is room for."""
    many = 0
    for v in range(size):
        for w in range(HALVES):
            sub.mask[v, w] = np.uint64(0)
    for w in range(HALVES):
        sub.first[w] = np.uint64(0)
    for c in range(sub.charge.shape[0]):
        met = 0
        for q in range(sub.row.shape[1]):
            r = sub.row[c, q]
            met += r == n + s or (0 <= r < n and local[r] >= 0)
        if met < 2 or many == 64 * HALVES:
            continue
        bit = np.uint64(1) << np.uint64(many & 63)
        sub.price[many] = sub.charge[c]
        for q in range(sub.row.shape[1]):
            r = sub.row[c, q]
            if r == n + s:
                sub.first[many >> 6] |= bit
            elif 0 <= r < n and local[r] >= 0:
                sub.mask[local[r], many >> 6] |= bit
        many += 1
    return many


@compiled
def charged(price: Array, bits: np.uint64, word: int) -> float:
    """What the subset rows of these bits cost together."""
    total = 0.0
    at = word * 64
    while bits != np.uint64(0):
        if bits & np.uint64(1):
            total += price[at]
        bits >>= np.uint64(1)
        at += 1
    return total


@compiled
def worse(lab: Partials, other: int, label: int, price: Array, same: bool) -> bool:
    """Whether label is no freer than the other one and no cheaper, whatever subset rows still cost."""
    for w in range(WORDS):
        a, b = lab.bits[other, w], lab.bits[label, w]
        if (a & ~b) or (same and a != b):
            return False
    more = lab.cost[other] - 1e-9
    for w in range(HALVES):
        bits = lab.pend[other, w] & ~lab.pend[label, w]
        if bits:
            more += charged(price, bits, w)
            if more > lab.cost[label]:
                return False
    return True


@compiled
def head_of(lab: Partials, label: int, same: bool) -> int:
    """Where the chain of labels begins that might make this one useless: of its place, or of its visits as well."""
    v = lab.place[label]
    if not same:
        return v
    mixed = np.uint64(v)
    for w in range(WORDS):
        mixed = (mixed ^ lab.bits[label, w]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return int(np.int64(mixed & np.uint64(HEADS - 1)))


@compiled
def beaten(lab: Partials, label: int, price: Array, same: bool) -> bool:
    """Whether an older label of the same place makes this one useless; with `same` only one of equal visits."""
    other = lab.head[head_of(lab, label, same)]
    while other >= 0:
        lab.steps[0] += 1
        if (
            lab.place[other] == lab.place[label]
            and lab.free[other] <= lab.free[label]
            and lab.cost[other] <= lab.cost[label] + 1e-9
            and worse(lab, other, label, price, same)
        ):
            return True
        other = lab.chain[other]
    return False


@compiled
def fill(lab: Partials, sub: Subsets, parent: int, v: int, label: int) -> float:
    """Set the bits of a label one visit after its parent; returns what the subset rows filled by it cost."""
    total = 0.0
    for w in range(WORDS):
        lab.bits[label, w] = lab.bits[parent, w]
    lab.bits[label, v >> 6] |= np.uint64(1) << np.uint64(v & 63)
    for w in range(HALVES):
        hit, pend = sub.mask[v, w], lab.pend[parent, w]
        if pend & hit:
            total += charged(sub.price, pend & hit, w)
        lab.pend[label, w] = pend ^ hit
    return total


@compiled
def beyond(ahead: Ahead, lab: Partials, label: int, opens: int) -> float:
    """Relaxed best future of a label that goes to no visit it has made."""
    v = lab.place[label]
    b = (lab.free[label] - opens) // ahead.width
    then = ahead.done_next[v, b]
    if then >= 0 and (lab.bits[label, then >> 6] >> np.uint64(then & 63)) & np.uint64(1):
        return ahead.done_other[v, b]
    return ahead.done[v, b]


@compiled
def further(
    net: Net,
    ahead: Ahead,
    lab: Partials,
    sub: Subsets,
    s: int,
    visits: Array,
    gains: Array,
    label: int,
    count: int,
    limit: float,
    same: bool,
) -> int:
    """All labels that go one visit further than this one; returns the new count."""
    base, day, opens = net.base[s], net.day[s], net.opens[s]
    lab.steps[0] += STEPS_A_LOOK * len(visits)
    here = visits[lab.place[label]] if lab.place[label] < len(visits) else base
    for v in range(len(visits)):
        if (lab.bits[label, v >> 6] >> np.uint64(v & 63)) & np.uint64(1):
            continue
        i = visits[v]
        leg = net.travel[here, i]
        at = next_start(net, i, day, lab.free[label] + leg)
        if at >= FAR or at + net.service[i] + net.travel[i, base] > net.closes[s]:
            continue
        if count >= lab.place.shape[0]:
            return count
        lab.place[count], lab.parent[count], lab.start[count] = v, label, at
        lab.free[count] = at + net.service[i]
        lab.cost[count] = lab.cost[label] + net.rate[s] * leg - gains[v] + fill(lab, sub, label, v, count)
        lab.hope[count] = lab.cost[count] - beyond(ahead, lab, count, opens)
        if lab.hope[count] >= limit or beaten(lab, count, sub.price, same):
            continue
        at_head = head_of(lab, count, same)
        lab.chain[count], lab.head[at_head] = lab.head[at_head], count
        count += 1
    return count
