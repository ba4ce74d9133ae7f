"""Rival solvers on the common variant of the same problem, one thread each; they are an optional extra.

Each gets the problem part by part, with a share of the time by visits, since all of them do better so than on the
whole. Known handicaps, to be stated beside any figure: PyVRP has no skills and one window a client, so each worker
has a profile and each window a copy; VROOM overshoots its time limit on large problems.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import numpy as np

from scheduler.bench.fleet import Fleet, Order, fleet_of, timed
from scheduler.engine.parts import in_variant, restrict, split, widen
from scheduler.plan import Route
from scheduler.problem import Problem

CLOSED = 1_000_000
LEAST_SECONDS = 0.3
HANDICAPS = {
    "pyvrp": "no skills and one window a client: a profile for each worker, a copy for each window",
    "vroom": "may take longer than its limit",
}


class PeerMissingError(RuntimeError):
    """A peer that is asked for is not installed."""


def solve_with(peer: str, problem: Problem, seconds: float) -> tuple[Route, ...]:
    """The routes that a peer finds in about that many seconds, part by part; raises PeerMissingError."""
    plain, routes = in_variant(problem, "common"), []
    for part in split(plain, "common"):
        if not part.workers:
            continue
        fleet = fleet_of(restrict(plain, part))
        share = max(LEAST_SECONDS, seconds * len(part.visits) / len(problem.visits))
        found = PEERS[peer](fleet, share)
        own = tuple(timed(fleet, vehicle, visits) for vehicle, visits in found if visits)
        routes += widen(part, own)
    return tuple(sorted(routes))


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise PeerMissingError(f"{name} is not installed; install the extra 'peers'") from error


def _vroom(fleet: Fleet, seconds: float) -> list[Order]:
    vroom: Any = _module("vroom")
    problem = fleet.problem
    model = vroom.Input()
    model.set_durations_matrix("car", problem.travel.astype(np.uint32))
    dearest = max([1, *(v.unassigned_penalty for v in problem.visits)])
    for number, (k, _) in enumerate(fleet.slots):
        worker, base = problem.workers[k], problem.base(k)
        costs = vroom.VehicleCosts(
            fixed=worker.cost_per_shift_used, per_hour=3600 * worker.cost_per_travel_minute
        )
        skills = {i + 1 for i in fleet.riders[number]} | {len(problem.visits) + 1}
        span = fleet.spans[number]
        model.add_vehicle(
            vroom.Vehicle(number + 1, start=base, end=base, skills=skills, time_window=span, costs=costs)
        )
    for i, visit in enumerate(problem.visits):
        windows = [vroom.TimeWindow(low, high) for low, high in fleet.windows[i]]
        rank = 100 * visit.unassigned_penalty // dearest
        model.add_job(
            vroom.Job(
                i + 1,
                location=i,
                default_service=visit.service_minutes,
                skills={i + 1},
                priority=rank,
                time_windows=windows,
            )
        )
    table = model.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=seconds)).routes
    jobs = table[table.type == "job"]
    return [(int(q) - 1, [int(x) - 1 for x in rows.id]) for q, rows in jobs.groupby("vehicle_id")]


def _pyvrp(fleet: Fleet, seconds: float) -> list[Order]:
    pyvrp: Any = _module("pyvrp")
    stop: Any = _module("pyvrp.stop")
    problem = fleet.problem
    minutes = problem.travel.astype(np.int64)
    clients: list[Any] = []
    groups: list[Any] = []
    owner: list[int] = []
    for i, windows in enumerate(fleet.windows):
        group = len(groups) if len(windows) > 1 else None
        copies = []
        for low, high in windows:
            copies.append(len(clients))
            owner.append(i)
            visit = problem.visits[i]
            clients.append(
                pyvrp.Client(
                    location=i,
                    service_duration=visit.service_minutes,
                    tw_early=low,
                    tw_late=high,
                    prize=visit.unassigned_penalty,
                    required=False,
                    group=group,
                )
            )
        if group is not None:
            groups.append(pyvrp.ClientGroup(copies, required=False))
    matrices, profile = _profiles(fleet, minutes)
    vehicles = []
    for number, (k, _) in enumerate(fleet.slots):
        worker = problem.workers[k]
        vehicles.append(
            pyvrp.VehicleType(
                num_available=1,
                start_depot=k,
                end_depot=k,
                fixed_cost=worker.cost_per_shift_used,
                tw_early=fleet.spans[number][0],
                tw_late=fleet.spans[number][1],
                unit_distance_cost=worker.cost_per_travel_minute,
                profile=profile[k],
            )
        )
    places = [pyvrp.Location(x=0, y=0) for _ in range(len(minutes))]
    depots = [pyvrp.Depot(location=problem.base(k)) for k in range(len(problem.workers))]
    data = pyvrp.ProblemData(places, clients, depots, vehicles, matrices, matrices, groups)
    best = pyvrp.solve(data, stop.MaxRuntime(seconds), seed=1, display=False, collect_stats=False).best
    return [(route.vehicle_type(), [owner[x.idx] for x in route if x.is_client()]) for route in best.routes()]


def _profiles(fleet: Fleet, minutes: Any) -> tuple[list[Any], dict[int, int]]:
    """One matrix for each set of visits that some workers share, closed elsewhere, and the matrix of each worker."""
    able: dict[int, set[int]] = {}
    for (k, _), riders in zip(fleet.slots, fleet.riders, strict=True):
        able.setdefault(k, set()).update(riders)
    matrices: list[Any] = []
    at: dict[frozenset[int], int] = {}
    for mine in able.values():
        if frozenset(mine) not in at:
            at[frozenset(mine)] = len(matrices)
            own, barred = minutes.copy(), sorted(set(range(len(fleet.problem.visits))) - mine)
            own[barred, :] = own[:, barred] = CLOSED
            np.fill_diagonal(own, 0)
            matrices.append(own)
    return matrices, {k: at[frozenset(mine)] for k, mine in able.items()}


def _ortools(fleet: Fleet, seconds: float) -> list[Order]:
    from scheduler.bench.routing import solve_routing  # noqa: PLC0415 -- loads OR-Tools routing only when asked for

    return solve_routing(fleet, seconds)


PEERS: dict[str, Callable[[Fleet, float], list[Order]]] = {
    "vroom": _vroom,
    "pyvrp": _pyvrp,
    "ortools": _ortools,
}
