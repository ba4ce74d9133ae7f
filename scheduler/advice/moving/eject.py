"""Makes room for one visit by taking one or two free visits out and giving these another place."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from scheduler.advice.answers.blocking import candidates_in_the_way, removed
from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.places import places, put

MOST_SETS = 40
MOST_OUT = 3


class Ejection(NamedTuple):
    """What may be touched: free visits, at most `most` of them, no new start before `since`, until told to stop."""

    free: Callable[[int], bool]
    most: int
    since: int
    stop: Callable[[], bool]


def eject(book: Book, i: int, ask: Ejection, cost: Callable[[Book], int]) -> Book | None:
    """The cheapest fork with visit i in it that costs less than the plan without; None where there is none."""
    best, value = None, cost(book)
    for visits in candidates_in_the_way(book, i)[:MOST_SETS]:
        if ask.stop():
            break
        fork = removed(book, visits)
        out = [j for j in book.start if j not in fork.start]
        if len(out) > min(ask.most, MOST_OUT) or not all(ask.free(j) for j in out):
            continue
        if not _place(fork, i, ask.since):
            continue
        for j in sorted(out, key=lambda j: (-book.problem.visits[j].unassigned_penalty, j)):
            _place(fork, j, ask.since)
        settled = all(not fork.waiting(j) for j in fork.start)
        if settled and cost(fork) < value:
            best, value = fork, cost(fork)
    return best


def _place(book: Book, i: int, since: int) -> bool:
    found = (place for place in places(book, i) if place.start >= since and place.cost < 0)
    place = next(found, None)
    if place is not None:
        put(book, i, place)
    return place is not None
