"""What of a plan still stands after the problem has changed: the rest must move, and nothing else."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence

from scheduler.advice.eligibility import cleared, first_bar
from scheduler.advice.timetable.book import Book, Slot
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Problem, Variant


def standing(problem: Problem, routes: Sequence[Route], variant: Variant) -> tuple[Book, tuple[int, ...]]:
    """The plan without the visits that can no longer be where they were, and these visits in order.

    Where two visits cannot both stay, the one with the lower penalty goes. A visit whose predecessor has to move
    stays for now: the predecessor may still find a place before it.
    """
    lost = {stop.visit for route in routes for stop in route.stops if _barred(problem, route, stop, variant)}
    lost |= _short_crews(problem, routes, lost, variant)
    again = True
    while again:
        kept = _without(routes, lost)
        more = {j for route in kept for j in _late(problem, route, variant)}
        if not more and variant != "common":
            more = _untimely(problem, kept)
        again = bool(more)
        lost |= more
    rest = _without(routes, lost)
    return Book(problem, rest, variant), tuple(sorted(lost))


def _without(routes: Iterable[Route], lost: set[int]) -> list[Route]:
    cut = [Route(k, s, tuple(stop for stop in stops if stop.visit not in lost)) for k, s, stops in routes]
    return [route for route in cut if route.stops]


def _barred(problem: Problem, route: Route, stop: Stop, variant: Variant) -> bool:
    """Whether rules of the visit itself forbid it this worker, shift or start."""
    i, (k, s) = stop.visit, route[:2]
    if (
        k >= len(problem.workers)
        or s >= len(problem.workers[k].shifts)
        or first_bar(problem, i, k) is not None
    ):
        return True
    shift, pin = problem.workers[k].shifts[s], problem.visits[i].pinned
    minute = stop.start - shift.day * DAY
    windows = [w for w in problem.windows(i, variant) if w.day == shift.day]
    if not any(w.earliest <= minute <= w.latest for w in windows) or not cleared(problem, i, k, shift.day):
        return True
    if pin is None or variant == "common":
        return False
    return pin.start != stop.start or (problem.visits[i].crew == 1 and pin.worker != k)


def _short_crews(problem: Problem, routes: Sequence[Route], lost: set[int], variant: Variant) -> set[int]:
    count: dict[int, int] = defaultdict(int)
    for route in routes:
        for stop in route.stops:
            count[stop.visit] += 1
    if variant == "common":
        return set()
    return {i for i, many in count.items() if i not in lost and many != problem.visits[i].crew}


def _late(problem: Problem, route: Route, variant: Variant) -> list[int]:
    """Visits that one worker cannot make in time one after another; the first clash of the route only."""
    shift = problem.workers[route.worker].shifts[route.shift]
    base, begins = problem.base(route.worker), shift.day * DAY
    first, last = route.stops[0], route.stops[-1]
    if first.start < begins + shift.opens + int(problem.travel[base, first.visit]):
        return [first.visit]
    for one, two in itertools.pairwise(route.stops):
        free = one.start + problem.visits[one.visit].service_minutes
        if two.start < free + int(problem.travel[one.visit, two.visit]):
            return [min(one.visit, two.visit, key=lambda j: _worth(problem, j))]
    back = last.start + problem.visits[last.visit].service_minutes + int(problem.travel[last.visit, base])
    closes = shift.closes + (shift.overtime_minutes if variant != "common" else 0)
    return [last.visit] if back > begins + closes else []


def _worth(problem: Problem, j: int) -> tuple[bool, int, int]:
    visit = problem.visits[j]
    return visit.pinned is not None, visit.unassigned_penalty, -j


def _untimely(problem: Problem, routes: Iterable[Route]) -> set[int]:
    """Visits whose gap to a predecessor, or whose day among its companions, no longer holds."""
    start = {stop.visit: stop.start for route in routes for stop in route.stops}
    found = set()
    for pair in problem.precedences:
        if pair.before in start and pair.after in start:
            wait = start[pair.after] - start[pair.before] - problem.visits[pair.before].service_minutes
            if wait < pair.least_gap or (pair.greatest_gap is not None and wait > pair.greatest_gap):
                found.add(pair.after)
    for group in problem.same_day:
        days = {start[j] // DAY for j in group if j in start}
        if len(days) > 1:
            found |= {j for j in group if j in start and start[j] // DAY != min(days)}
    return found


def touched(before: Problem, after: Problem, routes: Sequence[Route], lost: Iterable[int]) -> set[Slot]:
    """Shifts in which the change made or left room: those that differ, and those that a lost visit has left."""
    gone = set(lost)
    slots = {(r.worker, r.shift) for r in routes if any(stop.visit in gone for stop in r.stops)}
    for k, worker in enumerate(after.workers):
        old = before.workers[k] if k < len(before.workers) else None
        if old is None or old != worker:
            same = old is not None and (old.trades, old.regions, old.reach_minutes) == (
                worker.trades,
                worker.regions,
                worker.reach_minutes,
            )
            for s, shift in enumerate(worker.shifts):
                if old is None or not same or s >= len(old.shifts) or old.shifts[s] != shift:
                    slots.add((k, s))
    return slots
