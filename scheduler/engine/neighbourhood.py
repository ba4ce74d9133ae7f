"""Improves a plan by integer masters over neighbourhoods: near homes open, the rest of the plan fixed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from scheduler.engine.arrays import Compiled
from scheduler.engine.budget import Budget
from scheduler.engine.columns.integer import IntegerMaster, Limits
from scheduler.engine.columns.pool import Column, Pool, Rows
from scheduler.engine.columns.ties import broken
from scheduler.engine.columns.timing import clash, settle
from scheduler.engine.small import Small

MOST_COLUMNS = 6000
MOST_SECONDS, SHARE_OF_COLUMNS = 8.0, 0.6
AGAIN = 12


class Neighbourhoods:
    """Draws neighbourhoods of a plan, generates columns for each, and solves its integer master."""

    def __init__(self, compiled: Compiled, pool: Pool, rows: Rows, seed: int) -> None:
        self.compiled, self.pool, self.rows = compiled, pool, rows
        self.random = random.Random(seed)  # noqa: S311 -- a reproducible search, nothing secret

    def improve(
        self, plan: Sequence[Column], size: int, budget: Budget, limits: Limits, rounds: int | None
    ) -> list[Column] | None:
        """The best plan that differs only around a drawn visit; None where nothing came out."""
        inside, shifts = self._draw(plan, size)
        return self.around(plan, inside, shifts, budget, limits, rounds)

    def tail(
        self, plan: Sequence[Column], size: int, budget: Budget, limits: Limits, rounds: int | None
    ) -> list[Column] | None:
        """The best plan that keeps the first routes of this one, so that about `size` visits are open."""
        inside = set(range(len(self.compiled.net.service)))
        shifts = {column.shift for column in plan}
        for column in plan:
            if len(inside) - len(column.visits) < size:
                break
            inside.difference_update(column.visits)
            shifts.discard(column.shift)
        return self.around(plan, inside, shifts, budget, limits, rounds)

    def around(
        self,
        plan: Sequence[Column],
        inside: set[int],
        shifts: set[int],
        budget: Budget,
        limits: Limits,
        rounds: int | None,
    ) -> list[Column] | None:
        """The best plan in which only these visits and the routes of these shifts change."""
        fixed = [column for column in plan if column.shift not in shifts]
        start = [column for column in plan if column.shift in shifts]
        open_shifts = self._open(inside, {column.shift for column in fixed})
        small = Small(self.compiled, sorted(inside), open_shifts, fixed)
        inner = budget.part(min(MOST_SECONDS, SHARE_OF_COLUMNS * budget.left()), budget.work)
        columns = small.columns(self.pool, start, inner, rounds)
        if columns is None:
            return None
        thin = thinned(self.compiled, columns, start)
        inner = budget.part(MOST_SECONDS, budget.work)
        return solve_exact(self.compiled, self.rows, thin, fixed, start, inner, limits)

    def _open(self, inside: set[int], busy: set[int]) -> list[int]:
        """Shifts not held by a fixed route that could serve a visit of the neighbourhood."""
        net = self.compiled.net
        found = {int(s) for i in inside for s in net.cshift[net.cptr[i] : net.cptr[i + 1]]}
        return sorted(found - busy)

    def _draw(self, plan: Sequence[Column], size: int) -> tuple[set[int], set[int]]:
        """About `size` visits around one, whole routes of them, and the shifts of these routes."""
        net = self.compiled.net
        route_of = {i: column for column in plan for i in column.visits}
        n = len(net.service)
        lame = [i for i in range(n) if self._lame(i, route_of.get(i))]
        seed = self.random.choice(lame) if lame and self.random.random() < 0.5 else self.random.randrange(n)
        if self.random.random() < 0.6:
            return self._rivals(plan, seed, size)
        inside: set[int] = set()
        shifts: set[int] = set()
        skip = self.random.choice([0.0, 0.0, 0.3])
        for near in net.near[seed]:
            i = int(near)
            if len(inside) >= size:
                break
            if i not in inside and (i == seed or self.random.random() >= skip):
                inside.add(i)
                if i in route_of:
                    inside.update(route_of[i].visits)
                    shifts.add(route_of[i].shift)
        inside.update(
            i for i in range(n) if i not in route_of and net.cptr[i] < net.cptr[i + 1] and i in inside
        )
        return inside, shifts

    def _rivals(self, plan: Sequence[Column], seed: int, size: int) -> tuple[set[int], set[int]]:
        """Visits that compete with `seed` for shifts, then those that compete with them."""
        net = self.compiled.net
        by_shift = {column.shift: column for column in plan}
        inside, shifts, queue, at = {seed}, set(), [seed], 0
        for column in plan:
            if seed in column.visits:
                inside.update(column.visits)
                shifts.add(column.shift)
        while at < len(queue) and len(inside) < size:
            i, at = queue[at], at + 1
            rivals = [int(s) for s in net.cshift[net.cptr[i] : net.cptr[i + 1]] if int(s) in by_shift]
            self.random.shuffle(rivals)
            for s in rivals[: 12 if at == 1 else 4]:
                if s not in shifts and len(inside) < size:
                    shifts.add(s)
                    queue += [j for j in by_shift[s].visits if j not in inside]
                    inside.update(by_shift[s].visits)
        placed = {i for column in plan for i in column.visits}
        missing = [i for i in range(len(net.service)) if i not in placed and net.cptr[i] < net.cptr[i + 1]]
        self.random.shuffle(missing)
        inside.update(missing[:10])
        return inside, shifts

    def _lame(self, i: int, column: Column | None) -> bool:
        """Whether visit i has no place, though it could, or a day that costs more than its best one."""
        net = self.compiled.net
        if column is None:
            return bool(net.cptr[i] < net.cptr[i + 1])
        return bool(net.daycost[i, net.day[column.shift]] > net.daycost[i].min() + 1500)


def thinned(
    compiled: Compiled, columns: Sequence[Column], start: Sequence[Column], most: int = MOST_COLUMNS
) -> list[Column]:
    """The first `most` columns without those that another of the same shift and visits makes useless."""
    if not compiled.full:
        best: dict[tuple[int, frozenset[int]], Column] = {}
        for column in [*start, *columns]:
            key = (column.shift, frozenset(column.visits))
            if key not in best or column.cost < best[key].cost:
                best[key] = column
        columns = list(best.values())
    else:
        columns = list(dict.fromkeys([*start, *columns]))
    return columns[: len(start)] + columns[len(start) :][:most]


def solve_exact(
    compiled: Compiled,
    rows: Rows,
    columns: Sequence[Column],
    fixed: Sequence[Column],
    start: Sequence[Column],
    budget: Budget,
    limits: Limits,
) -> list[Column] | None:
    """An integer choice whose exact times agree: where two routes clash inside a bucket, a row says so, and again.

    `limits` hold for each of these solves, `budget` for all of them; None where no time is left.
    """
    master = IntegerMaster(compiled, rows, columns, fixed)
    for _ in range(AGAIN):
        left = budget.left()
        if left <= 0:
            return None
        choice = master.solve(start, limits._replace(seconds=min(limits.seconds, left)))
        if choice.taken is None:
            return None
        plan = [*fixed, *choice.taken]
        if settle(compiled, plan) is not None:
            return plan
        tied = rows.tie(broken(compiled, plan, rows.ties))
        added = [rows.add(order) for order in clash(compiled, rows, plan)]
        if not tied and not any(added):
            master.forbid(choice.taken)
        master.add_orders()
    return None
