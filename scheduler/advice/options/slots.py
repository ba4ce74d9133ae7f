"""The best start times for one more visit: what each costs, what it risks, and who would start later."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.cost import over
from scheduler.advice.timetable.places import Place, places, pushed, put
from scheduler.plan import Stop
from scheduler.problem import DAY


class Risk(NamedTuple):
    """How well a slot bears a delay.

    `spare_minutes`: by so much the visit may take longer before anybody breaks a rule; `delay_minutes`: by so
    much others start later in all if it is taken; `overtime_minutes` and `late_days` of the visit itself.
    """

    spare_minutes: int
    delay_minutes: int
    overtime_minutes: int
    late_days: int


class Slot(NamedTuple):
    """A start that can be promised, and the last minute at which it could begin instead without harm.

    `cost` is the marginal cost: the whole plan with the visit there less the plan without it, the penalty for
    leaving it out not counted.
    """

    workers: tuple[int, ...]
    shifts: tuple[int, ...]
    start: int
    latest: int
    cost: int
    risk: Risk
    later: tuple[Stop, ...]

    @property
    def day(self) -> int:
        """The day of the start."""
        return self.start // DAY


def slots(
    book: Book,
    i: int,
    most: int = 10,
    *,
    days: Iterable[int] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[Slot]:
    """The best `most` slots for a visit without a place, the cheapest first, at most one a worker and half-day.

    Where two cost the same, the one that makes nobody start later comes first.

    Every other visit keeps its worker and order; only those named in `later` start later. Each slot keeps the plan
    feasible if it alone is taken. `days` limits the answer; where `should_stop` says yes the slots so far come back.
    """
    found: dict[tuple[tuple[int, ...], int], Slot] = {}
    wanted = None if days is None else frozenset(days)
    for place in sorted(places(book, i, loose=True), key=lambda one: (one.cost, len(pushed(book, i, one)))):
        if len(found) >= most or (should_stop is not None and should_stop()):
            break
        key = (tuple(sorted(place.workers)), place.start // (DAY // 2))
        if key not in found and (wanted is None or place.day in wanted):
            found[key] = _slot(book, i, place)
    return list(found.values())


def take(book: Book, i: int, slot: Slot) -> Book:
    """A fork in which visit i has this slot."""
    fork = book.copy()
    for place in places(book, i, loose=True):
        same = (place.workers, place.start, _shifts(place)) == (slot.workers, slot.start, slot.shifts)
        if same and pushed(book, i, place) == slot.later:
            put(fork, i, place)
            return fork
    raise ValueError(f"this slot is no longer open for visit {i}")


def _shifts(place: Place) -> tuple[int, ...]:
    return tuple(member.slot[1] for member in place.members)


def _slot(book: Book, i: int, place: Place) -> Slot:
    visit = book.problem.visits[i]
    later = pushed(book, i, place)
    fork = book.copy()
    put(fork, i, place)
    risk = Risk(
        spare_minutes=min(_spare(fork, i, member.slot) for member in place.members),
        delay_minutes=sum(stop.start - book.start[stop.visit] for stop in later),
        overtime_minutes=sum(
            _overtime(fork, member.slot) - _overtime(book, member.slot) for member in place.members
        ),
        late_days=max(0, place.day - visit.deadline_day),
    )
    return Slot(
        place.workers,
        _shifts(place),
        place.start,
        place.latest,
        place.cost + visit.unassigned_penalty,
        risk,
        later,
    )


def _spare(book: Book, i: int, slot: tuple[int, int]) -> int:
    """Minutes that visit i may take longer in its route: others behind it may then start later, as rules allow."""
    stops = book.stops[slot]
    at = [stop.visit for stop in stops].index(i)
    free = stops[at].start + book.problem.visits[i].service_minutes
    if at + 1 < len(stops):
        there = stops[at + 1].visit
        return book.latest(slot)[at + 1] - free - book.minutes(i, there)
    return book.latest_back(slot) - free - book.minutes(i, book.problem.base(slot[0]))


def _overtime(book: Book, slot: tuple[int, int]) -> int:
    stops = book.stops.get(slot, ())
    if not stops or not book.full:
        return 0
    last, start = stops[-1]
    back = start + book.problem.visits[last].service_minutes + book.minutes(last, book.problem.base(slot[0]))
    return over(book, slot, back)
