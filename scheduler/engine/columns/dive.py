"""Dives to a whole plan: takes the routes the relaxation is surest of, prices anew around them, and goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from scheduler.engine.budget import Budget
from scheduler.engine.columns.generate import BEAMS, EPSILON, Generation
from scheduler.engine.columns.master import build_prices
from scheduler.engine.columns.pool import Column
from scheduler.engine.columns.timing import clash

SURE = 0.85
ROUNDS, ROUNDS_FULL = (
    4,
    2,
)  # of pricing before routes are fixed; the linear master of the full variant is slow
NOTHING = -1e12


def dive(generation: Generation, budget: Budget) -> list[Column]:
    """A plan whose routes were fixed one after another; a part of one where the solver gave up or time ran out."""
    pool, master = generation.pool, generation.master
    taken: list[int] = []
    try:
        while not budget.over() and _settled(generation, taken, budget):
            shares = [(x.solution_value(), q) for q, x in master.x.items() if x.lb() < 1]
            loose = [(value, q) for value, q in shares if value > 1e-5]
            if not loose:
                break
            sure = [q for value, q in loose if value > SURE] or [max(loose)[1]]
            for q in sure:
                master.x[q].SetLb(1)
            taken += sure
        return _kept(generation, [pool.columns[q] for q in taken])
    finally:
        for q in taken:
            master.x[q].SetLb(0)


def _settled(generation: Generation, taken: Collection[int], budget: Budget) -> bool:
    """Solve and price around the routes taken until little is found; False where the solver gave up."""
    master = generation.master
    for _ in range(ROUNDS_FULL if generation.compiled.full else ROUNDS):
        if master.solve() is None:
            return False
        fresh = [q for q in _priced(generation, taken) if q not in master.x]
        if not fresh or budget.over():
            return True
        master.sync(fresh)
    return master.solve() is not None


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
    found = generation.pricer.run(
        prices._replace(gain=gain), free, -EPSILON * 100, BEAMS[0], each=generation.each
    )
    return [generation.pool.number(*route) for route in found.routes] if found is not None else []


def _kept(generation: Generation, columns: Sequence[Column]) -> list[Column]:
    """The routes taken, less those whose links the rest leaves open or whose times do not agree."""
    columns, rows = list(columns), generation.rows
    while True:
        made = {i for column in columns for i in column.visits}
        broken = {after for before, after in rows.least if after in made and before not in made}
        broken = broken or {one.after for one in clash(generation.compiled, rows, columns, ())}
        good = [column for column in columns if not broken.intersection(column.visits)]
        if len(good) == len(columns):
            return good
        columns = good
