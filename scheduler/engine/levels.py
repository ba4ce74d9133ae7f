"""Solves by levels: each goal is brought as low as it goes and then held, so that nothing is traded upwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

from scheduler.check import check
from scheduler.engine.budget import Budget
from scheduler.engine.part import PartSolver
from scheduler.plan import Level, Route
from scheduler.problem import DAY, Problem, Visit, Weights
from scheduler.score import score, waiting_cost

CLASSES = range(4)
NAMES = (
    *(f"unassigned P{c + 1}" for c in CLASSES),
    *(f"late days P{c + 1}" for c in CLASSES),
    "exposed days",
    "cost",
    "extra workers",
    "uneven shares",
    "moves",
)
COST, EXTRA, SHARES, MOVES = 9, 10, 11, 12
UNPROVEN = NAMES[SHARES]  # evened out by hand-overs, without a bound of its own
FIRST_SHARE = 0.25
LOOK_SECONDS = 2e-5  # a visit, on a usual machine, to see what a hand-over changes
LAST_SHARE = 0.97  # evening shares out has no limit of its own
MOST_STEP = 1_000_000


class Told(NamedTuple):
    """What is known while levels are brought down: the weighted sum of the plan so far, and what no plan is below."""

    routes: tuple[Route, ...]
    cost: int
    bound: int
    level: str


Tell = Callable[[Told], None]


def tell_nobody(_told: Told) -> None:
    """For runs that nobody watches."""


def measured(problem: Problem, routes: Sequence[Route]) -> tuple[int, ...]:
    """What each level comes to, in the order of NAMES; lower is better, and no later one outweighs an earlier one."""
    start = {stop.visit: stop.start for route in routes for stop in route.stops}
    unassigned, late = [0] * 4, [0] * 4
    for i, visit in enumerate(problem.visits):
        if i not in start:
            unassigned[visit.urgency] += 1
        else:
            late[visit.urgency] += max(0, start[i] // DAY - visit.deadline_day)
    terms = score(problem, routes, "full")
    cost = terms.travel_cost + terms.shift_cost + terms.overtime_cost + waiting_cost(problem, start)
    return (
        *unassigned,
        *late,
        terms.exposed_days,
        cost,
        terms.extra_workers,
        unevenness(problem, routes),
        terms.moves,
    )


def unevenness(problem: Problem, routes: Sequence[Route]) -> int:
    """Sum of squared working hours by worker, what was booked before included: least where shares are fair."""
    minutes = [worker.booked_minutes for worker in problem.workers]
    for route in routes:
        minutes[route.worker] += sum(problem.visits[stop.visit].service_minutes for stop in route.stops)
    return sum((m // 60) ** 2 for m in minutes)


def solve_part_by_levels(
    problem: Problem, seed: int, budget: Budget, tell: Tell = tell_nobody
) -> tuple[tuple[Route, ...], tuple[Level, ...], int]:
    """The routes of one part, what is known of each level, and a bound on the weighted sum of any plan of it."""
    first = PartSolver(problem, "full", seed)

    def beginning() -> None:
        known = first.result()
        tell(Told(known.routes, known.cost, known.bound, ""))

    first.improve(budget.part(FIRST_SHARE * budget.left(), budget.work), beginning)
    routes, _, whole_bound, *_ = first.result()
    bounds = [0] * len(NAMES)
    for at, name in enumerate(NAMES):
        if at == SHARES:
            routes = _fairer(problem, routes, budget)
        elif measured(problem, routes)[at] > 0 and not budget.over():
            routes, bounds[at] = _lower(problem, routes, at, seed, budget)
            tell(Told(routes, score(problem, routes, "full").objective, whole_bound, name))
    values = measured(problem, routes)
    levels = [Level(*row) for row in zip(NAMES, values, map(min, bounds, values), strict=True)]
    return routes, tuple(levels), whole_bound


def _lower(
    problem: Problem,
    routes: tuple[Route, ...],
    at: int,
    seed: int,
    budget: Budget,
) -> tuple[tuple[Route, ...], int]:
    """Bring one level down while those above it hold; the routes and a bound on this level.

    The bound is that of plans that are no worse in any level above, so it stays one when those come down later.
    """
    values, bound = measured(problem, routes), 0
    ways = [ranked(values, at)] if at < COST else [usual(problem, at), ranked(values, at)]
    stages = sum(value > 0 for level, value in enumerate(values[at:], at) if level != SHARES)
    seconds = LAST_SHARE * budget.left() / stages / len(ways)
    for weights in ways:
        held = sum(weight * value for weight, value in zip(weights[:at], values[:at], strict=True))
        solver = PartSolver(reweighted(problem, weights), "full", seed)
        solver.take_routes(routes)
        solver.improve(budget.part(seconds, budget.work), lambda: None)
        found = solver.result()
        bound = max(bound, -((held - found.bound) // weights[at]))
        after = measured(problem, found.routes)
        no_worse = all(new <= old for new, old in zip(after[:at], values[:at], strict=True))
        if no_worse and after[: at + 1] < values[: at + 1] and not check(problem, found.routes, "full"):
            routes, values = found.routes, after
        if bound >= values[at]:
            break
    return routes, bound


def usual(problem: Problem, at: int) -> list[int]:
    """Weights of the levels down to `at` as the problem's own sum has them, each class of visits by its middle.

    What outweighs everything below leaves the relaxation of a large part far from its plans. Any weights give a
    valid bound; these give a near one.
    """
    weights = [0] * len(NAMES)
    for c in CLASSES:
        own = [visit for visit in problem.visits if visit.urgency == c]
        if own:
            weights[c] = round(median(visit.unassigned_penalty for visit in own))
            weights[4 + c] = round(median(visit.late_penalty_per_day for visit in own))
    weights[8], weights[COST] = problem.weights.exposure_per_day, 1
    weights[EXTRA], weights[MOVES] = problem.weights.extra_worker_per_home, problem.weights.cost_per_move
    return [max(1, weight) if level == at else weight * (level < at) for level, weight in enumerate(weights)]


def ranked(values: Sequence[int], at: int) -> list[int]:
    """Weights of the levels down to `at`: one more in any outweighs all that those below it come to.

    Above MOST_STEP that is left to what one visit can change at all; bounds are valid with any weights.
    """
    weights = [0] * len(NAMES)
    weights[at], last, below = 1, 1, values[at]
    for above in reversed(range(at)):
        if above != SHARES:
            last = weights[above] = min(below + 1, last + MOST_STEP)
            below += last * values[above]
    return weights


def reweighted(problem: Problem, weights: Sequence[int]) -> Problem:
    """The same problem with the weights of NAMES instead of its own; shares cannot be weighted."""
    price = weights[COST]
    visits = tuple(
        replace(
            visit,
            unassigned_penalty=weights[visit.urgency],
            late_penalty_per_day=weights[4 + visit.urgency],
            exposed_cost_per_day=_day_exposed(visit, weights),
        )
        for visit in problem.visits
    )
    workers = tuple(
        replace(
            worker,
            cost_per_travel_minute=worker.cost_per_travel_minute * price,
            cost_per_shift_used=worker.cost_per_shift_used * price,
            overtime_cost_per_minute=worker.overtime_cost_per_minute * price,
        )
        for worker in problem.workers
    )
    return replace(
        problem, visits=visits, workers=workers, weights=Weights(weights[8], weights[EXTRA], weights[MOVES])
    )


def _day_exposed(visit: Visit, weights: Sequence[int]) -> int:
    """What a day of waiting weighs: as exposed, or as money where the opening is secured for the time being."""
    if visit.exposed_since_day is None:
        return 0
    return visit.exposed_cost_per_day * weights[COST] if visit.held_for_now else weights[8]


def _fairer(problem: Problem, routes: tuple[Route, ...], budget: Budget) -> tuple[Route, ...]:
    """Hand whole days to a worker with less to do where no level above changes."""
    best, value = routes, measured(problem, routes)
    improved = True
    while improved:
        improved = False
        for changed in _handed_over(problem, best):
            if budget.over():
                break
            budget.meter.add(LOOK_SECONDS * len(problem.visits))
            after = measured(problem, changed)
            if after[:SHARES] == value[:SHARES] and after < value and not check(problem, changed, "full"):
                best, value, improved = changed, after, True
                break
    return best


def _handed_over(problem: Problem, routes: tuple[Route, ...]) -> list[tuple[Route, ...]]:
    """Every plan in which one route goes to a free shift of the same day, or two routes of a day change hands."""
    by_day: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for k, worker in enumerate(problem.workers):
        for s, shift in enumerate(worker.shifts):
            by_day[shift.day].append((k, s))
    of_slot = {(route.worker, route.shift): route for route in routes}
    found = []
    for route in routes:
        day = problem.workers[route.worker].shifts[route.shift].day
        for slot in by_day[day]:
            other = of_slot.get(slot)
            if slot[0] == route.worker or (other is not None and slot < (route.worker, route.shift)):
                continue
            rest = [one for one in routes if one is not route and one is not other]
            rest.append(Route(*slot, route.stops))
            if other is not None:
                rest.append(Route(route.worker, route.shift, other.stops))
            found.append(tuple(sorted(rest)))
    return found
