"""What solving has found, as it is kept until the parts are joined: ids and times, no place and no leg of a journey."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from scheduler.plan import Plan, Progress, Route, Status, Stop, Unassigned
from scheduler.problem import Problem
from scheduler.score import score
from worksorders.steps.planning.build import Frame

Found = dict[str, Any]


def found_of(frame: Frame, solved: Plan, curve: list[Any]) -> Found:
    """A solved part: stops, visits left out with their reasons, the score term by term, and the proof."""
    return {
        **_kept(frame, solved.routes, solved.unassigned),
        "status": str(solved.status),
        "score": asdict(solved.score),
        "levels": [list(level) for level in solved.levels],
        "seconds": round(solved.seconds, 2),
        "curve": curve,
        "lost_pins": [str(visit) for visit in frame.lost_pins],
        "input_hash": solved.input_hash,
    }


def first_of(problem: Problem, frame: Frame, visits: Sequence[int], first: Plan) -> Found:
    """The share of some visits in a first plan of the whole, which is what stands if nothing better is found.

    Of its goals nothing is proven.
    """
    from scheduler.engine.levels import NAMES, measured  # noqa: PLC0415 -- only the planning worker loads the solver.
    from scheduler.engine.parts import Part, restrict  # noqa: PLC0415

    inside = frozenset(visits)
    routes = [Route(k, s, tuple(one for one in stops if one.visit in inside)) for k, s, stops in first.routes]
    routes = [route for route in routes if route.stops]
    at = {visit: position for position, visit in enumerate(visits)}
    alone = restrict(problem, Part(tuple(visits), tuple(range(len(problem.workers)))))
    own = [Route(k, s, tuple(Stop(at[i], start) for i, start in stops)) for k, s, stops in routes]
    terms = score(alone, own, "levels")
    lost = {str(frame.visits[visit].id) for visit in visits} & {str(key) for key in frame.lost_pins}
    return {
        **_kept(frame, routes, [one for one in first.unassigned if one.visit in inside]),
        "status": str(Status.FEASIBLE if first.status == Status.CANCELLED else first.status),
        "score": asdict(terms),
        "levels": [[name, value, 0] for name, value in zip(NAMES, measured(alone, own), strict=True)],
        "seconds": 0,
        "curve": [[round(first.seconds, 2), terms.objective, 0, terms.unassigned]],
        "lost_pins": sorted(lost),
        "input_hash": alone.input_hash(),
    }


def points(curve: Sequence[Progress], since: float) -> list[Any]:
    """The curve of a part, in seconds from the beginning of the whole plan."""
    return [
        [round(since + one.seconds, 2), one.objective, one.lower_bound or 0, one.unassigned]
        for one in curve[-200:]
    ]


def _kept(frame: Frame, routes: Iterable[Route], unassigned: Iterable[Unassigned]) -> Found:
    stops = []
    for route in routes:
        for stop in route.stops:
            visit = frame.visits[stop.visit]
            start_at = frame.instant(stop.start)
            stops.append(
                {
                    "visit": str(visit.id),
                    "worker": str(frame.people[route.worker].worker_id),
                    "start_at": start_at.isoformat(),
                    "end_at": (start_at + timedelta(minutes=visit.minutes)).isoformat(),
                    "pinned": visit.id in frame.pinned,
                    "estimated": visit.id in frame.estimated,
                }
            )
    left = [
        {
            "visit": str(frame.visits[one.visit].id),
            "reason": str(one.reason),
            "detail": {
                "text": one.detail,
                "blockers": [frame.visits[at].code for at in one.blockers],
                "estimated": frame.visits[one.visit].id in frame.estimated,
            },
        }
        for one in unassigned
    ]
    return {"stops": stops, "unassigned": left}
