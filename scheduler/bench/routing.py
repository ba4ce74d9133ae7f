"""OR-Tools routing on the common variant, as one of the peers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from scheduler.bench.fleet import Fleet, Order
from scheduler.problem import DAY


def solve_routing(fleet: Fleet, seconds: float) -> list[Order]:
    """Cheapest insertion, then guided local search; (vehicle, visits in order) for each vehicle in use."""
    problem = fleet.problem
    bases = [problem.base(k) for k, _ in fleet.slots]
    manager: Any = pywrapcp.RoutingIndexManager(len(problem.travel), len(bases), bases, bases)
    model: Any = pywrapcp.RoutingModel(manager)
    minutes = problem.travel.astype(int)
    service = np.array([v.service_minutes for v in problem.visits] + [0] * len(problem.workers))
    horizon = problem.days * DAY
    transit = model.RegisterTransitMatrix((minutes + service[:, None]).tolist())
    model.AddDimension(transit, horizon, horizon, False, "time")
    clock = model.GetDimensionOrDie("time")
    rates = {w.cost_per_travel_minute for w in problem.workers}
    cost = {rate: model.RegisterTransitMatrix((minutes * rate).tolist()) for rate in rates}
    for number, (k, _) in enumerate(fleet.slots):
        worker = problem.workers[k]
        model.SetArcCostEvaluatorOfVehicle(cost[worker.cost_per_travel_minute], number)
        model.SetFixedCostOfVehicle(worker.cost_per_shift_used, number)
        for end in (model.Start(number), model.End(number)):
            clock.CumulVar(end).SetRange(*fleet.spans[number])
    allowed: list[list[int]] = [[] for _ in problem.visits]
    for number, riders in enumerate(fleet.riders):
        for i in riders:
            allowed[i].append(number)
    for i, windows in enumerate(fleet.windows):
        node = manager.NodeToIndex(i)
        when = clock.CumulVar(node)
        when.SetRange(windows[0][0], windows[-1][1])
        for (_, closes), (opens, _) in itertools.pairwise(windows):
            if closes + 1 < opens:
                when.RemoveInterval(closes + 1, opens - 1)
        model.VehicleVar(node).SetValues([-1, *allowed[i]])
        model.AddDisjunction([node], problem.visits[i].unassigned_penalty)
    return _routes(model, manager, _search(model, seconds), len(bases))


def _search(model: Any, seconds: float) -> Any:
    settings: Any = pywrapcp.DefaultRoutingSearchParameters()
    settings.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    settings.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    settings.time_limit.FromMilliseconds(int(seconds * 1000))
    return model.SolveWithParameters(settings)


def _routes(model: Any, manager: Any, found: Any, vehicles: int) -> list[Order]:
    routes = []
    for number in range(vehicles if found else 0):
        at, visits = found.Value(model.NextVar(model.Start(number))), []
        while not model.IsEnd(at):
            visits.append(manager.IndexToNode(at))
            at = found.Value(model.NextVar(at))
        routes.append((number, visits))
    return routes
