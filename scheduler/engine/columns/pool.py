"""The routes found so far, each with its times, and the rows of the master that tie routes to each other."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np

from scheduler.engine.arrays import Compiled
from scheduler.problem import DAY

COLUMN_SECONDS = 5e-5  # on a usual machine, in the pool and its masters


class Column(NamedTuple):
    """A route as the master sees it: shift number, visits in order, their starts, and its cost."""

    shift: int
    visits: tuple[int, ...]
    starts: tuple[int, ...]
    cost: float


class Order(NamedTuple):
    """The later visit has not started by `tau` unless the earlier one has ended by then, less the least gap."""

    before: int
    after: int
    tau: int


class Tie(NamedTuple):
    """No plan keeps `visit` starting after `since` and by `tau` unless others do too.

    With `worker`: then the whole crew starts in that time, as soon as that worker does. With `after` (else -1):
    then that visit starts by `until`, or has no place.
    """

    visit: int
    since: int
    tau: int
    worker: int
    after: int
    until: int


class Pool:
    """Columns without doubles, findable by visit."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.columns: list[Column] = []
        self.by_visit: dict[int, list[int]] = defaultdict(list)
        self.seen: dict[tuple[int, tuple[int, ...], tuple[int, ...]], int] = {}
        self.tied = _tied(compiled)

    def add(self, shift: int, visits: tuple[int, ...], starts: tuple[int, ...]) -> int | None:
        """Number of a new column, or None where it is there already; starts count only where visits are tied."""
        mark = tuple(t for i, t in zip(visits, starts, strict=True) if i in self.tied)
        key = (shift, visits, mark)
        if key in self.seen:
            return None
        number = len(self.columns)
        self.compiled.meter.add(COLUMN_SECONDS)
        self.seen[key] = number
        self.columns.append(Column(shift, visits, starts, self.cost(shift, visits, starts)))
        for i in visits:
            self.by_visit[i].append(number)
        return number

    def number(self, shift: int, visits: tuple[int, ...], starts: tuple[int, ...]) -> int:
        """The number of a column, added if it is new."""
        made = self.add(shift, visits, starts)
        mark = tuple(t for i, t in zip(visits, starts, strict=True) if i in self.tied)
        return self.seen[shift, visits, mark] if made is None else made

    def cost(self, s: int, visits: tuple[int, ...], starts: tuple[int, ...]) -> float:
        """What a route costs by itself: travel, shift, overtime and the days of its visits."""
        net = self.compiled.net
        places = [net.base[s], *visits, net.base[s]]
        driven = sum(int(net.travel[a, b]) for a, b in itertools.pairwise(places))
        back = starts[-1] + int(net.service[visits[-1]]) + int(net.travel[visits[-1], net.base[s]])
        whole = int(net.fixed[s]) + int(net.rate[s]) * driven
        whole += int(net.over_rate[s]) * max(0, back - int(net.closes[s]))
        own = sum(self.visit_cost(i, s) for i in visits)
        return whole + own - sum(self.kept(i, s, start) for i, start in zip(visits, starts, strict=True))

    def visit_cost(self, i: int, s: int) -> float:
        """A visit's own share in a route of shift s, as one that moves where it was published."""
        net = self.compiled.net
        return int(net.daycost[i, net.day[s]]) / int(net.crew[i])

    def kept(self, i: int, s: int, start: int) -> int:
        """What a visit saves in a route of shift s by the worker and start that were published.

        Of a crew the published worker's route saves all of it, whoever else comes.
        """
        net = self.compiled.net
        if start != net.told_start[i] or net.worker[s] != net.told_worker[i]:
            return 0
        return int(net.move_cost)


def _tied(compiled: Compiled) -> set[int]:
    """Visits whose time of day matters to another route."""
    net = compiled.net
    return {
        i
        for i in range(len(net.service))
        if net.pptr[i] < net.pptr[i + 1]
        or net.sptr[i] < net.sptr[i + 1]
        or net.crew[i] > 1
        or net.told_worker[i] >= 0
    }


