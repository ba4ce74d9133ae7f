"""Rows that tie the starts of one crew, and of two visits with a greatest gap, for masters that prove a plan best."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from scheduler.engine.arrays import Compiled
from scheduler.engine.columns.pool import Column
from scheduler.engine.kernels.net import FAR
from scheduler.problem import DAY


class Tie(NamedTuple):
    """No plan keeps `visit` starting by `tau` unless others do too.

    With `worker`: then the whole crew starts by then, as soon as that worker does. With `after` (else -1): then
    that visit starts by `until`, or has no place.
    """

    visit: int
    tau: int
    worker: int
    after: int
    until: int


class Term(NamedTuple):
    """A route counts `value` where it holds the visit with a start ≤ `tau`, and is of `worker` unless that is -1."""

    visit: int
    tau: int
    value: float
    worker: int


def terms(compiled: Compiled, tie: Tie) -> tuple[Term, Term]:
    """What the routes of a tie count; their sum, less the later visit where it has no place, is at most 0."""
    crew = compiled.net.crew
    if tie.after < 0:
        whole = float(crew[tie.visit])
        return Term(tie.visit, tie.tau, -1.0, -1), Term(tie.visit, tie.tau, whole, tie.worker)
    first, then = float(crew[tie.visit]), float(crew[tie.after])
    return Term(tie.visit, tie.tau, 1 / first, -1), Term(tie.after, tie.until, -1 / then, -1)


def broken(compiled: Compiled, plan: Sequence[Column], known: Collection[Tie]) -> list[Tie]:
    """Ties that these routes break as they are timed."""
    starts: dict[int, list[int]] = defaultdict(list)
    for column in plan:
        for i, start in zip(column.visits, column.starts, strict=True):
            starts[i].append(start)
    found = [tie for i, at in starts.items() for tie in _crew(compiled, i, at)]
    found += [tie for i in starts for tie in _gaps(compiled, i, starts)]
    return [tie for tie in dict.fromkeys(found) if tie not in known]


def _crew(compiled: Compiled, i: int, at: Sequence[int]) -> list[Tie]:
    first, last = min(at), max(at)
    if first == last:
        return []
    tau = last - 1 if first // DAY == last // DAY else (first // DAY + 1) * DAY - 1
    net = compiled.net
    able = sorted({int(net.worker[s]) for s in net.cshift[net.cptr[i] : net.cptr[i + 1]]})
    return [Tie(i, tau, k, -1, -1) for k in able]


def _gaps(compiled: Compiled, i: int, starts: dict[int, list[int]]) -> list[Tie]:
    """Ties of visit i with those that it must follow soon enough."""
    net, found = compiled.net, []
    for q in range(net.pptr[i], net.pptr[i + 1]):
        before = int(net.pidx[q])
        if net.pmost[q] >= FAR or before not in starts:
            continue
        tau = min(starts[i]) - int(net.service[before] + net.pmost[q]) - 1
        if max(starts[before]) <= tau:
            found.append(Tie(before, tau, -1, i, min(starts[i]) - 1))
    return found
