"""The common variant as rival solvers know it: vehicles, riders and windows, and their orders as routes again."""

from __future__ import annotations

from typing import NamedTuple

from scheduler.engine.candidates import candidates
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Problem

Order = tuple[int, list[int]]  # number of the vehicle, visits in order


class Fleet(NamedTuple):
    """A problem as vehicles: one a shift, with the visits that may ride in it."""

    problem: Problem
    slots: list[tuple[int, int]]
    spans: list[tuple[int, int]]
    riders: list[list[int]]
    windows: list[list[tuple[int, int]]]


def fleet_of(problem: Problem) -> Fleet:
    """Vehicles with absolute opening times, and for each visit its absolute windows in order."""
    slots = [(k, s) for k, worker in enumerate(problem.workers) for s in range(len(worker.shifts))]
    shifts = [problem.workers[k].shifts[s] for k, s in slots]
    able = [set(row) for row in candidates(problem, "common")]
    return Fleet(
        problem,
        slots,
        [(shift.day * DAY + shift.opens, shift.day * DAY + shift.closes) for shift in shifts],
        [[i for i, row in enumerate(able) if slot in row] for slot in slots],
        [
            sorted((w.day * DAY + w.earliest, w.day * DAY + w.latest) for w in problem.windows(i, "common"))
            for i in range(len(problem.visits))
        ],
    )


def timed(fleet: Fleet, vehicle: int, visits: list[int]) -> Route:
    """A peer's order with the earliest starts."""
    problem, (k, s) = fleet.problem, fleet.slots[vehicle]
    free, here, stops = fleet.spans[vehicle][0], problem.base(k), []
    for i in visits:
        there = free + int(problem.travel[here, i])
        start = next((max(there, low) for low, high in fleet.windows[i] if high >= there), there)
        stops.append(Stop(i, start))
        free, here = start + problem.visits[i].service_minutes, i
    return Route(k, s, tuple(stops))
