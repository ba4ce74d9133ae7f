"""Why this worker: every other place for one visit with its difference in cost, and what bars each other worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from scheduler.advice.answers.bars import Alone
from scheduler.advice.answers.blocking import removed
from scheduler.advice.eligibility import first_bar
from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.places import Place, places, pushed
from scheduler.plan import Reason
from scheduler.problem import DAY
from scheduler.score import score

RULE_OF = {
    Reason.NO_TRADE: "trade",
    Reason.OUT_OF_REGION: "region",
    Reason.OUT_OF_REACH: "reach",
    Reason.EXCLUDED: "exclusion",
}


class Alternative(NamedTuple):
    """Another place, while every other visit keeps its worker and order.

    `difference` is the cost of the whole plan with it less the present cost; the visits of `later` would start
    later by it.
    """

    workers: tuple[int, ...]
    day: int
    start: int
    latest: int
    difference: int
    later: tuple[int, ...] = ()
    present: bool = False


class Barred(NamedTuple):
    """A worker without any place for the visit: the first rule in the way, and for `busy` the visits that hold the time."""

    worker: int
    rule: str
    visits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One assignment beside all that could stand in its stead, the cheapest first."""

    visit: int
    ranked: tuple[Alternative, ...]
    barred: tuple[Barred, ...]

    @property
    def present(self) -> Alternative:
        """The assignment as the plan has it."""
        return next(one for one in self.ranked if one.present)


def alternatives(book: Book, i: int) -> Alternatives:
    """The alternatives of a visit that has a place; raises ValueError for one that has none.

    For each crew and day the best place is listed. Rules in the order in which they are asked: trade, region,
    reach, exclusion, vetting, window (shift included), then precedence and same day with the visits where they
    are, then `crew` (too few others at the same time), then `busy`.
    """
    if i not in book.start:
        raise ValueError(f"visit {i} has no place in this plan")
    start, workers = book.start[i], tuple(k for k, _ in book.slots[i])
    rest = book.copy()
    rest.take(i)
    worth = _objective(book) - _objective(rest)
    found: dict[tuple[tuple[int, ...], int], Alternative] = {}
    for place in _every_place(rest, i):
        key = (tuple(sorted(place.workers)), place.day)
        if key not in found and (place.start, key[0]) != (start, tuple(sorted(workers))):
            found[key] = _alternative(rest, i, place, worth)
    present = Alternative(workers, start // DAY, start, start, 0, present=True)
    ranked = sorted([present, *found.values()], key=lambda one: (one.difference, not one.present, one.start))
    able = {k for one in ranked for k in one.workers}
    barred = [bar(rest, i, k) for k in range(len(book.problem.workers)) if k not in able]
    return Alternatives(i, tuple(ranked), tuple(barred))


def _every_place(book: Book, i: int) -> list[Place]:
    """Places of a visit; of a crew also the dearer ones, so that everybody who could be in it is seen."""
    if book.crew(i) == 1:
        return places(book, i, loose=True)
    able = [k for k in range(len(book.problem.workers)) if first_bar(book.problem, i, k) is None]
    found = [place for k in able for place in places(book, i, loose=True, worker=k)]
    return sorted(found, key=lambda place: (place.cost, place.start, place.members))


def _alternative(book: Book, i: int, place: Place, worth: int) -> Alternative:
    later = tuple(stop.visit for stop in pushed(book, i, place))
    return Alternative(place.workers, place.day, place.start, place.latest, place.cost - worth, later)


def _objective(book: Book) -> int:
    return score(book.problem, book.routes(), book.variant).objective


def bar(book: Book, i: int, k: int) -> Barred:
    """The first rule that keeps worker k from visit i in a plan where visit i has no place."""
    static = first_bar(book.problem, i, k)
    if static is not None:
        return Barred(k, RULE_OF[static])
    alone = Alone(book.problem, i, book.variant)
    for rule, dropped in (("vetting", {"window", "shift"}), ("window", set[str]())):
        if not alone.of_worker(k, dropped):
            return Barred(k, rule)
    low, high = book.bounds(i)
    spans = alone.of_worker(k)
    if book.waiting(i) or not any(max(low, a) <= min(high, b) for a, b in spans):
        return Barred(k, _linked_rule(book, i))
    own = {slot for slot in book.stops if slot[0] == k}
    held = tuple(stop.visit for slot in sorted(own) for stop in book.stops[slot])
    free = removed(book, held)
    if book.crew(i) > 1 and not places(free, i, worker=k):
        return Barred(k, "crew")
    days = {at // DAY for a, b in spans for at in (a, b)}
    return Barred(k, "busy", tuple(j for j in held if book.start[j] // DAY in days))


def _linked_rule(book: Book, i: int) -> str:
    if book.problem.visits[i].pinned is not None:
        return "pinned"
    tied = any(pair.before in book.start for pair in book.before.get(i, ()))
    tied = tied or any(pair.after in book.start for pair in book.after.get(i, ()))
    return "precedence" if tied or any(book.before.get(i, ())) else "same_day"
