"""Says of each visit without a place why: impossible, waiting for another, crowded out, or not found in time."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.advice.eligibility import eligible_workers, first_bar
from scheduler.plan import Reason, Route, Unassigned
from scheduler.problem import DAY, Problem, Variant, Visit


def reasons(
    problem: Problem, routes: Sequence[Route], variant: Variant, proven: bool
) -> tuple[Unassigned, ...]:
    """One reason for each visit without a place in these routes; `proven` says that no better plan exists."""
    placed = {stop.visit for route in routes for stop in route.stops}
    by_slot = {(route.worker, route.shift): route for route in routes}
    missing = [i for i in range(len(problem.visits)) if i not in placed]
    return tuple(_reason(problem, i, by_slot, variant, proven) for i in missing)


def _reason(
    problem: Problem, i: int, by_slot: dict[tuple[int, int], Route], variant: Variant, proven: bool
) -> Unassigned:
    placed = {stop.visit for route in by_slot.values() for stop in route.stops}
    impossible = _impossible(problem, i, variant)
    if impossible is not None:
        return impossible
    if variant != "common":
        waits = tuple(p.before for p in problem.precedences if p.after == i and p.before not in placed)
        if waits:
            return Unassigned(i, Reason.PREDECESSOR_UNPLACED, waits, f"visit {waits[0]} must come first")
        mates = tuple(
            j for group in problem.same_day if i in group for j in group if j != i and j not in placed
        )
        stuck = tuple(j for j in mates if _impossible(problem, j, variant) is not None)
        if stuck:
            return Unassigned(
                i, Reason.COMPANION_UNPLACED, stuck, f"visit {stuck[0]} of the same day has no place"
            )
    blockers = _blockers(problem, i, by_slot, variant)
    dear = all(_penalty(problem, row) >= problem.visits[i].unassigned_penalty for row in blockers)
    nearest = min(blockers, key=lambda row: (_penalty(problem, row), row), default=())
    if nearest and (proven or dear):
        return Unassigned(i, Reason.CROWDED_OUT, nearest, f"its times are taken by visits {list(nearest)}")
    return Unassigned(i, Reason.NOT_FOUND_IN_TIME, nearest, "no place was found in the time given")


def _impossible(problem: Problem, i: int, variant: Variant) -> Unassigned | None:
    visit = problem.visits[i]
    workers = eligible_workers(problem, i)
    if not workers:
        return _barred(problem, i)
    days = {window.day for window in problem.windows(i, variant)}
    on_days = [
        (k, s) for k in workers for s, shift in enumerate(problem.workers[k].shifts) if shift.day in days
    ]
    free = [(k, s) for k, s in on_days if problem.workers[k].shifts[s].day not in visit.uncleared.get(k, ())]
    if on_days and not free:
        return Unassigned(
            i, Reason.NOT_CLEARED, (), "nobody who could come is cleared on the days of its windows"
        )
    alone = [slot for slot in free if _fits_alone(problem, i, slot, variant)]
    if not alone:
        return Unassigned(i, Reason.NO_SHIFT, (), "no shift leaves room for it inside its windows")
    if variant != "common" and not _crew_possible(problem, visit, alone):
        return Unassigned(i, Reason.CREW_SHORT, (), f"never {visit.crew} workers on one day")
    return None


def _barred(problem: Problem, i: int) -> Unassigned:
    bars = {first_bar(problem, i, k) for k in range(len(problem.workers))}
    detail = {
        Reason.EXCLUDED: "every worker who could come is excluded",
        Reason.OUT_OF_REACH: "no worker of its trade and region has it within reach",
        Reason.OUT_OF_REGION: "no worker of its trade serves its region",
        Reason.NO_TRADE: f"nobody has the trade {problem.visits[i].trade}",
    }
    for reason, words in detail.items():
        if reason in bars:
            return Unassigned(i, reason, (), words)
    return Unassigned(i, Reason.NO_TRADE, (), detail[Reason.NO_TRADE])


def _fits_alone(problem: Problem, i: int, slot: tuple[int, int], variant: Variant) -> bool:
    k, s = slot
    shift, base = problem.workers[k].shifts[s], problem.base(k)
    there = shift.opens + int(problem.travel[base, i])
    last = shift.closes + (shift.overtime_minutes if variant != "common" else 0)
    last -= problem.visits[i].service_minutes + int(problem.travel[i, base])
    windows = [w for w in problem.windows(i, variant) if w.day == shift.day and w.latest >= there]
    return any(max(there, w.earliest) <= last for w in windows)


def _crew_possible(problem: Problem, visit: Visit, alone: list[tuple[int, int]]) -> bool:
    by_day: dict[int, set[int]] = {}
    for k, s in alone:
        by_day.setdefault(problem.workers[k].shifts[s].day, set()).add(k)
    return any(len(workers) >= visit.crew for workers in by_day.values())


def _blockers(
    problem: Problem, i: int, by_slot: dict[tuple[int, int], Route], variant: Variant
) -> list[tuple[int, ...]]:
    """For each shift that could hold visit i alone: the visits that the plan has there."""
    found = []
    for k in eligible_workers(problem, i):
        for s, shift in enumerate(problem.workers[k].shifts):
            if shift.day in problem.visits[i].uncleared.get(k, ()) or not _fits_alone(
                problem, i, (k, s), variant
            ):
                continue
            route = by_slot.get((k, s))
            found.append(
                tuple(stop.visit for stop in route.stops if stop.start // DAY == shift.day) if route else ()
            )
    return found


def _penalty(problem: Problem, visits: tuple[int, ...]) -> int:
    return sum(problem.visits[j].unassigned_penalty for j in visits)
