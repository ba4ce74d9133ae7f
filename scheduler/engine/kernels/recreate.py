"""Finds the cheapest place of a visit in a plan under search, alone or as a crew, and puts it there."""

# mypy: warn-return-any=False
# ruff: noqa: SIM110

from __future__ import annotations

import numpy as np

from scheduler.engine.kernels.compiled import compiled
from scheduler.engine.kernels.net import (
    FAR,
    Array,
    Net,
    State,
    draw,
    group_day,
    lower,
    may_place,
    next_start,
    upper,
)
from scheduler.engine.kernels.routes import (
    added,
    beside,
    first_position,
    fits,
    insert,
    move_price,
)


@compiled
def best_in_shift(net: Net, st: State, i: int, s: int, low: int, high: int) -> tuple[int, int, int]:
    """Cheapest position of visit i in route s: (cost, position, start); cost FAR where none fits."""
    best, where, when = FAR, -1, -1
    if st.size[s] >= st.seq.shape[1]:
        return best, where, when
    for p in range(first_position(net, st, i, s), st.size[s] + 1):
        at = fits(net, st, i, s, p, low, high)
        if at < FAR:
            cost = added(net, st, i, s, p, at)
            if cost < best:
                best, where, when = cost, p, at
    return best, where, when


@compiled
def here_already(st: State, i: int, s: int) -> bool:
    """Whether route s holds visit i."""
    for c in range(st.count[i]):
        if st.place[i, c] == s:
            return True
    return False


@compiled
def place_one(net: Net, st: State, i: int, only_day: int, blink: int) -> bool:
    """Insert visit i (one worker) where it is cheapest; blink in 1000 shifts are overlooked at random."""
    best, into, where, rigid = FAR, -1, -1, -1
    low, told, price = lower(net, st, i), net.told_worker[i], move_price(net, st, i)
    for q in range(net.cptr[i], net.cptr[i + 1]):
        s = net.cshift[q]
        day = net.day[s]
        if (only_day >= 0 and day != only_day) or (blink > 0 and draw(st.rng, 1000) < blink):
            continue
        side = net.daycost[i, day] + beside(net, st, i, s)
        if side >= best:
            continue
        high = upper(net, st, i, s)
        cost, p, _ = best_in_shift(net, st, i, s, low, high)
        if cost < FAR and cost + side + price < best:
            best, into, where, rigid = cost + side + price, s, p, -1
        then = net.told_start[i]
        if net.worker[s] == told and low <= then <= high and then // 1440 == day:
            cost, p, _ = best_in_shift(net, st, i, s, then, then)
            if cost < FAR and cost + side < best:
                best, into, where, rigid = cost + side, s, p, then
    if into < 0 or best - price >= net.ucost[i] + FAR // 4:
        return False
    insert(net, st, i, into, where, rigid)
    return True


@compiled
def crew_cost(
    net: Net, st: State, i: int, day: int, at: int, chosen: Array, where: Array, first: int
) -> tuple[int, int]:
    """Cheapest crew of visit i that starts together at `at`: (cost, members found); fills chosen and where.

    `first` names a worker who must be of the crew, or -1.
    """
    wanted, total = net.crew[i], 0
    for c in range(wanted):
        best, chosen[c] = FAR, -1
        for q in range(net.cptr[i], net.cptr[i + 1]):
            s = net.cshift[q]
            if net.day[s] != day or (c == 0 and first >= 0 and net.worker[s] != first):
                continue
            if taken(net, chosen, c, s):
                continue
            cost, p, _ = best_in_shift(net, st, i, s, at, at)
            if cost < FAR and cost + beside(net, st, i, s) < best:
                best, chosen[c], where[c] = cost + beside(net, st, i, s), s, p
        if chosen[c] < 0:
            return FAR, c
        total += best
    return total, wanted


@compiled
def taken(net: Net, chosen: Array, upto: int, s: int) -> bool:
    """Whether the worker of shift s is among the first `upto` members."""
    for c in range(upto):
        if net.worker[chosen[c]] == net.worker[s]:
            return True
    return False


@compiled
def place_crew(net: Net, st: State, i: int, only_day: int, first: int, fixed: int) -> bool:
    """Insert visit i with its whole crew at the common start that costs least; fixed gives the start, or -1."""
    wanted, best, when = net.crew[i], FAR, -1
    chosen, where = np.full(wanted, -1), np.full(wanted, -1)
    keep, spot = np.full(wanted, -1), np.full(wanted, -1)
    low = lower(net, st, i)
    price = 0 if fixed >= 0 else move_price(net, st, i)
    for q in range(net.cptr[i], net.cptr[i + 1]):
        s = net.cshift[q]
        day = net.day[s]
        if only_day >= 0 and day != only_day:
            continue
        high = upper(net, st, i, s)
        for p in range(st.size[s] + 1):
            at = fits(net, st, i, s, p, low, high) if fixed < 0 else fixed
            if at >= FAR or at // 1440 != day or not low <= at <= high or next_start(net, i, day, at) != at:
                continue
            cost, found = crew_cost(net, st, i, day, at, chosen, where, first)
            if found == wanted and cost + net.daycost[i, day] + price < best:
                best, when = cost + net.daycost[i, day] + price, at
                keep[:], spot[:] = chosen, where
            if fixed >= 0:
                break
    if when < 0:
        return False
    for c in range(wanted):
        insert(net, st, i, keep[c], spot[c], when)
    return True


@compiled
def place(net: Net, st: State, i: int, only_day: int, blink: int) -> bool:
    """Give visit i a place if the visits before it have theirs and any route has room."""
    if st.count[i] > 0 or not may_place(net, st, i):
        return False
    day = group_day(net, st, i)
    if day >= 0:
        only_day = day
    if net.pin_shift[i] >= 0:
        return place_crew(net, st, i, only_day, net.worker[net.pin_shift[i]], net.pin_start[i])
    if net.crew[i] == 1:
        return place_one(net, st, i, only_day, blink)
    if net.told_worker[i] >= 0 and place_crew(net, st, i, only_day, net.told_worker[i], net.told_start[i]):
        return True
    return place_crew(net, st, i, only_day, -1, -1)


@compiled
def place_all(net: Net, st: State, order: Array, many: int, blink: int, one_day: int) -> None:
    """Place visits in this order, again for those whose predecessor came later, then undo broken groups.

    With one_day in 100 chances a group of the same day is held to a day drawn at random.
    """
    for _ in range(3):
        placed = 0
        for q in range(many):
            i = order[q]
            day = -1
            if net.group[i] >= 0 and draw(st.rng, 100) < one_day:
                day = draw(st.rng, net.days)
            placed += place(net, st, i, day, blink)
        if placed == 0:
            break
