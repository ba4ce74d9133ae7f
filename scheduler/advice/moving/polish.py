"""Tries other places for the visits that move anyway, several at once, as long as the plan gets cheaper by it."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection

from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.places import places, put, take

ROUNDS_A_VISIT = 8
MOST_ROUNDS = 120
MOST_OUT = 5
MOST_WAITING = 6


def polish(
    book: Book,
    loose: Collection[int],
    since: int,
    stop: Callable[[], bool],
    seed: int = 1,
) -> Book:
    """The cheapest plan found in which only the visits of `loose` have other places or none.

    Some of them at a time are taken out and placed again in an order drawn at random, the same for the same seed;
    no new start lies before `since`.
    """
    best = book
    dice = random.Random(seed)  # noqa: S311 -- a reproducible search, nothing secret
    members = sorted(loose)
    for _ in range(min(MOST_ROUNDS, ROUNDS_A_VISIT * len(members))):
        if stop():
            break
        fork, change = _again(best, members, since, dice)
        if change < 0 and not any(fork.waiting(j) for j in fork.start):
            best = fork
    return best


def _again(book: Book, members: list[int], since: int, dice: random.Random) -> tuple[Book, int]:
    """A fork with some members placed anew, and the change of cost."""
    placed = [j for j in members if j in book.start and book.start[j] >= since]
    fork = book.copy()
    missing = [j for j in members if j not in book.start]
    out = dice.sample(placed, min(len(placed), dice.randint(1, MOST_OUT)))
    change = sum(take(fork, j) for j in out)
    waiting = out + dice.sample(missing, min(len(missing), MOST_WAITING))
    dice.shuffle(waiting)
    for j in [*waiting, *waiting]:
        found = places(fork, j) if j not in fork.start else []
        place = next((one for one in found if one.start >= since and one.cost < 0), None)
        if place is not None:
            put(fork, j, place)
            change += place.cost
    return fork, change
