"""What one more visit adds to the cost of a plan, term by term as the score counts it, without scoring it all."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.advice.timetable.book import Book, Slot
from scheduler.problem import DAY


def visit_cost(book: Book, i: int, start: int | None, workers: Sequence[int] = ()) -> int:
    """Cost of visit i itself at this start by these workers, or left out (None): penalty, lateness, exposure, move."""
    visit, weights, days = book.problem.visits[i], book.problem.weights, book.problem.days
    cost = visit.unassigned_penalty if start is None else 0
    if not book.full:
        return cost
    day = days if start is None else start // DAY
    if start is not None:
        cost += max(0, day - visit.deadline_day) * visit.late_penalty_per_day
    if visit.exposed_since_day is not None:
        cost += max(0, day - visit.exposed_since_day) * visit.exposed_cost_per_day
    for pair in book.before.get(i, ()):
        cost += max(0, day - day_of(book, pair.before)) * weights.exposure_per_day
    for pair in book.after.get(i, ()):
        cost += max(0, day_of(book, pair.after) - day) * weights.exposure_per_day
    return cost + move_cost(book, i, start, workers)


def day_of(book: Book, i: int) -> int:
    """The day of a visit; one without a place counts as the day after the horizon."""
    return book.start[i] // DAY if i in book.start else book.problem.days


def move_cost(book: Book, i: int, start: int | None, workers: Sequence[int]) -> int:
    """What differing from the published plan costs visit i."""
    told = book.problem.published.get(i)
    if told is None or not book.full or (told.start == start and told.worker in workers):
        return 0
    return book.problem.weights.cost_per_move


def route_cost(book: Book, i: int, slot: Slot, at: int, start: int) -> int:
    """What travel, shift, overtime and moves of a route grow by when visit i starts at `start` at position `at`."""
    worker, base = book.problem.workers[slot[0]], book.problem.base(slot[0])
    stops, service = book.stops.get(slot, ()), book.problem.visits[i].service_minutes
    here = stops[at - 1].visit if at else base
    there = stops[at].visit if at < len(stops) else base
    more = book.minutes(here, i) + book.minutes(i, there) - (book.minutes(here, there) if stops else 0)
    cost = more * worker.cost_per_travel_minute + (0 if stops else worker.cost_per_shift_used)
    if not book.full:
        return cost
    later = book.pushed(i, slot, at, start)
    for j, begins in later:
        cost += move_cost(book, j, begins, workers_of(book, j))
        cost -= move_cost(book, j, book.start[j], workers_of(book, j))
    last, begins = (i, start) if at == len(stops) else stops[-1]
    if later and later[-1].visit == last:
        begins = later[-1].start
    served = service if last == i else book.problem.visits[last].service_minutes
    back = begins + served + book.minutes(last, base)
    return cost + (over(book, slot, back) - overtime_now(book, slot)) * worker.overtime_cost_per_minute


def over(book: Book, slot: Slot, back: int) -> int:
    """Minutes after the end of the shift."""
    shift = book.shift(slot)
    return max(0, back - shift.day * DAY - shift.closes)


def overtime_now(book: Book, slot: Slot) -> int:
    """Minutes of overtime of a slot as it stands."""
    stops = book.stops.get(slot, ())
    if not stops:
        return 0
    last, begins = stops[-1]
    served = book.problem.visits[last].service_minutes
    return over(book, slot, begins + served + book.minutes(last, book.problem.base(slot[0])))


def beside_cost(book: Book, i: int, workers: Sequence[int]) -> int:
    """What further workers at the home of visit i cost when these make it."""
    if not book.full:
        return 0
    there = set(book.at_home.get(book.problem.visits[i].home, ()))
    extra = max(0, len(there | set(workers)) - 1) - max(0, len(there) - 1)
    return extra * book.problem.weights.extra_worker_per_home


def workers_of(book: Book, i: int) -> tuple[int, ...]:
    """The workers of a visit with a place."""
    return tuple(k for k, _ in book.slots[i])


def present_cost(rest: Book, j: int, start: int, held: Sequence[Slot]) -> int:
    """Cost of the place where visit j was, against leaving it out, in a plan without it."""
    workers = [k for k, _ in held]
    cost = visit_cost(rest, j, start, workers) - visit_cost(rest, j, None) + beside_cost(rest, j, workers)
    for slot in held:
        at = sum(stop.start < start for stop in rest.stops.get(slot, ()))
        cost += route_cost(rest, j, slot, at, start)
    return cost
