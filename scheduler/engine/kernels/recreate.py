"""Finds the cheapest place of a visit in a plan under search, alone or as a crew, and puts it there."""

# mypy: warn-return-any=False
# ruff: noqa: SIM110

from __future__ import annotations

from scheduler.engine.kernels.compiled import compiled
from scheduler.engine.kernels.net import (
    FAR,
    Array,
    Net,
    State,
    draw,
    group_day,
    linked,
    lower,
    may_place,
    next_start,
    upper,
)
from scheduler.engine.kernels.routes import (
    beside,
    detour,
    first_position,
    fits,
    insert,
    longer,
    move_price,
)


@compiled
def best_in_shift(net: Net, st: State, i: int, s: int, low: int, high: int, most: int) -> tuple[int, int]:
    """Cheapest position of visit i in route s below `most`: (cost, position); (most, -1) where none fits."""
    best, where = most, -1
    if st.size[s] >= st.seq.shape[1]:
        return best, where
    first = first_position(net, st, i, s) if net.pptr[i] < net.pptr[i + 1] else 0
    for p in range(first, st.size[s] + 1):
        cost = detour(net, st, i, s, p)
        if cost >= best:
            continue
        at = fits(net, st, i, s, p, low, high)
        if at >= FAR:
            continue
        if net.over[s] > 0:
            cost += longer(net, st, i, s, p, at)
        if cost < best:
            best, where = cost, p
    return best, where


@compiled
def place_one(net: Net, st: State, i: int, only_day: int, blink: int) -> bool:
    """Insert visit i (one worker) where it is cheapest; blink in 1000 shifts are overlooked at random."""
    best, into, where, rigid = FAR, -1, -1, -1
    told, tied = net.told_worker[i], linked(net, i)
    low = lower(net, st, i) if tied else 0
    price = move_price(net, st, i) if told >= 0 else 0
    for q in range(net.cptr[i], net.cptr[i + 1]):
        s = net.cshift[q]
        day = net.day[s]
        if (only_day >= 0 and day != only_day) or (blink > 0 and draw(st.rng, 1000) < blink):
            continue
        side = net.daycost[i, day] + beside(net, st, i, s)
        if side >= best:
            continue
        high = upper(net, st, i, s) if tied else FAR
        cost, p = best_in_shift(net, st, i, s, low, high, best - side - price)
        if p >= 0:
            best, into, where, rigid = cost + side + price, s, p, -1
        then = net.told_start[i]
        if net.worker[s] == told and low <= then <= high and then // 1440 == day:
            cost, p = best_in_shift(net, st, i, s, then, then, best - side)
            if p >= 0:
                best, into, where, rigid = cost + side, s, p, then
    if into < 0 or best - price >= net.ucost[i] + FAR // 4:
        return False
    insert(net, st, i, into, where, rigid)
    return True


@compiled
def crew_cost(net: Net, st: State, i: int, day: int, at: int, first: int) -> tuple[int, int]:
    """Cheapest crew of visit i that starts together at `at`: (cost, members found).

    Fills the first rows of `team` with shifts and positions. `first` names a worker who must be of the crew, or -1.
    """
    wanted, total = net.crew[i], 0
    for c in range(wanted):
        best, st.team[0, c] = FAR, -1
        for q in range(net.cptr[i], net.cptr[i + 1]):
            s = net.cshift[q]
            if net.day[s] != day or (c == 0 and first >= 0 and net.worker[s] != first):
                continue
            if taken(net, st, c, s):
                continue
            side = beside(net, st, i, s)
            cost, p = best_in_shift(net, st, i, s, at, at, best - side)
            if p >= 0:
                best, st.team[0, c], st.team[1, c] = cost + side, s, p
        if st.team[0, c] < 0:
            return FAR, c
        total += best
    return total, wanted


@compiled
def taken(net: Net, st: State, upto: int, s: int) -> bool:
    """Whether the worker of shift s is among the first `upto` members."""
    for c in range(upto):
        if net.worker[st.team[0, c]] == net.worker[s]:
            return True
    return False


@compiled
def place_crew(net: Net, st: State, i: int, only_day: int, first: int, fixed: int) -> bool:
    """Insert visit i with its whole crew at the common start that costs least; fixed gives the start, or -1."""
    wanted, best, when = net.crew[i], FAR, -1
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
            cost, found = crew_cost(net, st, i, day, at, first)
            if found == wanted and cost + net.daycost[i, day] + price < best:
                best, when = cost + net.daycost[i, day] + price, at
                for c in range(wanted):
                    st.team[2, c], st.team[3, c] = st.team[0, c], st.team[1, c]
            if fixed >= 0:
                break
    if when < 0:
        return False
    for c in range(wanted):
        insert(net, st, i, st.team[2, c], st.team[3, c], when)
    return True


@compiled
def place(net: Net, st: State, i: int, only_day: int, blink: int) -> bool:
    """Give visit i a place if the visits before it have theirs and any route has room."""
    if st.count[i] > 0 or (net.pptr[i] < net.pptr[i + 1] and not may_place(net, st, i)):
        return False
    if net.group[i] >= 0:
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
    """Place visits in this order, again those that may have waited for another that came later in it.

    With one_day in 100 chances a group of the same day is held to a day drawn at random.
    """
    for again in range(3):
        placed = 0
        for q in range(many):
            i = order[q]
            if again and net.pptr[i] == net.pptr[i + 1] and net.group[i] < 0:
                continue
            day = -1
            if net.group[i] >= 0 and draw(st.rng, 100) < one_day:
                day = draw(st.rng, net.days)
            placed += place(net, st, i, day, blink)
        if placed == 0:
            break
