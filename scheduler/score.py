"""What a plan costs, recomputed from its routes alone, sharing nothing with the solver that made them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping

from scheduler.plan import Route, Score
from scheduler.problem import DAY, Problem, Variant


def score(problem: Problem, routes: Iterable[Route], variant: Variant) -> Score:
    """Cost of these routes term by term; `common` counts only visits left out, travel and shifts."""
    routes = [route for route in routes if route.stops]
    start = {stop.visit: stop.start for route in routes for stop in route.stops}
    who = _workers_of(routes)
    missing = [i for i in range(len(problem.visits)) if i not in start]
    minutes = [driven(problem, route) for route in routes]
    rates = [problem.workers[route.worker].cost_per_travel_minute for route in routes]
    terms = {
        "unassigned_penalty": sum(problem.visits[i].unassigned_penalty for i in missing),
        "unassigned": len(missing),
        "travel_minutes": sum(minutes),
        "travel_cost": sum(m * rate for m, rate in zip(minutes, rates, strict=True)),
        "shift_cost": sum(problem.workers[route.worker].cost_per_shift_used for route in routes),
        "shifts_used": len(routes),
    }
    if variant == "common":
        return Score(**terms)
    return Score(
        **terms,
        **_lateness(problem, start),
        **_exposure(problem, start),
        **_people(problem, routes, start, who),
    )


def driven(problem: Problem, route: Route) -> int:
    """Minutes on the road of one route, from the base and back."""
    base = problem.base(route.worker)
    places = [base, *(stop.visit for stop in route.stops), base]
    return sum(int(problem.travel[a, b]) for a, b in itertools.pairwise(places))


def overtime(problem: Problem, route: Route) -> int:
    """Minutes after the end of the shift at which the worker is back at the base."""
    last = route.stops[-1]
    back = last.start + problem.visits[last.visit].service_minutes
    back += int(problem.travel[last.visit, problem.base(route.worker)])
    shift = problem.workers[route.worker].shifts[route.shift]
    return max(0, back - shift.day * DAY - shift.closes)


def _workers_of(routes: list[Route]) -> dict[int, set[int]]:
    who: dict[int, set[int]] = defaultdict(set)
    for route in routes:
        for stop in route.stops:
            who[stop.visit].add(route.worker)
    return who


def _lateness(problem: Problem, start: dict[int, int]) -> dict[str, int]:
    days = {i: max(0, at // DAY - problem.visits[i].deadline_day) for i, at in start.items()}
    return {
        "late": sum(late > 0 for late in days.values()),
        "late_cost": sum(late * problem.visits[i].late_penalty_per_day for i, late in days.items()),
    }


def _exposure(problem: Problem, start: dict[int, int]) -> dict[str, int]:
    day = [start[i] // DAY if i in start else problem.days for i in range(len(problem.visits))]
    opened = sum(max(0, day[pair.after] - day[pair.before]) for pair in problem.precedences)
    cost, days = opened * problem.weights.exposure_per_day, opened
    for i, visit in enumerate(problem.visits):
        if visit.exposed_since_day is not None:
            waited = max(0, day[i] - visit.exposed_since_day)
            cost += waited * visit.exposed_cost_per_day
            days += 0 if visit.held_for_now else waited
    return {"exposed_days": days, "exposure_cost": cost}


def waiting_cost(problem: Problem, start: Mapping[int, int]) -> int:
    """What it costs that openings secured for the time being wait for their lasting work; part of the exposure cost."""
    total = 0
    for i, visit in enumerate(problem.visits):
        if visit.held_for_now and visit.exposed_since_day is not None:
            day = start[i] // DAY if i in start else problem.days
            total += max(0, day - visit.exposed_since_day) * visit.exposed_cost_per_day
    return total


def _people(
    problem: Problem, routes: list[Route], start: dict[int, int], who: dict[int, set[int]]
) -> dict[str, int]:
    at_home: dict[int, set[int]] = defaultdict(set)
    for i, workers in who.items():
        at_home[problem.visits[i].home] |= workers
    extra = sum(len(workers) - 1 for workers in at_home.values())
    moves = sum(
        start.get(i) != told.start or told.worker not in who.get(i, ())
        for i, told in problem.published.items()
    )
    over = [overtime(problem, route) for route in routes]
    rates = [problem.workers[route.worker].overtime_cost_per_minute for route in routes]
    return {
        "extra_workers": extra,
        "continuity_cost": extra * problem.weights.extra_worker_per_home,
        "moves": moves,
        "move_cost": moves * problem.weights.cost_per_move,
        "overtime_minutes": sum(over),
        "overtime_cost": sum(m * rate for m, rate in zip(over, rates, strict=True)),
    }
