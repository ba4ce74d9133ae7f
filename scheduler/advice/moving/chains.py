"""Places a visit together with those that hang on it: companions of its day, and visits that must follow it."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.advice.answers.repair import chain
from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.places import places, put
from scheduler.score import score


def place_chain(book: Book, i: int, since: int, free: Callable[[int], bool], most: int) -> Book | None:
    """The cheapest fork in which visit i and all that it needs or that needs it have places; None without one.

    Followers that are placed where visit i could no longer come before them are taken out and placed again, which
    counts as moves: only `free` ones, at most `most`.
    """
    fork = book.copy()
    followers = _followers(book, i)
    if followers and (len(followers) > most or not all(free(j) for j in followers)):
        return None
    for j in followers:
        fork.take(j)
    members = _ordered(fork, i, followers)
    if len(members) < 2:
        return None
    days: list[int | None] = [None]
    if any(len(set(book.group.get(j, ())) & set(members)) > 1 for j in members):
        days = [*range(book.problem.days)]
    made = [one for day in days for early in (False, True) if (one := _try(fork, members, day, since, early))]
    return min(made, key=lambda one: score(one.problem, one.routes(), one.variant).objective, default=None)


def _followers(book: Book, i: int) -> list[int]:
    found = [i]
    for j in found:
        found += [p.after for p in book.after.get(j, ()) if p.after in book.start and p.after not in found]
    return found[1:]


def _ordered(fork: Book, i: int, followers: list[int]) -> list[int]:
    """Visits to place, each behind those that it needs."""
    members: list[int] = []
    for j in (i, *followers):
        members += [one for one in chain(fork, j) if one not in members]
    return members


def _try(book: Book, members: list[int], day: int | None, since: int, early: bool) -> Book | None:
    fork = book.copy()
    if day is not None:
        fork.only_day = {j: day for j in members if j in book.group}
    for j in members:
        found = [place for place in places(fork, j, chained=True) if place.start >= since]
        if not found:
            return None
        put(fork, j, min(found, key=lambda place: place.start) if early else found[0])
    fork.only_day = {}
    return fork
