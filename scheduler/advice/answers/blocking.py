"""Names the visits that hold the time of one without a place: a minimal set, after which it has a place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scheduler.advice.timetable.book import Book, Slot
from scheduler.advice.timetable.places import places
from scheduler.problem import DAY

MOST_TRIED = 40


class _Hold(NamedTuple):
    """At one start: the visits of one worker that are in the way, and what leaving them out would cost."""

    penalty: int
    visits: tuple[int, ...]
    start: int
    worker: int


def in_the_way(book: Book, i: int) -> tuple[int, ...]:
    """Visits after whose removal visit i has a place while all others keep theirs; empty where none would help.

    The set is minimal: with any one of them back in its place there is none. Of several sets the one with the
    least penalties is named. Visits that cannot stay without a removed one go with it.
    """
    helping = (visits for visits in candidates_in_the_way(book, i)[:MOST_TRIED] if _room(book, i, visits))
    found = next(helping, None)
    return () if found is None else _shrunk(book, i, found)


def removed(book: Book, visits: Iterable[int]) -> Book:
    """A fork without these visits and without those that may not stay without them."""
    fork = book.copy()
    for j in dependent(book, visits):
        fork.take(j)
    return fork


def dependent(book: Book, visits: Iterable[int]) -> list[int]:
    """These visits, as far as they have places, and those that may not stay without them."""
    found = [j for j in dict.fromkeys(visits) if j in book.start]
    for j in found:
        more = [pair.after for pair in book.after.get(j, ())] + list(book.group.get(j, ()))
        found += [one for one in dict.fromkeys(more) if one in book.start and one not in found]
    return found


def _room(book: Book, i: int, visits: Iterable[int]) -> bool:
    return bool(places(removed(book, visits), i))


def _shrunk(book: Book, i: int, visits: tuple[int, ...]) -> tuple[int, ...]:
    kept = list(visits)
    for j in sorted(visits, key=lambda j: (-book.problem.visits[j].unassigned_penalty, j)):
        rest = [one for one in kept if one != j]
        if rest and _room(book, i, rest):
            kept = rest
    return tuple(sorted(kept))


def candidates_in_the_way(book: Book, i: int) -> list[tuple[int, ...]]:
    """Sets of visits that could be in the way, the cheapest to leave out first."""
    if book.crew(i) == 1:
        rows = [(hold.penalty, hold.visits) for hold in _holds(book, i, None)]
    else:
        rows = list(_crews(book, i))
    tied = tuple(j for j in sorted(book.linked(i) | set(book.group.get(i, ()))) if j in book.start and j != i)
    if tied:
        rows += [
            (penalty + _penalty(book, tied), tuple(sorted({*visits, *tied}))) for penalty, visits in rows
        ]
        rows.append((_penalty(book, tied), tied))
    return [visits for _, visits in sorted(set(rows)) if visits]


def _crews(book: Book, i: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    starts = {hold.start for hold in _holds(book, i, None)}
    by_start: dict[int, dict[int, _Hold]] = defaultdict(dict)
    for hold in sorted(_holds(book, i, starts)):
        by_start[hold.start].setdefault(hold.worker, hold)
    for found in by_start.values():
        team = sorted(found.values())[: book.crew(i)]
        if len(team) == book.crew(i):
            visits = tuple(sorted({j for hold in team for j in hold.visits}))
            yield sum(hold.penalty for hold in team), visits


def _holds(book: Book, i: int, starts: set[int] | None) -> Iterator[_Hold]:
    """For each shift and each start worth trying (or each of `starts`): who is in the way there."""
    for slot in book.open_slots(i):
        if not book.cleared(i, slot):
            continue
        for low, high in _alone(book, i, slot):
            tried = _turns(book, i, slot) if starts is None else starts
            for start in {min(max(at, low), high) for at in tried} if starts is None else tried:
                if low <= start <= high:
                    visits = _clashing(book, i, slot, start)
                    yield _Hold(_penalty(book, visits), visits, start, slot[0])


def _alone(book: Book, i: int, slot: Slot) -> Iterator[tuple[int, int]]:
    """Starts of visit i if the shift were empty."""
    shift, base = book.shift(slot), book.problem.base(slot[0])
    first = shift.day * DAY + shift.opens + book.minutes(base, i)
    last = book.latest_back(slot) - book.problem.visits[i].service_minutes - book.minutes(i, base)
    for window in book.windows(i, shift.day):
        low, high = (
            max(first, shift.day * DAY + window.earliest),
            min(last, shift.day * DAY + window.latest),
        )
        if low <= high:
            yield low, high


def _turns(book: Book, i: int, slot: Slot) -> list[int]:
    """Starts at which a stop of the slot begins or ceases to be in the way."""
    service = book.problem.visits[i].service_minutes
    found = [0]
    for j, start in book.stops.get(slot, ()):
        found.append(start + book.problem.visits[j].service_minutes + book.minutes(j, i))
        found.append(start - service - book.minutes(i, j))
    return found


def _clashing(book: Book, i: int, slot: Slot, start: int) -> tuple[int, ...]:
    ends = start + book.problem.visits[i].service_minutes
    return tuple(
        sorted(
            j
            for j, at in book.stops.get(slot, ())
            if at + book.problem.visits[j].service_minutes + book.minutes(j, i) > start
            and ends + book.minutes(i, j) > at
        )
    )


def _penalty(book: Book, visits: Iterable[int]) -> int:
    return sum(book.problem.visits[j].unassigned_penalty for j in visits)
