"""The starts that rules of its own leave to a visit when nothing else is planned, with any of them taken away."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from scheduler.problem import DAY, Problem, Shift, TimeWindow, Variant, qualifies

Spans = list[tuple[int, int]]


class Allowed:
    """One visit seen alone; `dropped` names rules as `scheduler.advice.answers.rules` does."""

    def __init__(self, problem: Problem, i: int, variant: Variant, dropped: Collection[str]) -> None:
        self.problem, self.i, self.variant, self.dropped = problem, i, variant, dropped
        self.visit = problem.visits[i]
        self.windows = problem.windows(i, variant)

    def starts(self) -> Spans:
        """Stretches of starts, absolute minutes, at which enough workers could make the visit; in order."""
        pin = None if "pinned" in self.dropped else self.visit.pinned
        by_worker = {k: self._joined(k) for k in range(len(self.problem.workers)) if self.may_come(k)}
        if pin is not None:
            if not any(a <= pin.start <= b for a, b in by_worker.get(pin.worker, ())):
                return []
            by_worker = {
                k: [(pin.start, pin.start)] for k, spans in by_worker.items() if _holds(spans, pin.start)
            }
        wanted = 1 if "crew" in self.dropped else self.visit.crew
        return _covered(list(by_worker.values()), wanted)

    def may_come(self, k: int) -> bool:
        """Whether trade, region, reach and exclusion let worker k come at all."""
        worker, travel = self.problem.workers[k], self.problem.travel
        bars = {
            "trade": not qualifies(self.visit.trade, worker.trades),
            "region": self.visit.region not in worker.regions,
            "reach": int(travel[self.problem.base(k), self.i]) > worker.reach_minutes,
            "exclusion": k in self.visit.excluded_workers,
        }
        return not any(barred and rule not in self.dropped for rule, barred in bars.items())

    def _joined(self, k: int) -> Spans:
        return _covered([[span] for span in self.of_worker(k)], 1)

    def of_worker(self, k: int) -> Iterator[tuple[int, int]]:
        """Stretches of starts of worker k, who may come; they may overlap."""
        days = [TimeWindow(day, 0, DAY - 1) for day in range(self.problem.days)]
        windows = days if "window" in self.dropped else self.windows
        barred = () if "vetting" in self.dropped else self.visit.uncleared.get(k, ())
        for window in windows:
            if window.day in barred:
                continue
            if "shift" in self.dropped:
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


def _holds(spans: Spans, at: int) -> bool:
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
