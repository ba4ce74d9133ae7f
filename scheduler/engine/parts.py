"""Cuts a problem into parts that share no worker, home or rule, and joins their plans again."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from scheduler.engine.candidates import candidates
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Precedence, Problem, TimeWindow, Variant, Visit


class Part(NamedTuple):
    """Positions of the visits and workers of one part in the whole problem."""

    visits: tuple[int, ...]
    workers: tuple[int, ...]


def in_variant(problem: Problem, variant: Variant) -> Problem:
    """The problem with what the common variant does not know set aside: only windows, trades, shifts and travel."""
    if variant != "common":
        return replace(problem, visits=tuple(_at_pin(v) for v in problem.visits))
    plain = tuple(
        replace(v, crew=1, pinned=None, exposed_since_day=None, exposed_cost_per_day=0)
        for v in problem.visits
    )
    return replace(problem, visits=plain, precedences=(), same_day=(), published={}, max_moves=None)


def _at_pin(visit: Visit) -> Visit:
    """A pinned visit may start at its pin only."""
    if visit.pinned is None:
        return visit
    day, minute = divmod(visit.pinned.start, DAY)
    only = (TimeWindow(day, minute, minute),)
    return replace(visit, windows=only, windows_late=only)


def split(problem: Problem, variant: Variant) -> list[Part]:
    """The parts of a problem, the largest last; visits that nobody can make form parts without workers."""
    n = len(problem.visits)
    leader = list(range(n + len(problem.workers)))

    def find(x: int) -> int:
        while leader[x] != x:
            leader[x] = leader[leader[x]]
            x = leader[x]
        return x

    for i, slots in enumerate(candidates(problem, variant)):
        for k in {k for k, _ in slots}:
            leader[find(i)] = find(n + k)
    for a, b in _linked(problem) if variant != "common" else ():
        leader[find(a)] = find(b)
    members: dict[int, tuple[list[int], list[int]]] = {}
    for i in range(n):
        members.setdefault(find(i), ([], []))[0].append(i)
    for k in range(len(problem.workers)):
        if find(n + k) in members:
            members[find(n + k)][1].append(k)
    parts = [Part(tuple(visits), tuple(workers)) for visits, workers in members.values()]
    return sorted(parts, key=lambda part: (len(part.visits), part.visits))


def _linked(problem: Problem) -> list[tuple[int, int]]:
    pairs = [(pair.before, pair.after) for pair in problem.precedences]
    pairs += [(group[0], i) for group in problem.same_day for i in group[1:]]
    first: dict[int, int] = {}
    for i, visit in enumerate(problem.visits):
        pairs.append((first.setdefault(visit.home, i), i))
    if problem.max_moves is not None:
        told = sorted(problem.published)
        pairs += [(told[0], i) for i in told[1:]]
    return pairs


def restrict(problem: Problem, part: Part) -> Problem:
    """The problem of one part alone, visits and workers numbered anew in the order of the part."""
    visit_at = {i: a for a, i in enumerate(part.visits)}
    worker_at = {k: a for a, k in enumerate(part.workers)}
    rows = [*part.visits, *(problem.base(k) for k in part.workers)]
    inside = [pair for pair in problem.precedences if pair.before in visit_at and pair.after in visit_at]
    return replace(
        problem,
        visits=tuple(_renumbered(problem.visits[i], worker_at) for i in part.visits),
        workers=tuple(problem.workers[k] for k in part.workers),
        travel=np.ascontiguousarray(problem.travel[np.ix_(rows, rows)]),
        precedences=tuple(
            Precedence(visit_at[p.before], visit_at[p.after], p.least_gap, p.greatest_gap) for p in inside
        ),
        same_day=tuple(
            tuple(visit_at[i] for i in group if i in visit_at)
            for group in problem.same_day
            if visit_at.keys() & set(group)
        ),
        published={
            visit_at[i]: told._replace(worker=worker_at.get(told.worker, -1))
            for i, told in problem.published.items()
            if i in visit_at
        },
    )


def _renumbered(visit: Visit, worker_at: dict[int, int]) -> Visit:
    pin = visit.pinned
    return replace(
        visit,
        excluded_workers=frozenset(worker_at[k] for k in visit.excluded_workers if k in worker_at),
        uncleared={worker_at[k]: days for k, days in visit.uncleared.items() if k in worker_at},
        pinned=replace(pin, worker=worker_at[pin.worker]) if pin and pin.worker in worker_at else None,
    )


def widen(part: Part, routes: tuple[Route, ...]) -> list[Route]:
    """Routes of a part's own plan in the numbers of the whole problem."""
    return [
        Route(part.workers[k], s, tuple(Stop(part.visits[i], start) for i, start in stops))
        for k, s, stops in routes
    ]
