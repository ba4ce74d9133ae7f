"""Who decides about a repair, and about which time: the client, a firm for one of its workers, or nobody known yet."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from scheduler.advice.eligibility import cleared, first_bar
from scheduler.changes import Cleared, LongerShift, NewWorker, WiderWindow
from scheduler.plan import Repair
from scheduler.problem import DAY
from worksorders.steps.advice.standing import Draft
from worksorders.steps.people.workforce import Person

NOBODY: frozenset[uuid.UUID] = frozenset()


class Question(NamedTuple):
    """What is asked for: `kind` as the table of requests has it, whose time (None: no worker's), day and minutes of it."""

    kind: str
    worker_id: uuid.UUID | None
    on: date
    opens: int
    closes: int


def questions(draft: Draft, repair: Repair, refused: Collection[uuid.UUID] = NOBODY) -> list[Question]:
    """What has to be asked before this repair holds; empty for one that asks nobody.

    A further worker is somebody who may go, is not at work then and is not in `refused`, the nearest one; where there
    is nobody like that a search for somebody new. Who is absent is not asked.
    """
    found = [*_of_client_and_firms(draft, repair), *_further(draft, repair, refused)]
    return [one for one in found if one.opens < one.closes]


def _of_client_and_firms(draft: Draft, repair: Repair) -> Iterator[Question]:
    frame, own = draft.frame, next(spot.start for spot in repair.places if spot.visit == draft.visit)
    for change in repair.changes:
        if isinstance(change, WiderWindow):
            closes = min(DAY, change.latest + frame.visits[change.visit].minutes)
            yield Question("window", None, frame.day(change.day), change.earliest, closes)
        if isinstance(change, LongerShift):
            shift = draft.problem.workers[change.worker].shifts[change.shift]
            closes, worker_id = min(DAY, shift.closes + change.minutes), frame.people[change.worker].worker_id
            yield Question("overtime", worker_id, frame.day(shift.day), shift.closes, closes)
        if isinstance(change, Cleared):
            worker_id = frame.people[change.worker].worker_id
            ends = min(DAY, own % DAY + frame.visits[change.visit].minutes)
            yield Question("checks", worker_id, frame.day(change.day), own % DAY, ends)


def _further(draft: Draft, repair: Repair, refused: Collection[uuid.UUID]) -> Iterator[Question]:
    asked = set(refused)
    hired = [change for change in repair.changes if isinstance(change, NewWorker)]
    for at, change in enumerate(hired, start=len(draft.problem.workers)):
        stops = sorted((spot.start, spot.visit) for spot in repair.places if spot.worker == at)
        (shift,) = change.worker.shifts
        on = draft.frame.day(shift.day)
        rows = [one for k in range(len(draft.frame.people)) if (one := _could(draft, k, stops, asked))]
        if stops and rows:
            _, worker_id, opens, closes = min(rows)
            asked.add(worker_id)
            yield Question("worker", worker_id, on, opens, closes)
        else:
            yield Question("search", None, on, max(0, shift.opens), min(DAY, shift.closes))


def _could(
    draft: Draft, k: int, stops: Sequence[tuple[int, int]], asked: Collection[uuid.UUID]
) -> tuple[int, uuid.UUID, int, int] | None:
    """Way, worker and the minutes of the day that worker k would need for these visits; None who cannot be asked."""
    person, problem = draft.frame.people[k], draft.problem
    if not stops or person.worker_id in asked:
        return None
    day = stops[0][0] // DAY
    if any(first_bar(problem, i, k) or not cleared(problem, i, k, day) for _, i in stops):
        return None
    (start, first), (begins, last) = stops[0], stops[-1]
    out, back = int(problem.travel[problem.base(k), first]), int(problem.travel[last, problem.base(k)])
    opens = start - day * DAY - out
    closes = begins - day * DAY + problem.visits[last].service_minutes + back
    if not 0 <= opens < closes <= DAY or _at_work(draft, person, day, opens, closes):
        return None
    return out + back, person.worker_id, opens, closes


def _at_work(draft: Draft, person: Person, day: int, opens: int, closes: int) -> bool:
    """Whether the person is absent, at work or booked at any minute of that time."""
    frame, on = draft.frame, draft.frame.day(day)
    return (
        person.is_away(on)
        or any(begin < closes and opens < end for begin, end in person.stretches(on))
        or not person.is_free(frame.instant(day * DAY + opens), frame.instant(day * DAY + closes))
    )
