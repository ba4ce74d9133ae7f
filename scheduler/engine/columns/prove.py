"""Proves small parts: every route that a better plan could use, an integer master over them, and exact times."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from scheduler.check import check
from scheduler.engine.arrays import Compiled
from scheduler.engine.budget import Budget
from scheduler.engine.columns.generate import Generation
from scheduler.engine.columns.integer import NO_GUESSES, WHOLE, Choice, IntegerMaster, Limits
from scheduler.engine.columns.pool import Column, Order, Tie
from scheduler.engine.columns.ties import broken, marks
from scheduler.engine.columns.timing import clash, settle
from scheduler.engine.kernels.pricing import Prices
from scheduler.plan import Route, Stop
from scheduler.score import score

MOST_ROUTES = 60_000
MOST_HOLDS = 6
MARGIN = 1e-3
MOST_AT_ONCE = 1500  # above, a better plan is looked for among the most promising first
MOST_CUTS = 150
MOST_ROWS = 120
ROUTE_SECONDS = 1e-4  # on a usual machine, of an integer master that does not even begin to search
STAGES = ((0.1, 3_000), (0.35, 12_000), (1.0, MOST_ROUTES))


class Side(NamedTuple):
    """What a proof asks of whoever keeps the plan: its columns and cost, and what to do with what comes out."""

    start: Callable[[], list[Column]]
    cost: Callable[[], int]
    take: Callable[[tuple[Route, ...]], object]
    mend: Callable[[list[Column]], object]
    raise_bound: Callable[[float], object]


def columns_within(
    generation: Generation, prices: Prices, cost: int, budget: Budget
) -> tuple[list[Column], bool]:
    """Routes with a reduced cost no more than `cost` above the bound, and whether these are all.

    In the full variant they come with every time of day that the prices tell apart. A small share of the
    gap is tried first, so that a hopeless case ends early; then the routes of the last share are given.
    The most promising come first.
    """
    gap, whole = max(0.0, cost - generation.bound), False
    routes: list[tuple[float, tuple[int, tuple[int, ...], tuple[int, ...]]]] = []
    for share, most in STAGES:
        if budget.over():
            break
        room = int(min(most, generation.compiled.meter.left() / ROUTE_SECONDS))
        found = generation.within(prices, gap * share + 1e-3, room) if room else None
        if found is None:
            break
        routes, whole = sorted(zip(found.costs, found.routes, strict=True)), share >= 1
    return [generation.pool.columns[generation.pool.number(*route)] for _, route in routes], whole


def exact(compiled: Compiled, plan: Sequence[Column]) -> tuple[int, tuple[Route, ...]] | None:
    """Cost and routes of these orders at their best times; None where no times keep every rule.

    Where more than MOST_HOLDS visits were published only those of them are held that the columns hold.
    """
    best: tuple[int, tuple[Route, ...]] | None = None
    for start in _timings(compiled, plan):
        routes = tuple(
            Route(*compiled.slots[c.shift], tuple(Stop(i, start[i]) for i in c.visits)) for c in plan
        )
        if check(compiled.problem, routes, compiled.variant):
            continue
        cost = score(compiled.problem, routes, compiled.variant).objective
        if best is None or cost < best[0]:
            best = cost, routes
    return best


def _told(compiled: Compiled, plan: Sequence[Column]) -> list[int]:
    """Published visits of a plan."""
    return sorted({i for column in plan for i in column.visits if compiled.net.told_worker[i] >= 0})


def _timings(compiled: Compiled, plan: Sequence[Column]) -> Iterator[dict[int, int]]:
    """Starts at which these orders agree, with every choice of published visits that keep theirs."""
    told = _told(compiled, plan)
    if len(told) > MOST_HOLDS:
        both = settle(compiled, plan), settle(compiled, plan, {})
        yield from (start for start in both if start is not None)
        return
    for many in range(len(told), -1, -1):
        for held in itertools.combinations(told, many):
            start = settle(compiled, plan, {i: int(compiled.net.told_start[i]) for i in held})
            if start is not None:
                yield start


def _settled(compiled: Compiled, choice: Choice, found: tuple[int, object] | None) -> bool:
    """Whether no times of the orders in this choice come to less than what was found for them."""
    assert choice.taken is not None
    if len(_told(compiled, choice.taken)) <= MOST_HOLDS:
        return True
    return found is not None and found[0] < choice.bound + 1 - MARGIN


def prove(generation: Generation, side: Side, budget: Budget) -> None:
    """Raise the bound by integer masters over complete sets of routes until it meets the plan, or give up."""
    compiled, rows = generation.compiled, generation.rows
    orders, ties = generation.telling(), generation.tied()
    tried = False
    for _ in range(MOST_ROWS):
        prices = generation.priced(orders, marks(ties))
        if prices is None or budget.over():
            return
        columns, whole = columns_within(generation, prices, side.cost(), budget)
        many = compiled.full and len(columns) > MOST_AT_ONCE and not tried
        if not whole or many:
            tried = True
            if columns and _better(generation, columns, side, budget):
                continue
            if not whole:
                return
        master = IntegerMaster(compiled, rows, list(dict.fromkeys(columns)), orders=orders, ties=ties)
        generation.strengthen(master)
        if compiled.full:
            master.settings += NO_GUESSES + WHOLE
        added, tied = _cut(master, generation, orders, ties, side, budget)
        if not added and not tied:
            return
        orders, ties = [*orders, *added], [*ties, *tied]


def _better(generation: Generation, columns: list[Column], side: Side, budget: Budget) -> bool:
    """Look for a better plan among some of the routes; whether one was found."""
    before, plan = side.cost(), side.start()
    some = columns[:MOST_AT_ONCE] if generation.compiled.full else columns
    master = IntegerMaster(generation.compiled, generation.rows, list(dict.fromkeys([*plan, *some])))
    generation.strengthen(master)
    limits = Limits(1e9, nodes=200) if budget.work is not None else Limits(max(0.05, budget.left() / 3))
    choice = master.solve(plan, limits)
    found = exact(generation.compiled, choice.taken) if choice.taken is not None else None
    if found is not None:
        side.take(found[1])
    elif choice.taken is not None:
        side.mend(choice.taken)
    return side.cost() < before


def _cut(
    master: IntegerMaster,
    generation: Generation,
    orders: Sequence[Order],
    ties: Sequence[Tie],
    side: Side,
    budget: Budget,
) -> tuple[list[Order], list[Tie]]:
    """Solve, look at the exact times, forbid what has none, and again; rows that would forbid more."""
    compiled, rows = generation.compiled, generation.rows
    for _ in range(MOST_CUTS):
        limits = Limits(1e9, nodes=20_000) if budget.work is not None else Limits(max(0.02, budget.left()))
        choice = master.solve(side.start(), limits)
        if choice.taken is None:
            side.raise_bound(side.cost() if choice.proven else -math.inf)
            break
        side.raise_bound(choice.bound)
        found = exact(compiled, choice.taken)
        if found is not None:
            side.take(found[1])
        else:
            side.mend(choice.taken)
        if not choice.proven or choice.bound >= side.cost() - 1e-3 or budget.over():
            break
        added = [order for order in clash(compiled, rows, choice.taken, orders) if order not in orders]
        for order in added:
            rows.add(order)
        tied = broken(compiled, choice.taken, ties) if found is None else []
        if added or tied:
            return added, tied
        if not _settled(compiled, choice, found):
            break
        master.forbid(choice.taken)
    return [], []
