"""Ruin and recreate: takes neighbouring visits out of the plan, puts them back better, and keeps the best plan."""

# mypy: warn-return-any=False

from __future__ import annotations

import math

from scheduler.engine.kernels.compiled import compiled
from scheduler.engine.kernels.net import BIG, Array, Net, State, draw
from scheduler.engine.kernels.recreate import place_all
from scheduler.engine.kernels.routes import remove, restore


@compiled
def worth(net: Net, st: State) -> int:
    """Cost of the plan under search, moves above the limit priced out."""
    return st.total[0] + BIG * max(0, st.total[1] - net.max_moves)


@compiled
def undo_broken_groups(net: Net, st: State) -> None:
    """Take out groups of the same day that are not whole; again until none is left."""
    again = True
    while again:
        again = False
        for g in range(net.gptr.shape[0] - 1):
            have = 0
            for q in range(net.gptr[g], net.gptr[g + 1]):
                have += st.count[net.gidx[q]] > 0
            if 0 < have < net.gptr[g + 1] - net.gptr[g]:
                for q in range(net.gptr[g], net.gptr[g + 1]):
                    i = net.gidx[q]
                    if st.count[i] > 0 and net.pin_shift[i] < 0:
                        remove(net, st, i)
                        again = True


@compiled
def take_string(net: Net, st: State, i: int, longest: int) -> int:
    """Remove a stretch of the route of visit i around it; returns how many visits went."""
    s = st.place[i, 0]
    size = st.size[s]
    long = min(size, 1 + draw(st.rng, longest))
    at = 0
    while st.seq[s, at] != i:
        at += 1
    begin = max(0, min(at - draw(st.rng, long), size - long))
    for p in range(long):
        st.picked[p] = st.seq[s, begin + p]
    for p in range(long):
        remove(net, st, st.picked[p])
    return long


@compiled
def ruin(net: Net, st: State, seed: int, wanted: int) -> None:
    """Remove about `wanted` visits in and around the neighbourhood of a visit."""
    gone = 0
    if st.count[seed] == 0 and net.cptr[seed] < net.cptr[seed + 1]:
        for _ in range(1 + draw(st.rng, 3)):
            s = net.cshift[net.cptr[seed] + draw(st.rng, net.cptr[seed + 1] - net.cptr[seed])]
            if st.size[s] > 0:
                gone += take_string(net, st, st.seq[s, draw(st.rng, st.size[s])], 8)
    skip = draw(st.rng, 3)
    for q in range(net.near.shape[1]):
        i = net.near[seed, q]
        if gone >= wanted:
            break
        if st.count[i] > 0 and net.pin_shift[i] < 0 and draw(st.rng, 4) >= skip:
            gone += take_string(net, st, i, 6)


@compiled
def ordered(net: Net, st: State, order: Array, key: Array, spare: int) -> int:
    """Fill `order` with visits without a place, sorted by a criterion drawn at random; returns how many.

    Those taken out in this step always come, of those left out before a sample of about `spare`.
    """
    absent, many, kind = 0, 0, draw(st.rng, 4)
    for i in range(net.service.shape[0]):
        absent += st.count[i] == 0 and net.cptr[i] < net.cptr[i + 1]
    for i in range(net.service.shape[0]):
        if st.count[i] > 0 or net.cptr[i] == net.cptr[i + 1]:
            continue
        if st.late[i] != -st.stamp[-1] and draw(st.rng, absent) >= spare:
            continue
        order[many] = i
        if kind == 0:
            key[many] = draw(st.rng, 1 << 30)
        elif kind == 1:
            key[many] = -net.ucost[i] * 1024 + draw(st.rng, 1024)
        elif kind == 2:
            key[many] = (net.cptr[i + 1] - net.cptr[i]) * 1024 + draw(st.rng, 1024)
        else:
            key[many] = -net.service[i] * 1024 + draw(st.rng, 1024)
        many += 1
    sort_by(order, key, many)
    return many


@compiled
def sort_by(order: Array, key: Array, many: int) -> None:
    """Insertion sort of the first `many` by key; they are few."""
    for a in range(1, many):
        i, value, b = order[a], key[a], a
        while b > 0 and key[b - 1] > value:
            order[b], key[b] = order[b - 1], key[b - 1]
            b -= 1
        order[b], key[b] = i, value


@compiled
def keep(st: State, seq: Array, size: Array, start: Array) -> None:
    """Copy the plan under search into the best one."""
    for s in range(size.shape[0]):
        size[s] = st.size[s]
        for p in range(st.size[s]):
            seq[s, p] = st.seq[s, p]
    for i in range(start.shape[0]):
        start[i] = st.start[i]


@compiled
def step(net: Net, st: State, order: Array, key: Array, ruined: int) -> None:
    """One ruin and one recreate."""
    st.stamp[-1] += 1
    st.touched[-1] = 0
    n = net.service.shape[0]
    seed = draw(st.rng, n)
    ruin(net, st, seed, 2 + draw(st.rng, ruined))
    many = ordered(net, st, order, key, 12)
    blink = 10 if draw(st.rng, 4) else 150
    place_all(net, st, order, many, blink, 50)
    if net.gptr.shape[0] > 1:
        undo_broken_groups(net, st)


@compiled
def anneal(
    net: Net,
    st: State,
    best: Array,
    seq: Array,
    size: Array,
    start: Array,
    order: Array,
    key: Array,
    steps: int,
    hot: float,
    cold: float,
    ruined: int,
) -> int:
    """Run that many steps from temperature `hot` to `cold`; best[0] is the cost of the best plan kept.

    Returns how many times the best plan was improved.
    """
    better = 0
    for q in range(steps):
        before = worth(net, st)
        step(net, st, order, key, ruined)
        after = worth(net, st)
        heat = hot * (cold / hot) ** (q / steps)
        luck = (draw(st.rng, 1 << 30) + 1) / (1 << 30)
        if after > before - heat * math.log(luck):
            restore(net, st)
        elif after < best[0]:
            best[0] = after
            keep(st, seq, size, start)
            better += 1
    return better


@compiled
def construct(net: Net, st: State, order: Array, many: int) -> None:
    """A first plan: every visit in the order given, the most urgent first."""
    st.stamp[-1] += 1
    st.touched[-1] = 0
    place_all(net, st, order, many, 0, 0)
    if net.gptr.shape[0] > 1:
        undo_broken_groups(net, st)
