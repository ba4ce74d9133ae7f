"""Dives to a whole plan: takes the routes the relaxation is surest of, prices anew around them, and goes on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

import numpy as np

from scheduler.engine.budget import Budget
from scheduler.engine.columns.duals import build_prices
from scheduler.engine.columns.generate import STEP, Generation
from scheduler.engine.columns.pool import Column
from scheduler.engine.columns.timing import settle

SURE, LIKELY = 0.85, 0.5
ROUNDS, ROUNDS_FULL = 4, 2  # of pricing before routes are fixed
# The linear master of a large part in the full variant is slow: one solve for several routes, fewer columns.
LARGE, AT_ONCE, LEAN_TO = 150, 80, 12
NOTHING = -1e12


def dive(generation: Generation, budget: Budget) -> list[Column]:
    """A plan whose routes were fixed one after another; a part of one where the solver gave up or time ran out."""
    columns = LEAN_TO * len(generation.compiled.net.service)
    if generation.compiled.full and len(generation.master.x) > columns:
        if generation.master.solve() is None:
            return []
        generation.master = generation.master.lean(columns)
    pool, master = generation.pool, generation.master
    taken: list[int] = []
    never: list[int] = []
    try:
        while not budget.over():
            shares = _shares(generation, taken, budget)
            loose = [(value, q) for value, q in shares or () if value > 1e-5]
            if not loose:
                break
            for q in _surest(generation, loose, taken):
                if settle(generation.compiled, [pool.columns[p] for p in [*taken, q]]) is None:
                    master.x[q].SetUb(0)
                    never.append(q)
                else:
                    master.x[q].SetLb(1)
                    taken.append(q)
        return whole_links(generation, [pool.columns[q] for q in taken])
    finally:
        for q in taken:
            master.x[q].SetLb(0)
        for q in never:
            master.x[q].SetUb(master.lp.infinity())


def _surest(generation: Generation, loose: list[tuple[float, int]], taken: Collection[int]) -> list[int]:
    """The routes to fix next: all that are nearly whole, else the likeliest that do not meet each other.

    A route comes after those of the visits that its own must follow, so that these still have a place.
    """
    visits_in_all = len(generation.compiled.net.service)
    most = max(1, visits_in_all // AT_ONCE) if generation.compiled.full else 1
    columns = generation.pool.columns
    made = {i for q in taken for i in columns[q].visits}
    before: dict[int, set[int]] = defaultdict(set)
    for first, then in generation.rows.least:
        before[then].add(first)
    ready = [
        (value, q)
        for value, q in loose
        if all(before[i] <= made.union(columns[q].visits) for i in columns[q].visits if i in before)
    ]
    found: list[int] = []
    visits: set[int] = set()
    shifts: set[int] = set()
    for value, q in sorted(ready or [max(loose)], reverse=True):
        column = columns[q]
        if value <= SURE and found and (value <= LIKELY or len(found) >= most):
            break
        if value > SURE or (column.shift not in shifts and visits.isdisjoint(column.visits)):
            found.append(q)
            shifts.add(column.shift)
            visits.update(column.visits)
    return found


def _shares(generation: Generation, taken: Collection[int], budget: Budget) -> list[tuple[float, int]] | None:
    """Shares of the routes that are not taken, priced around those taken; None where the solver gave up.

    Without rounds there is one pricing, whose routes count from the next time on.
    """
    master, rounds = generation.master, _rounds(generation)
    shares: list[tuple[float, int]] = []
    for left in range(rounds, -1, -1):
        if master.solve() is None:
            return None
        shares = [(x.solution_value(), q) for q, x in master.x.items() if x.lb() < 1]
        if left == 0 < rounds:
            break
        _separate(generation, taken)
        fresh = [q for q in _priced(generation, taken) if q not in master.x]
        if not fresh or budget.over():
            break
        master.sync(fresh)
    return shares


def _separate(generation: Generation, taken: Collection[int]) -> None:
    """Rows for links that the mix breaks, where the later visit has no fixed time yet."""
    made = {i for q in taken for i in generation.pool.columns[q].visits}
    for order in generation.rows.violated(generation.master.weighted(), STEP):
        if order.after not in made:
            generation.rows.add(order)


def _rounds(generation: Generation) -> int:
    """How often to price before routes are fixed."""
    if not generation.compiled.full:
        return ROUNDS
    return ROUNDS_FULL if len(generation.compiled.net.service) < LARGE else 0


def _priced(generation: Generation, taken: Collection[int]) -> list[int]:
    """Routes that fit around those taken, at the present duals of the master."""
    prices = build_prices(generation.compiled, generation.rows, generation.master.duals())
    columns = [generation.pool.columns[q] for q in taken]
    come = Counter(i for column in columns for i in column.visits)
    made = np.array(
        [i for i, count in come.items() if count >= generation.compiled.net.crew[i]], dtype=np.int64
    )
    used = {column.shift for column in columns}
    gain = np.where(np.isin(prices.svisit, made), NOTHING, prices.gain)
    free = np.array([s for s in generation.every.tolist() if s not in used], dtype=np.int64)
    found = generation.look(prices._replace(gain=gain), free)
    return [generation.pool.number(*route) for route in found.routes] if found is not None else []


def whole_links(generation: Generation, columns: Sequence[Column]) -> list[Column]:
    """The routes taken, less those whose links the rest leaves open."""
    columns, rows = list(columns), generation.rows
    while True:
        made = {i for column in columns for i in column.visits}
        broken = {after for before, after in rows.least if after in made and before not in made}
        good = [column for column in columns if not broken.intersection(column.visits)]
        if len(good) == len(columns):
            return good
        columns = good
