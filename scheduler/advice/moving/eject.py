"""Makes room for one visit by taking one or two free visits out and giving these another place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from scheduler.advice.answers.blocking import candidates_in_the_way, dependent
from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.places import places, put, take

MOST_SETS = 30
MOST_OUT = 3


class Ejection(NamedTuple):
    """What may be touched: free visits, at most `most` of them, no new start before `since`, until told to stop.

    `price` is what taking a visit out costs beside all else.
    """

    free: Callable[[int], bool]
    most: int
    since: int
    stop: Callable[[], bool]
    price: Callable[[int], int]


def eject(book: Book, i: int, ask: Ejection) -> Book | None:
    """The cheapest fork with visit i in it that costs less than the plan without; None where there is none."""
    best, least = None, 0
    for visits in candidates_in_the_way(book, i)[:MOST_SETS]:
        if ask.stop():
            break
        fork, change = _tried(book, i, visits, ask)
        if fork is not None and change < least:
            best, least = fork, change
    return best


def _tried(book: Book, i: int, visits: Iterable[int], ask: Ejection) -> tuple[Book | None, int]:
    """A fork with visit i instead of these, which are placed again where they can be, and the change of cost."""
    out = dependent(book, visits)
    if len(out) > min(ask.most, MOST_OUT) or not all(ask.free(j) for j in out):
        return None, 0
    fork = book.copy()
    change = sum(ask.price(j) + take(fork, j) for j in out)
    gained = _place(fork, i, ask.since)
    if gained is None:
        return None, 0
    change += gained
    for j in sorted(out, key=lambda j: (-book.problem.visits[j].unassigned_penalty, j)):
        change += _place(fork, j, ask.since) or 0
    settled = not any(j in fork.start and fork.waiting(j) for j in out)
    return (fork if settled else None), change


def _place(book: Book, i: int, since: int) -> int | None:
    """Give visit i its cheapest place if it pays; what that changes, or None."""
    found = (place for place in places(book, i) if place.start >= since and place.cost < 0)
    place = next(found, None)
    if place is None:
        return None
    put(book, i, place)
    return place.cost
