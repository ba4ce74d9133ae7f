"""Rows that tie the starts of one crew, and of two visits with a greatest gap, in every master."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from scheduler.engine.arrays import Compiled
from scheduler.engine.columns.pool import Column, Tie
from scheduler.engine.kernels.net import FAR
from scheduler.problem import DAY

LEAST = 1e-4  # by how much a mix must break a row
# Of one worker or pair: more of them each move a start by a minute, and leave that to the integer masters.
MOST = 6
Start = tuple[int, int, float]  # minute, worker, share of a route


class Term(NamedTuple):
    """A route counts `value` where it holds the visit with since < start ≤ `tau`, and is of `worker` unless -1."""

    visit: int
    since: int
    tau: int
    value: float
    worker: int

    def counts(self, start: int, worker: int) -> bool:
        """Whether a route of this worker that starts the visit then counts."""
        return self.since < start <= self.tau and self.worker in {-1, worker}


def terms(compiled: Compiled, tie: Tie) -> tuple[Term, Term]:
    """What the routes of a tie count; their sum, less the later visit where it has no place, is at most 0."""
    crew, span = compiled.net.crew, (tie.since, tie.tau)
    if tie.after < 0:
        whole = float(crew[tie.visit])
        return Term(tie.visit, *span, -1.0, -1), Term(tie.visit, *span, whole, tie.worker)
    first, then = float(crew[tie.visit]), float(crew[tie.after])
    return Term(tie.visit, *span, 1 / first, -1), Term(tie.after, -1, tie.until, -1 / then, -1)


def marks(ties: Iterable[Tie]) -> list[tuple[int, int]]:
    """Visits with a minute after which a start counts otherwise in one of these ties."""
    found = [(tie.visit, tau) for tie in ties for tau in (tie.since, tie.tau) if tau >= 0]
    return sorted(set(found))


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
    return [Tie(i, -1, tau, k, -1, -1) for k in able]


def _gaps(compiled: Compiled, i: int, starts: dict[int, list[int]]) -> list[Tie]:
    """Ties of visit i with those that it must follow soon enough."""
    net, found = compiled.net, []
    for q in range(net.pptr[i], net.pptr[i + 1]):
        before = int(net.pidx[q])
        if net.pmost[q] >= FAR or before not in starts:
            continue
        tau = min(starts[i]) - int(net.service[before] + net.pmost[q]) - 1
        if max(starts[before]) <= tau:
            found.append(Tie(before, -1, tau, -1, i, min(starts[i]) - 1))
    return found


def loose(
    compiled: Compiled, chosen: Iterable[tuple[Column, float]], left: Sequence[float], known: Collection[Tie]
) -> list[Tie]:
    """Ties that these weighted columns break most, with the share of each visit that has no place."""
    net = compiled.net
    starts: dict[int, list[Start]] = defaultdict(list)
    for column, value in chosen:
        for i, start in zip(column.visits, column.starts, strict=True):
            starts[i].append((start, int(net.worker[column.shift]), value))
    found: list[Tie] = []
    for i, row in starts.items():
        if net.crew[i] > 1:
            found += _loose_crew(i, row, int(net.crew[i]))
        for q in range(net.pptr[i], net.pptr[i + 1]):
            before = int(net.pidx[q])
            if net.pmost[q] < FAR and before in starts:
                lag = int(net.service[before] + net.pmost[q])
                crews = int(net.crew[before]), int(net.crew[i])
                found += _loose_gap(before, i, lag, (starts[before], row), crews, left[i])
    many = Counter((tie.visit, tie.worker, tie.after) for tie in known)
    return [tie for tie in found if tie not in known and many[tie.visit, tie.worker, tie.after] < MOST]


def _loose_crew(i: int, row: list[Start], crew: int) -> list[Tie]:
    """For each worker the day, or else the time of it, in which he comes more than the others do."""
    found = []
    for worker in sorted({k for _, k, _ in row}):
        worst, at = LEAST, None
        for start in sorted({start for start, k, _ in row if k == worker}):
            day = start // DAY * DAY
            last = day + DAY - 1
            for since, tau in ((day - 1, last), (day - 1, start), (start - 1, last), (start - 1, start)):
                over = sum(v * (crew * (k == worker) - 1) for t, k, v in row if since < t <= tau)
                if over > worst + LEAST:
                    worst, at = over, Tie(i, since, tau, worker, -1, -1)
        if at is not None:
            found.append(at)
    return found


def _loose_gap(
    before: int,
    after: int,
    lag: int,
    rows: tuple[list[Start], list[Start]],
    crews: tuple[int, int],
    left: float,
) -> list[Tie]:
    """The time by which the earlier visit has started more than the later one `lag` minutes after it."""
    worst, found = LEAST, list[Tie]()
    ends = {start - 1 for start, _, _ in rows[1]} | {start + lag for start, _, _ in rows[0]}
    for until in sorted(ends):
        first = sum(v for start, _, v in rows[0] if start + lag <= until) / crews[0]
        over = first - sum(v for start, _, v in rows[1] if start <= until) / crews[1] - left
        if over > worst + LEAST:
            worst, found = over, [Tie(before, -1, until - lag, -1, after, until)]
    return found