class Rows:
    """Rows beyond cover and shift: order of linked visits, one worker at a home, same days."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled, net = compiled, compiled.net
        self.least: dict[tuple[int, int], int] = {}
        for i in range(len(net.service)):
            for q in range(net.pptr[i], net.pptr[i + 1]):
                pair = (int(net.pidx[q]), i)
                self.least[pair] = max(self.least.get(pair, 0), int(net.pleast[q]))
        self.orders: list[Order] = []
        self.known: set[Order] = set()
        self.ties: list[Tie] = []
        members: dict[int, list[int]] = defaultdict(list)
        for i, h in enumerate(net.home):
            members[int(h)].append(i)
        shared = {h: row for h, row in members.items() if len(row) > 1 or int(net.crew[row].max()) > 1}
        self.homes = shared if net.extra > 0 else {}
        self.charge = np.zeros((len(net.service), len(compiled.problem.workers)))
        for row in self.homes.values():
            able = [{int(net.worker[s]) for s in net.cshift[net.cptr[i] : net.cptr[i + 1]]} for i in row]
            for i, workers in zip(row, able, strict=True):
                for k in workers:
                    self.charge[i, k] = net.extra / sum(k in some for some in able)
        self.same = [
            (int(net.gidx[net.gptr[g]]), int(net.gidx[q]))
            for g in range(len(net.gptr) - 1)
            for q in range(net.gptr[g] + 1, net.gptr[g + 1])
        ]
        for before, after in self.least:
            days = self.days(before) & self.days(after)
            for day in sorted(days):
                self.add(Order(before, after, (day + 1) * DAY - 1))

    def days(self, i: int) -> set[int]:
        """Days on which visit i can be made at all."""
        net = self.compiled.net
        return {int(net.day[s]) for s in net.cshift[net.cptr[i] : net.cptr[i + 1]]}

    def add(self, order: Order) -> bool:
        """Add an order row unless it is known."""
        if order in self.known:
            return False
        self.known.add(order)
        self.orders.append(order)
        return True

    def tie(self, ties: Iterable[Tie]) -> bool:
        """Add ties that are not known; whether there were any."""
        fresh = [one for one in dict.fromkeys(ties) if one not in self.ties]
        self.ties += fresh
        return bool(fresh)

    def terms(self, order: Order) -> tuple[tuple[int, int, float], tuple[int, int, float]]:
        """(visit, threshold, coefficient) of the later and the earlier visit: counted where start ≤ threshold."""
        net = self.compiled.net
        ends = order.tau - int(net.service[order.before]) - self.least[order.before, order.after]
        return (
            (order.after, order.tau, 1 / int(net.crew[order.after])),
            (order.before, ends, -1 / int(net.crew[order.before])),
        )

    def part_at(self, i: int, k: int) -> float:
        """The even share of visit i among those of its home that worker k can make."""
        return float(self.charge[i, k]) / self.compiled.net.extra

    def charged(self, visits: Iterable[int], k: int) -> float:
        """What these visits bear of worker k being one more at their homes, by even shares."""
        return sum(float(self.charge[i, k]) for i in visits) if self.homes else 0.0

    def home_of(self, i: int) -> int | None:
        """The home of visit i where continuity is priced there."""
        h = int(self.compiled.net.home[i])
        return h if h in self.homes else None

    def violated(
        self, chosen: Iterable[tuple[Column, float]], step: int, known: Collection[Order] | None = None
    ) -> list[Order]:
        """Order rows, thresholds rounded up to `step` minutes, that these weighted columns break most."""
        starts: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for column, value in chosen:
            for i, start in zip(column.visits, column.starts, strict=True):
                starts[i].append((start, value))
        found = []
        net = self.compiled.net
        known = self.known if known is None else known
        for (before, after), least in self.least.items():
            lag = int(net.service[before]) + least
            marks = {-(-start // step) * step if step > 1 else start for start, _ in starts[after]}
            if step == 1:
                marks |= {start + lag - 1 for start, _ in starts[before]}
            worst, at = 1e-4, -1
            for tau in sorted(marks, reverse=True):
                made = sum(v for start, v in starts[after] if start <= tau) / int(net.crew[after])
                made -= sum(v for start, v in starts[before] if start + lag <= tau) / int(net.crew[before])
                if made > worst and Order(before, after, tau) not in known:
                    worst, at = made, tau
            if at >= 0:
                found.append(Order(before, after, at))
        return found
