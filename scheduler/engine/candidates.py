"""Which shifts can hold each visit on its own: the eligibility graph with times, from which everything else starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from scheduler.problem import DAY, Problem, Shift, TimeWindow, Variant, qualifies

Slot = tuple[int, int]  # worker, position among the worker's shifts


def candidates(problem: Problem, variant: Variant) -> list[list[Slot]]:
    """For each visit every shift in which one worker could make it if nothing else were planned."""
    able: dict[tuple[str, str], list[int]] = {}
    found: list[list[Slot]] = []
    for i, visit in enumerate(problem.visits):
        key = (visit.trade, visit.region)
        if key not in able:
            able[key] = [
                k
                for k, worker in enumerate(problem.workers)
                if visit.region in worker.regions and qualifies(visit.trade, worker.trades)
            ]
        by_day: dict[int, list[TimeWindow]] = defaultdict(list)
        for window in problem.windows(i, variant):
            by_day[window.day].append(window)
        found.append([slot for k in able[key] for slot in _slots(problem, i, k, by_day, variant)])
    return found


def _slots(
    problem: Problem, i: int, k: int, by_day: dict[int, list[TimeWindow]], variant: Variant
) -> list[Slot]:
    visit, worker = problem.visits[i], problem.workers[k]
    out = int(problem.travel[problem.base(k), i])
    if k in visit.excluded_workers or out > worker.reach_minutes:
        return []
    back = int(problem.travel[i, problem.base(k)])
    pin = visit.pinned if variant != "common" and visit.crew == 1 else None
    barred = visit.uncleared.get(k, ())
    return [
        (k, s)
        for s, shift in enumerate(worker.shifts)
        if shift.day in by_day
        and shift.day not in barred
        and (pin is None or (pin.worker, pin.shift) == (k, s))
        and alone_start(by_day[shift.day], shift, out, visit.service_minutes + back, variant) is not None
    ]


def alone_start(
    windows: Sequence[TimeWindow], shift: Shift, out: int, after: int, variant: Variant
) -> int | None:
    """Earliest absolute start in an empty shift: `out` minutes to get there, `after` from the start to being back."""
    last = shift.closes - after + (0 if variant == "common" else shift.overtime_minutes)
    starts = [max(w.earliest, shift.opens + out) for w in windows if w.latest >= shift.opens + out]
    first = min(starts, default=None)
    return shift.day * DAY + first if first is not None and first <= last else None
