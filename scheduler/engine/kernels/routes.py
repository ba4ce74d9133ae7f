"""Changes one route of a plan under search and keeps times, cost and the way back consistent."""

# mypy: warn-return-any=False

from __future__ import annotations

from scheduler.engine.kernels.compiled import compiled
from scheduler.engine.kernels.net import BIG, FAR, Net, State, last_start, linked, lower, next_start, upper


@compiled
def route_cost(net: Net, st: State, s: int) -> int:
    """Travel, shift and overtime of one route."""
    if st.size[s] == 0:
        return 0
    return net.fixed[s] + net.rate[s] * st.drive[s] + net.over_rate[s] * max(0, st.back[s] - net.closes[s])


@compiled
def retime(net: Net, st: State, s: int) -> None:
    """Earliest starts forward, latest starts backward, for one route whose order stands."""
    day, size, base = net.day[s], st.size[s], net.base[s]
    free, here, drive = net.opens[s], base, 0
    for p in range(size):
        i = st.seq[s, p]
        leg = net.travel[here, i]
        drive += leg
        low = lower(net, st, i) if linked(net, i) else st.rigid[i]
        st.start[i] = next_start(net, i, day, max(free + leg, low))
        free, here = st.start[i] + net.service[i], i
    leg = net.travel[here, base] if size else 0
    st.drive[s] = drive + leg
    st.back[s] = free + leg
    relax(net, st, s)
    for p in range(size):
        if linked(net, st.seq[s, p]):
            relax_linked(net, st, st.seq[s, p], s)


@compiled
def relax(net: Net, st: State, s: int) -> None:
    """Latest starts of one route, backward, that harm nobody while everything else stays where it is."""
    last, there = net.closes[s] + net.over[s], net.base[s]
    for p in range(st.size[s] - 1, -1, -1):
        i = st.seq[s, p]
        last -= net.travel[i, there] + net.service[i]
        if linked(net, i) or st.rigid[i] >= 0:
            last = min(last, upper(net, st, i, s))
        last = last_start(net, i, net.day[s], last)
        st.late[i] = last
        there = i


@compiled
def relax_linked(net: Net, st: State, i: int, s: int) -> None:
    """Renew the latest starts of other routes that hold a visit tied to visit i of route s.

    Without a gap to keep, an earlier visit of another day is always early enough.
    """
    for q in range(net.pptr[i], net.pptr[i + 1]):
        for c in range(st.count[net.pidx[q]]):
            other = st.place[net.pidx[q], c]
            if other != s and (net.day[other] == net.day[s] or net.pleast[q] > 0):
                relax(net, st, other)
    for q in range(net.sptr[i], net.sptr[i + 1]):
        for c in range(st.count[net.sidx[q]]):
            other = st.place[net.sidx[q], c]
            if net.smost[q] < FAR and other != s:
                relax(net, st, other)


@compiled
def touch(st: State, s: int) -> None:
    """Remember route s as it is, once per step."""
    if st.stamp[s] == st.stamp[-1]:
        return
    st.stamp[s] = st.stamp[-1]
    st.touched[st.touched[-1]] = s
    st.touched[-1] += 1
    st.bsize[s] = st.size[s]
    for p in range(st.size[s]):
        i = st.seq[s, p]
        st.bseq[s, p] = i
        st.bstart[s, p] = st.start[i]
        st.blate[s, p] = st.late[i]
        st.brigid[s, p] = st.rigid[i]


@compiled
def moved(net: Net, st: State, i: int) -> bool:
    """Whether a visit with a place differs from what was published."""
    if st.start[i] != net.told_start[i]:
        return True
    for c in range(net.crew[i]):
        if st.place[i, c] >= 0 and net.worker[st.place[i, c]] == net.told_worker[i]:
            return False
    return True


@compiled
def visit_cost(net: Net, st: State, i: int, day: int, sign: int) -> None:
    """Add or take back what a complete visit costs on its day, against being left out."""
    cost = net.daycost[i, day] - net.ucost[i]
    if net.told_worker[i] >= 0 and st.rigid[i] == net.told_start[i] and not moved(net, st, i):
        cost -= net.move_cost
        st.total[1] -= sign
    st.total[0] += sign * cost


@compiled
def attend(net: Net, st: State, i: int, s: int) -> None:
    """Book the worker of shift s at the home of visit i."""
    h, k = net.home[i], net.worker[s]
    if st.at_home[h, k] == 0:
        st.total[0] += net.extra if st.workers_at[h] > 0 else 0
        st.workers_at[h] += 1
    st.at_home[h, k] += 1
    st.place[i, st.count[i]] = s
    st.count[i] += 1
    if st.count[i] == net.crew[i]:
        visit_cost(net, st, i, net.day[s], 1)


@compiled
def depart(net: Net, st: State, i: int, s: int) -> None:
    """The reverse of attend."""
    if st.count[i] == net.crew[i]:
        visit_cost(net, st, i, net.day[s], -1)
    h, k = net.home[i], net.worker[s]
    st.at_home[h, k] -= 1
    if st.at_home[h, k] == 0:
        st.workers_at[h] -= 1
        st.total[0] -= net.extra if st.workers_at[h] > 0 else 0
    c = 0
    while st.place[i, c] != s:
        c += 1
    st.count[i] -= 1
    st.place[i, c] = st.place[i, st.count[i]]
    st.place[i, st.count[i]] = -1


