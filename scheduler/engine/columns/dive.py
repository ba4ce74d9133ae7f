"""Dives to a whole plan: takes the routes the relaxation is surest of, prices anew around them, and goes on."""

from __future__ import annotations

import numpy as np

from scheduler.engine.budget import Budget
from scheduler.engine.columns.generate import BEAMS, EPSILON, Generation
from scheduler.engine.columns.master import build_prices
from scheduler.engine.columns.pool import Column

SURE = 0.85
REPRICE_EVERY = 2
NOTHING = -1e12


def dive(generation: Generation, budget: Budget) -> list[Column] | None:
    """A plan whose routes were fixed one after another; None where the solver gave up or time ran out."""
    master, pool = generation.master, generation.pool
    taken: list[int] = []
    fresh: list[int] = []
    try:
        step = 0
        while not budget.over():
            master.sync(fresh)
            fresh = []
            if master.solve() is None:
                return _kept(generation, taken)
            shares = [(x.solution_value(), q) for q, x in master.x.items() if q not in taken]
            loose = [(value, q) for value, q in shares if value > 1e-5]
            if not loose:
                return [pool.columns[q] for q in taken]
            sure = [q for value, q in loose if value > SURE] or [max(loose)[1]]
            for q in sure:
                master.x[q].SetLb(1)
            taken += sure
            step += 1
            if step % REPRICE_EVERY == 0:
                fresh = _reprice(generation, taken)
        return _kept(generation, taken)
    finally:
        for q in taken:
            master.x[q].SetLb(0)


def _reprice(generation: Generation, taken: list[int]) -> list[int]:
    """Routes that fit around those taken, at the duals of the last solve before they were fixed."""
    if generation.master.solve() is None:
        return []
    prices = build_prices(generation.compiled, generation.rows, generation.master.duals())
    columns = [generation.pool.columns[q] for q in taken]
    made = np.array(sorted({i for column in columns for i in column.visits}), dtype=np.int64)
    used = {column.shift for column in columns}
    gain = np.where(np.isin(prices.svisit, made), NOTHING, prices.gain)
    free = np.array([s for s in generation.every.tolist() if s not in used], dtype=np.int64)
    found = generation.pricer.run(prices._replace(gain=gain), free, -EPSILON * 100, BEAMS[0])
    return [generation.pool.number(*route) for route in found.routes] if found is not None else []


def _kept(generation: Generation, taken: list[int]) -> list[Column]:
    """The routes taken, less those whose links the rest leaves open."""
    columns = [generation.pool.columns[q] for q in taken]
    while True:
        made = {i for column in columns for i in column.visits}
        broken = {after for before, after in generation.rows.least if after in made and before not in made}
        good = [column for column in columns if not broken.intersection(column.visits)]
        if len(good) == len(columns):
            return good
        columns = good
