"""The starts that rules of its own leave to a visit when nothing else is planned, with any of them taken away."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from scheduler.problem import DAY, Problem, Shift, TimeWindow, Variant, qualifies

Spans = list[tuple[int, int]]
TIMES = frozenset({"vetting", "shift", "ready", "window"})


class Alone:
    """One visit seen alone; rules to drop are named as `scheduler.advice.answers.rules` does.

    What was found for a worker is kept, so that asking again with other rules dropped costs little.
    """

    def __init__(self, problem: Problem, i: int, variant: Variant) -> None:
        self.problem, self.i, self.variant = problem, i, variant
        self.visit = problem.visits[i]
        self.windows = self.visit.windows if variant == "common" else self.visit.windows_late
        self.bars = [self._bars(k) for k in range(len(problem.workers))]
        self._known: dict[tuple[int, frozenset[str]], Spans] = {}

    def _bars(self, k: int) -> frozenset[str]:
        """The rules by which worker k can never come: trade, region, reach and exclusion."""
        worker, travel = self.problem.workers[k], self.problem.travel
        bars = {
            "trade": not qualifies(self.visit.trade, worker.trades),
            "region": self.visit.region not in worker.regions,
            "reach": int(travel[self.problem.base(k), self.i]) > worker.reach_minutes,
            "exclusion": k in self.visit.excluded_workers,
        }
        return frozenset(rule for rule, barred in bars.items() if barred)

    def starts(self, dropped: Collection[str] = ()) -> Spans:
        """Stretches of starts, absolute minutes, at which enough workers could make the visit; in order."""
        pin = None if "pinned" in dropped else self.visit.pinned
        free = frozenset(dropped)
        by_worker = {k: self.of_worker(k, free) for k, bars in enumerate(self.bars) if bars <= free}
        if pin is not None:
            if not _holds(by_worker.get(pin.worker, ()), pin.start):
                return []
            by_worker = {
                k: [(pin.start, pin.start)] for k, spans in by_worker.items() if _holds(spans, pin.start)
            }
        return _covered(list(by_worker.values()), 1 if "crew" in free else self.visit.crew)

    def of_worker(self, k: int, dropped: Collection[str] = ()) -> Spans:
        """Stretches of starts of worker k, who may come; in order and apart."""
        key = k, TIMES.intersection(dropped)
        if key not in self._known:
            self._known[key] = _covered([[span] for span in self._spans(*key)], 1)
        return self._known[key]

    def _spans(self, k: int, dropped: frozenset[str]) -> Iterator[tuple[int, int]]:
        days = [TimeWindow(day, 0, DAY - 1) for day in range(self.problem.days)]
        windows = days if "window" in dropped else self.windows
        barred = () if "vetting" in dropped else self.visit.uncleared.get(k, ())
        ready_day = 0 if "ready" in dropped else self.visit.ready_day
        for window in windows:
            if window.day in barred or window.day < ready_day:
                continue
            if "shift" in dropped:
                yield window.day * DAY + window.earliest, window.day * DAY + window.latest
                continue
            for shift in self.problem.workers[k].shifts:
                if shift.day == window.day:
                    yield from self._in_shift(k, shift, window)

    def _in_shift(self, k: int, shift: Shift, window: TimeWindow) -> Iterator[tuple[int, int]]:
        base, travel = self.problem.base(k), self.problem.travel
        first = max(window.earliest, shift.opens + int(travel[base, self.i]))
        last = shift.closes + (shift.overtime_minutes if self.variant != "common" else 0)
        last = min(window.latest, last - self.visit.service_minutes - int(travel[self.i, base]))
        if first <= last:
            yield window.day * DAY + first, window.day * DAY + last


def _holds(spans: Collection[tuple[int, int]], at: int) -> bool:
    return any(a <= at <= b for a, b in spans)


def _covered(layers: list[Spans], wanted: int) -> Spans:
    """Where at least `wanted` layers have a stretch, in order; the stretches of one layer do not overlap."""
    edges = sorted(
        [(a, 0) for spans in layers for a, _ in spans] + [(b + 1, 1) for spans in layers for _, b in spans]
    )
    found: Spans = []
    depth, begins = 0, -1
    for at, closing in edges:
        depth += -1 if closing else 1
        if not closing and depth == wanted:
            begins = at
        elif closing and depth == wanted - 1:
            if found and found[-1][1] >= begins - 1:
                found[-1] = (found[-1][0], at - 1)
            elif at > begins:
                found.append((begins, at - 1))
    return found
