"""Turns a problem into the arrays of the search, and a plan into its state and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scheduler.engine.budget import Meter
from scheduler.engine.candidates import Slot, candidates
from scheduler.engine.kernels.net import BIG, FAR, Net, State
from scheduler.problem import DAY, Problem, Variant

Ints = npt.NDArray[np.int64]
NEIGHBOURS = 80


class Pairs(NamedTuple):
    """Every (shift, visit) that fits alone, sorted by shift; shift s owns rows sptr[s] to sptr[s + 1]."""

    sptr: Ints
    visit: Ints
    shift: Ints
    day: Ints


class Compiled:
    """A problem in one variant as arrays, with the slots (worker, shift) that its shift numbers stand for."""

    def __init__(self, problem: Problem, variant: Variant) -> None:
        self.problem, self.variant, self.full = problem, variant, variant != "common"
        self.slots: list[Slot] = [(k, s) for k, w in enumerate(problem.workers) for s in range(len(w.shifts))]
        self.number = {slot: m for m, slot in enumerate(self.slots)}
        self.meter = Meter()
        self.untold = sum(1 for told in problem.published.values() if self.full and told.worker < 0)
        self.must = _must(problem) if self.full else set()
        self.net = _net(self)
        self.constant = int(self.net.ucost.sum())
        self.pairs = _pairs(self.net, len(self.slots))

    def true_ucost(self, i: int) -> int:
        """Cost of leaving visit i out, without the price that keeps pinned visits in."""
        return int(self.net.ucost[i]) - (BIG if i in self.must else 0)

    def floor_bound(self) -> int:
        """A bound that needs no work: each visit costs at least its best day, or being left out."""
        best = np.array([self.true_ucost(i) for i in range(len(self.net.ucost))], dtype=np.int64)
        for i in range(len(best)):
            shifts = self.net.cshift[self.net.cptr[i] : self.net.cptr[i + 1]]
            if len(shifts):
                cheapest = int(self.net.daycost[i, self.net.day[shifts]].min())
                told = self.net.move_cost if self.net.told_worker[i] >= 0 else 0
                best[i] = min(int(best[i]), cheapest - told)
        return int(best.sum())

    def order(self) -> Ints:
        """Visits, pinned first, then the most urgent and costly to leave out, then the earliest deadline."""
        rows = [
            (v.pinned is None or not self.full, i not in self.must, -v.unassigned_penalty, v.deadline_day, i)
            for i, v in enumerate(self.problem.visits)
        ]
        return np.array([row[-1] for row in sorted(rows)], dtype=np.int64)


def _pairs(net: Net, shifts: int) -> Pairs:
    visit = np.repeat(np.arange(len(net.service)), np.diff(net.cptr))
    order = np.argsort(net.cshift, kind="stable")
    shift = net.cshift[order]
    sptr = np.searchsorted(shift, np.arange(shifts + 1)).astype(np.int64)
    return Pairs(sptr, visit[order].astype(np.int64), shift, net.day[shift])


def fresh_state(compiled: Compiled, seed: int) -> State:
    """An empty plan: nothing placed, everything paid as left out."""
    net, problem = compiled.net, compiled.problem
    n, m, homes = len(problem.visits), len(compiled.slots), int(net.home.max(initial=-1)) + 1
    shortest = int(net.service.min(initial=DAY))
    longest = max(
        [int(c - o + x) for o, c, x in zip(net.opens, net.closes, net.over, strict=True)], default=0
    )
    stops = max(1, min(n, longest // max(1, shortest)))
    crew = int(net.crew.max(initial=1))
    told = sum(1 for k in net.told_worker if k >= 0) + compiled.untold
    start = seed * 2654435761 % (1 << 61) + 88172645463325252

    def zeros(*shape: int) -> Ints:
        return np.zeros(shape, dtype=np.int64)

    return State(
        seq=zeros(m, stops),
        size=zeros(m),
        drive=zeros(m),
        back=zeros(m),
        place=zeros(n, crew) - 1,
        count=zeros(n),
        start=zeros(n) - 1,
        late=zeros(n),
        rigid=zeros(n) - 1,
        at_home=np.zeros((homes, len(problem.workers)), dtype=np.int16),
        workers_at=zeros(homes),
        total=np.array([compiled.constant, told], dtype=np.int64),
        bseq=zeros(m, stops),
        bsize=zeros(m),
        bstart=zeros(m, stops),
        blate=zeros(m, stops),
        brigid=zeros(m, stops),
        stamp=zeros(m + 1),
        touched=zeros(m + 1),
        rng=np.array([start], dtype=np.int64),
        picked=zeros(stops),
        team=zeros(4, crew),
    )


def _net(compiled: Compiled) -> Net:
    problem, full, slots = compiled.problem, compiled.full, compiled.slots
    n, days = len(problem.visits), problem.days
    shifts = [problem.workers[k].shifts[s] for k, s in slots]
    owners = [problem.workers[k] for k, _ in slots]
    held = [[compiled.number[slot] for slot in row] for row in candidates(problem, compiled.variant)]
    cptr, cshift = _csr(held)
    wptr, wlo, whi = _windows(compiled)
    daycost, ucost = _costs(compiled)
    pairs = problem.precedences if full else ()
    before = [[(p.before, p.least_gap, p.greatest_gap) for p in pairs if p.after == i] for i in range(n)]
    after = [[(p.after, p.least_gap, p.greatest_gap) for p in pairs if p.before == i] for i in range(n)]
    pptr, pidx, pleast, pmost = _links(before)
    sptr, sidx, sleast, smost = _links(after)
    group, groups = _groups(problem, n) if full else ([-1] * n, [])
    gptr, gidx = _csr(groups)
    pins = [v.pinned if full else None for v in problem.visits]
    homes = {h: a for a, h in enumerate(sorted({v.home for v in problem.visits}))}
    told = problem.published if full else {}
    priced = full and (problem.weights.cost_per_move > 0 or problem.max_moves is not None)
    return Net(
        days=days,
        travel=problem.travel.astype(np.int32, order="C", copy=True),
        service=_ints(v.service_minutes for v in problem.visits),
        wptr=wptr,
        wlo=wlo,
        whi=whi,
        worker=_ints(k for k, _ in slots),
        day=_ints(s.day for s in shifts),
        opens=_ints(s.day * DAY + s.opens for s in shifts),
        closes=_ints(s.day * DAY + s.closes for s in shifts),
        over=_ints(s.overtime_minutes if full else 0 for s in shifts),
        over_rate=_ints(w.overtime_cost_per_minute if full else 0 for w in owners),
        rate=_ints(w.cost_per_travel_minute for w in owners),
        fixed=_ints(w.cost_per_shift_used for w in owners),
        base=_ints(problem.base(k) for k, _ in slots),
        cptr=cptr,
        cshift=cshift,
        daycost=daycost,
        ucost=ucost,
        home=_ints(homes[v.home] for v in problem.visits),
        extra=problem.weights.extra_worker_per_home if full else 0,
        crew=_ints(v.crew if full else 1 for v in problem.visits),
        pptr=pptr,
        pidx=pidx,
        pleast=pleast,
        pmost=pmost,
        sptr=sptr,
        sidx=sidx,
        sleast=sleast,
        smost=smost,
        group=_ints(group),
        gptr=gptr,
        gidx=gidx,
        pin_shift=_ints(-1 if p is None else compiled.number[p.worker, p.shift] for p in pins),
        pin_start=_ints(-1 if p is None else p.start for p in pins),
        told_worker=_ints(told[i].worker if priced and i in told else -1 for i in range(n)),
        told_start=_ints(told[i].start if priced and i in told else -2 for i in range(n)),
        move_cost=problem.weights.cost_per_move if full else 0,
        max_moves=problem.max_moves if full and problem.max_moves is not None else FAR // BIG,
        near=_near(problem),
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _csr(rows: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    pointers = np.zeros(len(rows) + 1, dtype=np.int64)
    pointers[1:] = np.cumsum([len(row) for row in rows])
    return pointers, _ints(x for row in rows for x in row)


def _links(rows: list[list[tuple[int, int, int | None]]]) -> tuple[Ints, Ints, Ints, Ints]:
    pointers, other = _csr([[j for j, _, _ in row] for row in rows])
    least = _ints(low for row in rows for _, low, _ in row)
    most = _ints(FAR if high is None else high for row in rows for _, _, high in row)
    return pointers, other, least, most


def _windows(compiled: Compiled) -> tuple[Ints, Ints, Ints]:
    problem, days = compiled.problem, compiled.problem.days
    pointers, low, high = [0], [], []
    for i in range(len(problem.visits)):
        by_day: dict[int, list[list[int]]] = defaultdict(list)
        for day, earliest, latest in sorted(problem.windows(i, compiled.variant)):
            rows = by_day[day]
            if rows and earliest <= rows[-1][1] + 1:
                rows[-1][1] = max(rows[-1][1], latest)
            else:
                rows.append([earliest, latest])
        for day in range(days):
            low += [day * DAY + a for a, _ in by_day[day]]
            high += [day * DAY + b for _, b in by_day[day]]
            pointers.append(len(low))
    return _ints(pointers), _ints(low), _ints(high)


def _costs(compiled: Compiled) -> tuple[Ints, Ints]:
    """Cost of each visit by day, and of leaving it out; exposure between two visits is linear in their days."""
    problem, n = compiled.problem, len(compiled.problem.visits)
    ucost = _ints(v.unassigned_penalty for v in problem.visits)
    daycost = np.zeros((n, problem.days), dtype=np.int64)
    if not compiled.full:
        return daycost, ucost
    day = np.arange(problem.days)
    for i, v in enumerate(problem.visits):
        daycost[i] += v.late_penalty_per_day * np.maximum(0, day - v.deadline_day)
        if v.exposed_since_day is not None:
            daycost[i] += v.exposed_cost_per_day * np.maximum(0, day - v.exposed_since_day)
            ucost[i] += v.exposed_cost_per_day * max(0, problem.days - v.exposed_since_day)
        if i in problem.published:
            daycost[i] += problem.weights.cost_per_move
            ucost[i] += problem.weights.cost_per_move
        if i in compiled.must:
            ucost[i] += BIG
    for pair in problem.precedences:
        for i, sign in ((pair.after, 1), (pair.before, -1)):
            daycost[i] += sign * problem.weights.exposure_per_day * day
            ucost[i] += sign * problem.weights.exposure_per_day * problem.days
    return daycost, ucost


def _must(problem: Problem) -> set[int]:
    """Visits that must have a place because a pinned one hangs on them."""
    must = {i for i, v in enumerate(problem.visits) if v.pinned is not None}
    grown = -1
    while grown != len(must):
        grown = len(must)
        must |= {pair.before for pair in problem.precedences if pair.after in must}
        must |= {i for group in problem.same_day if must.intersection(group) for i in group}
    return must


def _groups(problem: Problem, n: int) -> tuple[list[int], list[list[int]]]:
    label = list(range(n))
    for group in problem.same_day:
        for i in group[1:]:
            old, new = label[i], label[group[0]]
            label = [new if x == old else x for x in label]
    members: dict[int, list[int]] = defaultdict(list)
    for i, x in enumerate(label):
        members[x].append(i)
    groups = [rows for rows in members.values() if len(rows) > 1]
    of = [-1] * n
    for g, rows in enumerate(groups):
        for i in rows:
            of[i] = g
    return of, groups


def _near(problem: Problem) -> Any:
    n = len(problem.visits)
    return np.argsort(problem.travel[:n, :n], axis=1, kind="stable")[:, :NEIGHBOURS].astype(
        np.int64, order="C"
    )