@compiled
def insert(net: Net, st: State, i: int, s: int, p: int, rigid: int) -> None:
    """Put visit i at position p of route s; rigid fixes its start, -1 leaves it free."""
    touch(st, s)
    st.total[0] -= route_cost(net, st, s)
    for q in range(st.size[s], p, -1):
        st.seq[s, q] = st.seq[s, q - 1]
    st.seq[s, p] = i
    st.size[s] += 1
    st.rigid[i] = rigid
    st.start[i] = rigid
    attend(net, st, i, s)
    retime(net, st, s)
    st.total[0] += route_cost(net, st, s)


@compiled
def take_from(net: Net, st: State, i: int, s: int) -> None:
    """Take visit i out of route s alone."""
    touch(st, s)
    st.total[0] -= route_cost(net, st, s)
    depart(net, st, i, s)
    size, p = st.size[s], 0
    while st.seq[s, p] != i:
        p += 1
    for q in range(p, size - 1):
        st.seq[s, q] = st.seq[s, q + 1]
    st.size[s] = size - 1
    retime(net, st, s)
    if linked(net, i):
        relax_linked(net, st, i, s)
    st.total[0] += route_cost(net, st, s)


@compiled
def remove(net: Net, st: State, i: int) -> None:
    """Take visit i out of every route, and with it the visits that may not stay without it."""
    if st.count[i] == 0 or net.pin_shift[i] >= 0:
        return
    for q in range(net.sptr[i], net.sptr[i + 1]):
        remove(net, st, net.sidx[q])
    while st.count[i] > 0:
        take_from(net, st, i, st.place[i, st.count[i] - 1])
    st.rigid[i] = -1
    st.late[i] = -st.stamp[-1]  # marks the step in which it left; a place gives it a real value again


@compiled
def restore(net: Net, st: State) -> None:
    """Put every touched route back as it was when the step began."""
    for t in range(st.touched[-1]):
        s = st.touched[t]
        st.total[0] -= route_cost(net, st, s)
        for p in range(st.size[s]):
            depart(net, st, st.seq[s, p], s)
        st.size[s] = 0
    for t in range(st.touched[-1]):
        s = st.touched[t]
        st.size[s] = st.bsize[s]
        free, here, drive = 0, net.base[s], 0
        for p in range(st.bsize[s]):
            i = st.bseq[s, p]
            st.seq[s, p] = i
            st.start[i], st.late[i], st.rigid[i] = st.bstart[s, p], st.blate[s, p], st.brigid[s, p]
            attend(net, st, i, s)
            drive += net.travel[here, i]
            free, here = st.start[i] + net.service[i], i
        st.drive[s] = drive + (net.travel[here, net.base[s]] if st.size[s] else 0)
        st.back[s] = free + net.travel[here, net.base[s]]
        st.total[0] += route_cost(net, st, s)
    for t in range(st.touched[-1]):
        for p in range(st.size[st.touched[t]]):
            if linked(net, st.seq[st.touched[t], p]):
                relax_linked(net, st, st.seq[st.touched[t], p], st.touched[t])
    st.touched[-1] = 0


@compiled
def fits(net: Net, st: State, i: int, s: int, p: int, low: int, high: int) -> int:
    """The start of visit i at position p of route s, between low and high; FAR where it does not fit."""
    size, base = st.size[s], net.base[s]
    if p == 0:
        here, free = base, net.opens[s]
    else:
        here = st.seq[s, p - 1]
        free = st.start[here] + net.service[here]
    at = next_start(net, i, net.day[s], max(free + net.travel[here, i], low))
    if at > high:
        return FAR
    done = at + net.service[i]
    if p < size:
        j = st.seq[s, p]
        return at if done + net.travel[i, j] <= st.late[j] else FAR
    return at if done + net.travel[i, base] <= net.closes[s] + net.over[s] else FAR


@compiled
def detour(net: Net, st: State, i: int, s: int, p: int) -> int:
    """What travel and shift cost more when visit i is at position p of route s."""
    base = net.base[s]
    if st.size[s] == 0:
        return net.fixed[s] + net.rate[s] * (net.travel[base, i] + net.travel[i, base])
    here = st.seq[s, p - 1] if p else base
    there = st.seq[s, p] if p < st.size[s] else base
    return net.rate[s] * (net.travel[here, i] + net.travel[i, there] - net.travel[here, there])


@compiled
def longer(net: Net, st: State, i: int, s: int, p: int, at: int) -> int:
    """What overtime costs more when visit i starts at `at` at position p of route s."""
    free, last = at + net.service[i], i
    for q in range(p, st.size[s]):
        j = st.seq[s, q]
        low = lower(net, st, j) if linked(net, j) else st.rigid[j]
        begins = next_start(net, j, net.day[s], max(free + net.travel[last, j], low))
        free, last = begins + net.service[j], j
    home = free + net.travel[last, net.base[s]] - net.closes[s]
    before = max(0, st.back[s] - net.closes[s]) if st.size[s] else 0
    return net.over_rate[s] * (max(0, home) - before)


@compiled
def first_position(net: Net, st: State, i: int, s: int) -> int:
    """The first position of route s that is behind every visit that visit i must follow."""
    first = 0
    if net.pptr[i] < net.pptr[i + 1]:
        for p in range(st.size[s]):
            for q in range(net.pptr[i], net.pptr[i + 1]):
                if net.pidx[q] == st.seq[s, p]:
                    first = p + 1
    return first


@compiled
def beside(net: Net, st: State, i: int, s: int) -> int:
    """What it costs that the worker of shift s would be one more at this home."""
    h = net.home[i]
    return net.extra if st.workers_at[h] > 0 and st.at_home[h, net.worker[s]] == 0 else 0


@compiled
def move_price(net: Net, st: State, i: int) -> int:
    """What it costs not to keep visit i as published."""
    if net.told_worker[i] < 0:
        return 0
    return net.move_cost + (BIG if st.total[1] > net.max_moves else 0)
