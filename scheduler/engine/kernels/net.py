"""The arrays of the search: the immutable net of a problem, the mutable state of a plan, and small look-ups."""

# mypy: warn-return-any=False

from __future__ import annotations

from typing import Any, NamedTuple

from scheduler.engine.kernels.compiled import compiled

Array = Any
FAR = 1 << 40
BIG = 1_000_000_000  # price of a visit that must have a place, or of a move above the limit


class Net(NamedTuple):
    """One component of a problem in one variant; n visits, m shifts, W workers, times in absolute minutes.

    Windows of visit i on day d are rows wptr[i * days + d] to wptr[i * days + d + 1] of wlo and whi.
    Shifts that can hold visit i alone are cshift[cptr[i]:cptr[i + 1]]. Precedences are kept both ways.
    """

    days: int
    travel: Array
    service: Array
    wptr: Array
    wlo: Array
    whi: Array
    worker: Array
    day: Array
    opens: Array
    closes: Array
    over: Array
    over_rate: Array
    rate: Array
    fixed: Array
    base: Array
    cptr: Array
    cshift: Array
    daycost: Array
    ucost: Array
    home: Array
    extra: int
    crew: Array
    pptr: Array
    pidx: Array
    pleast: Array
    pmost: Array
    sptr: Array
    sidx: Array
    sleast: Array
    smost: Array
    group: Array
    gptr: Array
    gidx: Array
    pin_shift: Array
    pin_start: Array
    told_worker: Array
    told_start: Array
    move_cost: int
    max_moves: int
    near: Array


class State(NamedTuple):
    """A plan under search. `total` is [cost, moves]; `b…` arrays keep what a rejected step must restore.

    `picked` and `team` are room for a stretch of a route and for the making of a crew.
    """

    seq: Array
    size: Array
    drive: Array
    back: Array
    place: Array
    count: Array
    start: Array
    late: Array
    rigid: Array
    at_home: Array
    workers_at: Array
    total: Array
    bseq: Array
    bsize: Array
    bstart: Array
    blate: Array
    brigid: Array
    stamp: Array
    touched: Array
    rng: Array
    picked: Array
    team: Array


@compiled
def draw(rng: Array, limit: int) -> int:
    """A number from 0 to limit - 1 from a generator of our own, the same on every machine."""
    x = rng[0]
    x ^= (x << 13) & 0x7FFFFFFFFFFFFFFF
    x ^= x >> 7
    x ^= (x << 17) & 0x7FFFFFFFFFFFFFFF
    rng[0] = x
    return (x >> 11) % limit


@compiled
def next_start(net: Net, i: int, day: int, at: int) -> int:
    """The first allowed start of visit i on this day, no earlier than `at`; FAR where there is none."""
    row = i * net.days + day
    for w in range(net.wptr[row], net.wptr[row + 1]):
        if net.whi[w] >= at:
            return max(at, net.wlo[w])
    return FAR


@compiled
def last_start(net: Net, i: int, day: int, at: int) -> int:
    """The last allowed start of visit i on this day, no later than `at`; -1 where there is none."""
    row = i * net.days + day
    for w in range(net.wptr[row + 1] - 1, net.wptr[row] - 1, -1):
        if net.wlo[w] <= at:
            return min(at, net.whi[w])
    return -1


@compiled
def linked(net: Net, i: int) -> bool:
    """Whether visit i comes before or after another; asked before a call, since calls carry every array."""
    return net.pptr[i] < net.pptr[i + 1] or net.sptr[i] < net.sptr[i + 1]


@compiled
def lower(net: Net, st: State, i: int) -> int:
    """No earlier than this may visit i start, given the visits that it is linked with where they are now."""
    if st.rigid[i] >= 0:
        return st.rigid[i]
    low = 0
    for q in range(net.pptr[i], net.pptr[i + 1]):
        p = net.pidx[q]
        if st.count[p] > 0:
            low = max(low, st.start[p] + net.service[p] + net.pleast[q])
    for q in range(net.sptr[i], net.sptr[i + 1]):
        j = net.sidx[q]
        if st.count[j] > 0 and net.smost[q] < FAR:
            low = max(low, st.start[j] - net.smost[q] - net.service[i])
    return low


@compiled
def upper(net: Net, st: State, i: int, s: int) -> int:
    """No later than this may visit i start in shift s, given the visits that it is linked with."""
    if st.rigid[i] >= 0:
        return st.rigid[i]
    high = FAR
    for q in range(net.sptr[i], net.sptr[i + 1]):
        j = net.sidx[q]
        if st.count[j] > 0:
            begins = st.late[j] if st.place[j, 0] == s and net.crew[j] == 1 else st.start[j]
            high = min(high, begins - net.sleast[q] - net.service[i])
    for q in range(net.pptr[i], net.pptr[i + 1]):
        p = net.pidx[q]
        if st.count[p] > 0 and net.pmost[q] < FAR:
            high = min(high, st.start[p] + net.service[p] + net.pmost[q])
    return high


@compiled
def may_place(net: Net, st: State, i: int) -> bool:
    """Whether everything that must have a place before visit i has one."""
    if net.pin_shift[i] >= 0:
        return True
    for q in range(net.pptr[i], net.pptr[i + 1]):
        p = net.pidx[q]
        if st.count[p] < net.crew[p]:
            return False
    return True


@compiled
def group_day(net: Net, st: State, i: int) -> int:
    """The day on which another visit of the same group has its place, or -1."""
    g = net.group[i]
    if g >= 0:
        for q in range(net.gptr[g], net.gptr[g + 1]):
            j = net.gidx[q]
            if j != i and st.count[j] > 0:
                return net.day[st.place[j, 0]]
    return -1
