"""Plan files in and out: reads `works-plan/1` strictly, naming every fault by its path, and writes results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from scheduler.changes import described
from scheduler.plan import Plan, Route, Stop, Unassigned
from scheduler.problem import Pin, Precedence, Problem, Published, Shift, TimeWindow, Visit, Weights, Worker
from scheduler.reading.consistency import contradictions
from scheduler.reading.fields import HUGE, Fields, InstanceError
from scheduler.reading.files import read_json
from scheduler.travel import Place, file_travel

FORMAT = "works-plan/1"
RESULT_FORMAT = "works-plan-result/1"
MOST_DAYS = 366
MOST_PLACES = 8_000  # travel between so many is reckoned in two gigabytes
# Trades of the programme's catalogue; a file may use further ones that one of its workers has.
KNOWN_TRADES = frozenset(
    [
        "alarm",
        "asbestos",
        "assessor",
        "carpenter",
        "electrician",
        "glazier",
        "handyperson",
        "locksmith",
        "specialist",
    ]
)


def read_instance(path: str) -> Problem:
    """The problem in a file; raises InstanceError with every fault, also where the file cannot be read at all."""
    return parse_instance(read_json(path))


def parse_instance(data: Any) -> Problem:
    """The problem in parsed JSON; raises InstanceError listing every fault by path."""
    faults: list[str] = []
    root = Fields(data, "", faults)
    if root.data.get("format") != FORMAT:
        root.fault("format", f"must be {FORMAT!r}, not {root.data.get('format')!r}")
    days = root.whole("days", 1, MOST_DAYS)
    raw_workers, raw_visits = root.many("workers"), root.many("visits")
    if len(raw_visits) + len(raw_workers) > MOST_PLACES:
        many = f"hold {len(raw_visits)} visits and {len(raw_workers)} workers"
        raise InstanceError(
            [f"visits and workers {many}; more than {MOST_PLACES} are planned region by region"]
        )
    if root.data.get("workers") == []:
        root.fault("workers", "is empty: a plan needs at least one worker")
    worker_fields = [Fields(row, f"workers[{k}]", faults) for k, row in enumerate(raw_workers)]
    visit_fields = [Fields(row, f"visits[{i}]", faults) for i, row in enumerate(raw_visits)]
    for kind, found in (("workers", worker_fields), ("visits", visit_fields)):
        _check_ids(kind, found)
    places: list[Place] = [row.place("location") for row in (*visit_fields, *worker_fields)]
    workers = tuple(_worker(row, days) for row in worker_fields)
    known = KNOWN_TRADES.union(*(worker.trades for worker in workers))
    visits = tuple(_visit(row, days, len(workers), known) for row in visit_fields)
    precedences = _precedences(root, len(visits))
    same_day = _same_day(root, len(visits))
    weights = _weights(root)
    published = _published(root, len(visits), len(workers), days)
    most = root.whole("max_moves") if root.has("max_moves") else None
    problem = Problem(
        days=days,
        visits=visits,
        workers=workers,
        travel=file_travel(places) if places else np.zeros((0, 0), dtype=np.int32),
        precedences=precedences,
        same_day=same_day,
        weights=weights,
        published=published,
        max_moves=most,
        name=str(root.data.get("name", "")),
    )
    faults += contradictions(problem, {fault.split(".")[0].split(" ")[0] for fault in faults})
    if faults:
        raise InstanceError(faults)
    return problem


def read_routes(path: str) -> tuple[tuple[Route, ...], dict[str, Any]]:
    """The routes of a result file, and the whole file for its claims; raises InstanceError."""
    data = read_json(path)
    faults: list[str] = []
    root = Fields(data, "", faults)
    routes = []
    for at, row in enumerate(root.many("routes")):
        one = Fields(row, f"routes[{at}]", faults)
        stops = [Fields(stop, f"routes[{at}].stops[{s}]", faults) for s, stop in enumerate(one.many("stops"))]
        made = tuple(Stop(stop.whole("visit", -1), stop.whole("start", -1)) for stop in stops)
        routes.append(Route(one.whole("worker", -1), one.whole("shift", -1), made))
    if faults:
        raise InstanceError(faults)
    return tuple(routes), root.data


def result_data(plan: Plan) -> dict[str, Any]:
    """A plan as `works-plan-result/1`, with its proof, reasons and settings.

    With a work limit nothing is told that clock or processes decide, so that the same work gives the same bytes.
    """
    timed = plan.settings.get("work") is None
    settings = {k: v for k, v in plan.settings.items() if timed or k not in ("seconds", "workers")}
    return {
        "format": RESULT_FORMAT,
        "variant": plan.variant,
        "status": str(plan.status),
        "objective": plan.objective,
        "lower_bound": plan.lower_bound,
        "gap": plan.gap,
        "gap_of_operating_cost": plan.operating_gap,
        "terms": {name: getattr(plan.score, name) for name in plan.score.__dataclass_fields__},
        "seconds": round(plan.seconds, 3) if timed else None,
        "seed": plan.seed,
        "input_hash": plan.input_hash,
        "settings": settings,
        "levels": [level._asdict() for level in plan.levels],
        "curve": [point._asdict() for point in plan.curve] if timed else [],
        "routes": [
            {"worker": r.worker, "shift": r.shift, "stops": [stop._asdict() for stop in r.stops]}
            for r in plan.routes
        ],
        "unassigned": [unassigned_data(one) for one in plan.unassigned],
    }


def unassigned_data(one: Unassigned) -> dict[str, Any]:
    """A visit left out as plain data: reason, answer, rules, and its repairs with the changes that they ask for."""
    repairs = [
        {
            **repair._asdict(),
            "changes": [described(change) for change in repair.changes],
            "places": [spot._asdict() for spot in repair.places],
        }
        for repair in one.repairs
    ]
    return {**one._asdict(), "reason": str(one.reason), "answer": str(one.answer), "repairs": repairs}


def write_result(plan: Plan, path: str) -> None:
    """Write a plan as a result file."""
    with Path(path).open("w", encoding="utf-8") as out:
        json.dump(result_data(plan), out)
        out.write("\n")


def _check_ids(kind: str, rows: list[Fields]) -> None:
    seen: dict[int, int] = {}
    for at, row in enumerate(rows):
        if "id" not in row.data:
            continue
        number = row.whole("id")
        if number in seen:
            row.fault("id", f"{number} is used twice: {kind}[{seen[number]}] has it too")
        elif number != at:
            row.fault("id", f"is {number}, but {kind} are numbered from 0 in order, so it must be {at}")
        seen.setdefault(number, at)


def _worker(row: Fields, days: int) -> Worker:
    overtime = row.whole("overtime_minutes", 0, 1440, default=0)
    spans = row.spans("shifts", days, "shift")
    for (day, _, closes), (other, opens, _) in zip(sorted(spans), sorted(spans)[1:], strict=False):
        if day == other and opens < closes:
            row.fault("shifts", f"overlap on day {day} at minute {opens}")
    return Worker(
        trades=row.texts("trades"),
        regions=row.texts("regions"),
        reach_minutes=row.whole("max_travel_minutes"),
        cost_per_travel_minute=row.whole("cost_per_travel_minute", high=10**6),
        cost_per_shift_used=row.whole("cost_per_shift_used"),
        shifts=tuple(Shift(day, opens, closes, overtime) for day, opens, closes in spans),
        overtime_cost_per_minute=row.whole("overtime_cost_per_minute", high=10**6, default=0),
    )


def _visit(row: Fields, days: int, workers: int, known: frozenset[str]) -> Visit:
    trade = row.text("trade")
    if trade and trade not in known:
        row.fault("trade", f"{trade!r} is unknown; known are {', '.join(sorted(known))}")
    if row.has("exposed_since_day") != row.has("exposed_cost_per_day"):
        row.fault("exposed_since_day", "and exposed_cost_per_day belong together: give both or neither")
    return Visit(
        home=row.whole("home"),
        trade=trade,
        region=row.text("region"),
        service_minutes=row.whole("service_minutes", 1, 1440),
        urgency=row.whole("urgency", 0, 3),
        ready_day=row.whole("ready_day", 0, days - 1),
        deadline_day=row.whole("deadline_day"),
        windows=tuple(TimeWindow(*span) for span in row.spans("start_windows", days, "window")),
        windows_late=tuple(TimeWindow(*span) for span in row.spans("start_windows_late", days, "window")),
        unassigned_penalty=row.whole("unassigned_penalty"),
        late_penalty_per_day=row.whole("late_penalty_per_day"),
        excluded_workers=frozenset(row.wholes("excluded_workers", workers - 1 if workers else HUGE)),
        crew=row.whole("crew", 1, 9, default=1),
        pinned=_pin(row, workers, days) if row.has("pinned") else None,
        exposed_since_day=row.whole("exposed_since_day", -MOST_DAYS)
        if row.has("exposed_since_day")
        else None,
        exposed_cost_per_day=row.whole("exposed_cost_per_day", default=0),
    )


def _pin(row: Fields, workers: int, days: int) -> Pin:
    pin = Fields(row.data["pinned"], f"{row.path}.pinned", row.faults)
    return Pin(
        worker=pin.whole("worker", 0, max(0, workers - 1)),
        shift=pin.whole("shift"),
        start=pin.whole("start", 0, days * 1440 - 1),
    )


def _precedences(root: Fields, visits: int) -> tuple[Precedence, ...]:
    found = []
    for at, row in enumerate(root.many("precedence")):
        path, before = f"precedence[{at}]", len(root.faults)
        if not isinstance(row, list) or not 2 <= len(row) <= 4:
            root.fault(path, f"must be [before, after, least gap, greatest gap], not {row!r}"[:120])
            continue
        first, then = (root.whole_of(row[q], f"{path}[{q}]", 0, visits - 1) for q in (0, 1))
        least = root.whole_of(row[2], f"{path}[2]") if len(row) > 2 else 0
        greatest = root.whole_of(row[3], f"{path}[3]") if len(row) > 3 and row[3] is not None else None
        if greatest is not None and greatest < least:
            root.fault(path, f"asks for at least {least} and at most {greatest} minutes between")
        if len(root.faults) == before:
            found.append(Precedence(first, then, least, greatest))
    return tuple(found)


def _same_day(root: Fields, visits: int) -> tuple[tuple[int, ...], ...]:
    groups = []
    for at, row in enumerate(root.many("same_day", optional=True)):
        if not isinstance(row, list):
            root.fault(f"same_day[{at}]", "must be a list of visits")
            continue
        groups.append(
            tuple(root.whole_of(i, f"same_day[{at}][{q}]", 0, visits - 1) for q, i in enumerate(row))
        )
    return tuple(groups)


def _weights(root: Fields) -> Weights:
    row = Fields(root.data.get("objective"), "objective", root.faults)
    return Weights(
        exposure_per_day=row.whole("exposure_per_day"),
        extra_worker_per_home=row.whole("extra_worker_per_home"),
        cost_per_move=row.whole("cost_per_move", default=0),
    )


def _published(root: Fields, visits: int, workers: int, days: int) -> dict[int, Published]:
    if not root.has("published"):
        return {}
    table = Fields(root.data["published"], "published", root.faults)
    found = {}
    for key, value in table.data.items():
        if not key.isdecimal() or str(int(key[:9])) != key or int(key) >= visits:
            table.fault(key, "names no visit")
            continue
        row = Fields(value, f"published.{key}", root.faults)
        found[int(key)] = Published(
            row.whole("worker", 0, workers - 1), row.whole("start", 0, days * 1440 - 1)
        )
    return found
