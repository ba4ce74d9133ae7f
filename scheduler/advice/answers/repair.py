"""The cheapest change of each kind that gives a visit a place while every other visit keeps its start.

Kinds, each counted in its own unit: `clearance` (checks of a worker who has the time, worker-days), `worker`
(further workers, worker-days), `window` (starts outside the windows, window minutes) and `overtime` (minutes after
the end of a shift). Conflicts of interest are never proposed to be set aside. Where a visit waits for others
without a place, the whole chain is repaired by one kind and the amounts are added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scheduler.advice.answers.remedies import clearance, hire, longer, wider
from scheduler.advice.timetable.book import Book, Slot
from scheduler.advice.timetable.places import Place, places, put
from scheduler.changes import Change, forked
from scheduler.plan import Repair, Route, Spot, Stop
from scheduler.problem import Problem

UNITS = {
    "clearance": "worker-days",
    "worker": "worker-days",
    "window": "window minutes",
    "overtime": "overtime minutes",
}
Remedy = Callable[[Book, int], "tuple[int, list[Change], str] | None"]
REMEDIES: dict[str, Remedy] = {"clearance": clearance, "worker": hire, "window": wider, "overtime": longer}


@dataclass
class _Try:
    """A fork on which a chain of visits is given places by one kind of change."""

    book: Book
    amount: int = 0
    changes: tuple[Change, ...] = ()
    texts: tuple[str, ...] = ()


def repairs(book: Book, i: int) -> tuple[Repair, ...]:
    """At most one repair of each kind for a visit without a place, in the order of UNITS."""
    found = (_repair(book, i, kind) for kind in UNITS)
    return tuple(one for one in found if one is not None)


def chain(book: Book, i: int) -> list[int]:
    """Visit i and those without a place that it needs, in the order in which they can be placed."""
    members = [i]
    for j in members:
        members += [one for one in book.waiting(j) if one not in members]
    ordered: list[int] = []
    while len(ordered) < len(members):
        ready = [
            j
            for j in members
            if j not in ordered
            and not any(p.before in members and p.before not in ordered for p in book.before.get(j, ()))
        ]
        if not ready:
            return []
        ordered += sorted(ready)
    return ordered


def _repair(book: Book, i: int, kind: str) -> Repair | None:
    members = chain(book, i)
    grouped = any(len(set(book.group.get(j, ())) & set(members)) > 1 for j in members)
    days: list[int | None] = [*range(book.problem.days)] if grouped else [None]
    orders = (False, True) if len(members) > 1 else (False,)
    tries = [_try(book, members, kind, day, early=early) for day in days for early in orders]
    made = [(one.amount, at, one) for at, one in enumerate(tries) if one is not None and one.changes]
    if not made:
        return None
    _, _, best = min(made, key=lambda row: row[:2])
    spots = tuple(Spot(j, k, s, best.book.start[j]) for j in members for k, s in best.book.slots[j])
    return Repair(kind, best.amount, UNITS[kind], " and ".join(best.texts), best.changes, spots)


def applied(problem: Problem, routes: Sequence[Route], repair: Repair) -> tuple[Problem, tuple[Route, ...]]:
    """The problem with the changes of a repair, and the plan with the visits where the repair puts them."""
    moved = {spot.visit for spot in repair.places}
    stops: dict[Slot, list[Stop]] = defaultdict(list)
    for k, s, kept in routes:
        stops[k, s] += [stop for stop in kept if stop.visit not in moved]
    for spot in repair.places:
        stops[spot.worker, spot.shift].append(Stop(spot.visit, spot.start))
    made = (Route(*slot, tuple(sorted(rows, key=_start))) for slot, rows in sorted(stops.items()) if rows)
    return forked(problem, repair.changes), tuple(made)


def _start(stop: Stop) -> int:
    return stop.start


def _try(book: Book, members: list[int], kind: str, day: int | None, *, early: bool) -> _Try | None:
    """Place the members one after another, each with the change that it needs; None where one finds none.

    `early` gives each its first place instead of its cheapest, which leaves more room to those after it.
    """
    made = _Try(book.copy())
    for j in members:
        if day is not None and set(book.group.get(j, ())) & set(members):
            made.book.only_day = {**made.book.only_day, j: day}
        place = _chosen(made.book, j, early)
        if place is None:
            remedy = REMEDIES[kind](made.book, j)
            if remedy is None:
                return None
            _apply(made, *remedy)
            place = _chosen(made.book, j, early)
        if place is None:
            return None
        put(made.book, j, place)
    return made


def _chosen(book: Book, j: int, early: bool) -> Place | None:
    found = places(book, j, chained=True)
    return min(found, key=lambda place: place.start if early else 0, default=None)


def _apply(made: _Try, amount: int, changes: list[Change], text: str) -> None:
    old = made.book
    made.amount += amount
    made.changes += tuple(changes)
    made.texts += (text,)
    made.book = Book(forked(old.problem, changes), old.routes(), old.variant, old.rigid)
    made.book.only_day = old.only_day
