"""Exact times of chosen routes together: the least starts that keep every link, or the links that clash."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from scheduler.engine.arrays import Compiled
from scheduler.engine.columns.pool import Column, Order, Rows
from scheduler.engine.kernels.net import FAR, next_start
from scheduler.plan import Route, Stop

ROUNDS = 200
VISIT_SECONDS = 2e-5  # on a usual machine, to settle


def settle(
    compiled: Compiled, plan: Sequence[Column], told: Mapping[int, int] | None = None
) -> dict[int, int] | None:
    """The earliest start of every visit such that routes, windows and links agree; None where they cannot.

    `told` gives visits that keep a start; without it those keep it whose column has the published minute.
    """
    net = compiled.net
    start = {
        i: _held(compiled, i, column) if told is None else told.get(i, 0)
        for column in plan
        for i in column.visits
    }
    held = {i for i, at in start.items() if at > 0}
    compiled.meter.add(VISIT_SECONDS * len(start))
    for _ in range(ROUNDS):
        before = dict(start)
        for column in plan:
            if not _forward(compiled, column, start, held):
                return None
        for i in list(start):
            for q in range(net.pptr[i], net.pptr[i + 1]):
                p = int(net.pidx[q])
                if p not in start:
                    continue
                start[i] = max(start[i], start[p] + int(net.service[p]) + int(net.pleast[q]))
                if net.pmost[q] < FAR:
                    start[p] = max(start[p], start[i] - int(net.pmost[q]) - int(net.service[p]))
        if start == before:
            return start
    return None


def _held(compiled: Compiled, i: int, column: Column) -> int:
    """The start that a published visit keeps where its column has it at that minute, else 0."""
    net, at = compiled.net, column.starts[column.visits.index(i)]
    kept = net.told_worker[i] == net.worker[column.shift] and net.told_start[i] == at
    return at if kept else 0


def _forward(compiled: Compiled, column: Column, start: dict[int, int], held: set[int]) -> bool:
    net, s = compiled.net, column.shift
    day, free, here = int(net.day[s]), int(net.opens[s]), int(net.base[s])
    for i in column.visits:
        at = int(next_start(net, i, day, max(start[i], free + int(net.travel[here, i]))))
        if at >= FAR or (i in held and at != start[i]):
            return False
        start[i] = at
        free, here = at + int(net.service[i]), i
    return bool(free + int(net.travel[here, net.base[s]]) <= net.closes[s] + net.over[s])


def clash(
    compiled: Compiled, rows: Rows, plan: Sequence[Column], known: Collection[Order] | None = None
) -> list[Order]:
    """Order rows, at exact minutes, that forbid this plan as its columns are timed; empty where it can be settled."""
    if not rows.least or settle(compiled, plan) is not None:
        return []
    return rows.violated([(column, 1.0) for column in plan], 1, known)


def as_routes(compiled: Compiled, plan: Sequence[Column]) -> tuple[Route, ...] | None:
    """Columns as routes with their settled starts; None where they cannot be settled."""
    start = settle(compiled, plan)
    if start is None:
        return None
    return tuple(Route(*compiled.slots[c.shift], tuple(Stop(i, start[i]) for i in c.visits)) for c in plan)
