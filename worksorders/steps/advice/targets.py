"""Where on the board a visit may be dropped while every other visit keeps its place, and what bars each other worker."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.advice.options.alternatives import bar
from scheduler.advice.timetable.places import Place, places
from scheduler.problem import DAY
from worksorders.steps.advice.standing import Draft

NEAT_MINUTES = 5


@dataclass(frozen=True)
class Target:
    """A worker's day in which the visit has a place, and the minute of that day at which it would start."""

    worker_id: uuid.UUID
    on: date
    minute: int


@dataclass(frozen=True)
class Targets:
    """All such days, and for each worker without any the first rule in the way."""

    open: tuple[Target, ...]
    barred: dict[uuid.UUID, str]


def targets(draft: Draft) -> Targets:
    """The days that could hold the draft's visit (of one worker); it starts as near to its present time as it may."""
    visit, rest = draft.visit, draft.book.copy()
    wanted = rest.start[visit] % DAY if visit in rest.start else None
    if visit in rest.start:
        rest.take(visit)
    found: dict[tuple[int, int], int] = {}
    for place in places(rest, visit):
        key = (place.workers[0], place.day)
        start = _start(place, wanted)
        if key not in found or _far(start, wanted) < _far(found[key], wanted):
            found[key] = start
    able = {worker for worker, _ in found}
    people = draft.frame.people
    return Targets(
        tuple(
            Target(people[worker].worker_id, draft.frame.starts_on + timedelta(days=day), start % DAY)
            for (worker, day), start in sorted(found.items())
        ),
        {person.worker_id: bar(rest, visit, at).rule for at, person in enumerate(people) if at not in able},
    )


def _start(place: Place, wanted: int | None) -> int:
    """The time that it has now where the place allows it, else the earliest, on a round minute if possible."""
    if wanted is not None and place.start <= place.day * DAY + wanted <= place.latest:
        return place.day * DAY + wanted
    neat = -(-place.start // NEAT_MINUTES) * NEAT_MINUTES
    return neat if neat <= place.latest else place.start


def _far(start: int, wanted: int | None) -> int:
    return abs(start % DAY - wanted) if wanted is not None else start % DAY
