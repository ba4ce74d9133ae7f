"""Every place that one visit could take in a plan as it stands, with its exact cost: the ground of all advice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from scheduler.advice.timetable.book import Book, Slot
from scheduler.advice.timetable.cost import beside_cost, present_cost, route_cost, visit_cost
from scheduler.plan import Stop
from scheduler.problem import DAY


class Member(NamedTuple):
    """One worker of a visit: the slot, the position in its route, and what the route grows by."""

    slot: Slot
    at: int
    cost: int


class Place(NamedTuple):
    """A start for a visit with its workers, who may start it until `latest`.

    `cost` is the difference to the whole plan against leaving the visit out: negative where placing pays.
    """

    start: int
    latest: int
    members: tuple[Member, ...]
    cost: int

    @property
    def day(self) -> int:
        """The day of the start."""
        return self.start // DAY

    @property
    def workers(self) -> tuple[int, ...]:
        """The workers."""
        return tuple(member.slot[0] for member in self.members)

    def spots(self) -> tuple[tuple[Slot, int], ...]:
        """(slot, position) of each worker, as `Book.put` wants it."""
        return tuple((member.slot, member.at) for member in self.members)


class Opening(NamedTuple):
    """An unbroken stretch of starts that one worker could keep, absolute minutes."""

    slot: Slot
    at: int
    low: int
    high: int


def openings(
    book: Book, i: int, *, loose: bool = False, slots: Container[Slot] | None = None
) -> Iterator[Opening]:
    """Where single workers could make visit i with every rule of theirs and of its windows."""
    low, high = book.bounds(i)
    for slot in book.open_slots(i):
        if (slots is None or slot in slots) and book.cleared(i, slot):
            yield from _within_windows(book, i, slot, low, high, loose)


def _within_windows(book: Book, i: int, slot: Slot, low: int, high: int, loose: bool) -> Iterator[Opening]:
    day = book.shift(slot).day
    for gap in book.gaps(i, slot, loose):
        for window in book.windows(i, day):
            first = max(gap.low, low, day * DAY + window.earliest)
            last = min(gap.high, high, day * DAY + window.latest)
            if first <= last:
                yield Opening(slot, gap.at, first, last)


def places(
    book: Book,
    i: int,
    *,
    loose: bool = False,
    slots: Container[Slot] | None = None,
    chained: bool = False,
    worker: int | None = None,
) -> list[Place]:
    """Places of visit i, the cheapest first; empty where it has none or waits for another visit.

    One for each opening at its earliest start, which costs least, and one at the published start where that is
    possible; for a crew the cheapest one for each start at which a further worker becomes free. With `worker` only
    places in which that worker has a part; with `chained` it need not wait: who asks will place the others too.
    """
    if not chained and book.waiting(i):
        return []
    found = list(openings(book, i, loose=loose, slots=slots))
    if book.crew(i) > 1:
        made = list(_together(book, i, found, () if worker is None else (worker,)))
    else:
        made = [place for one in found if worker in (None, one.slot[0]) for place in _alone(book, i, one)]
    return sorted(made, key=lambda place: (place.cost, place.start, place.members))


def _alone(book: Book, i: int, one: Opening) -> Iterator[Place]:
    told = book.problem.published.get(i)
    starts = [one.low]
    if told is not None and told.worker == one.slot[0] and one.low < told.start <= one.high:
        starts.append(told.start)
    for start in starts:
        member = Member(one.slot, one.at, route_cost(book, i, one.slot, one.at, start))
        yield _place(book, i, start, one.high, [member])


def _together(book: Book, i: int, found: Iterable[Opening], needed: tuple[int, ...]) -> Iterator[Place]:
    by_day: dict[int, list[Opening]] = defaultdict(list)
    for one in found:
        by_day[book.shift(one.slot).day].append(one)
    told, pin = book.problem.published.get(i), book.problem.visits[i].pinned
    if pin is not None and book.full:
        needed = (*needed, pin.worker)
    for rows in by_day.values():
        asked = [(one.low, needed) for one in rows]
        if told is not None:
            asked.append((told.start, (*needed, told.worker)))
        for start, workers in sorted(set(asked)):
            free = [one for one in rows if one.low <= start <= one.high]
            crew = _crew(book, i, start, free, workers)
            if crew:
                places_taken = {member[:2] for member in crew}
                latest = min(one.high for one in free if one[:2] in places_taken)
                yield _place(book, i, start, latest, crew)


def _crew(book: Book, i: int, start: int, free: list[Opening], needed: tuple[int, ...]) -> list[Member]:
    """The cheapest crew among workers free at this start; empty where there are too few or one needed is not."""
    rows = []
    for one in free:
        cost = route_cost(book, i, one.slot, one.at, start)
        beside = beside_cost(book, i, [one.slot[0]])
        rows.append((one.slot[0] not in needed, cost + beside, Member(one.slot, one.at, cost)))
    chosen: dict[int, Member] = {}
    for _, _, member in sorted(rows):
        if len(chosen) < book.crew(i):
            chosen.setdefault(member.slot[0], member)
    if len(chosen) < book.crew(i) or not chosen.keys() >= set(needed):
        return []
    return list(chosen.values())


def _place(book: Book, i: int, start: int, latest: int, members: list[Member]) -> Place:
    workers = [member.slot[0] for member in members]
    cost = sum(member.cost for member in members) + beside_cost(book, i, workers)
    cost += visit_cost(book, i, start, workers) - visit_cost(book, i, None)
    return Place(start, latest, tuple(members), cost)


def pushed(book: Book, i: int, place: Place) -> tuple[Stop, ...]:
    """Visits that start later when visit i takes this place."""
    return tuple(stop for member in place.members for stop in book.pushed(i, *member[:2], place.start))


def put(book: Book, i: int, place: Place) -> None:
    """Give visit i this place."""
    book.put(i, place.start, place.spots())


def take(book: Book, i: int) -> int:
    """Take visit i out; by so much the plan costs more, its penalty included."""
    start = book.start[i]
    return -present_cost(book, i, start, book.take(i))
