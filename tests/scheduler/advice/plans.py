"""Plans of random tiny instances, as a search that ended early would leave them, and places found by trying all."""

import random
from dataclasses import replace

from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.places import places, put
from scheduler.check import check
from scheduler.instance import parse_instance
from scheduler.plan import Route, Stop
from scheduler.problem import DAY
from tests.scheduler.tiny import tiny_data

FREE = {
    "pinned",
    "most_moves",
}  # broken where a pinned visit has no place, whatever is done about another one


def tiny(seed):
    """A random tiny problem with every optional field in use somewhere, and a variant."""
    return parse_instance(tiny_data(seed)), "common" if seed % 4 == 0 else "full"


def planned(seed, leave_out=0.3):
    """(problem, variant, routes): visits placed one after another where anything is free, some not tried."""
    problem, variant = tiny(seed)
    rng = random.Random(seed)
    book = Book(problem, (), variant)
    order = [i for i in range(len(problem.visits)) if rng.random() > leave_out]
    for i in [*order, *order]:
        found = places(book, i) if i not in book.start else []
        if found:
            put(book, i, rng.choice(found))
    return problem, variant, book.routes()


def broken(problem, routes, variant):
    """Codes of broken rules, pins and the limit of moves aside."""
    return {one.code for one in check(problem, routes, variant)} - FREE


def with_stop(routes, slot, visit, start):
    """The routes with one more stop."""
    by_slot = {(r.worker, r.shift): r.stops for r in routes}
    by_slot[slot] = tuple(sorted((*by_slot.get(slot, ()), Stop(visit, start)), key=lambda stop: stop.start))
    return [Route(*key, stops) for key, stops in sorted(by_slot.items())]


def every_place(problem, routes, variant, i):
    """Every (slot, start) at which one worker could make visit i, by trying each minute of each window."""
    found = []
    for window in set(problem.windows(i, variant)):
        for k, worker in enumerate(problem.workers):
            for s, shift in enumerate(worker.shifts):
                if shift.day != window.day:
                    continue
                for minute in range(window.earliest, window.latest + 1):
                    start = window.day * DAY + minute
                    if not broken(problem, with_stop(routes, (k, s), i, start), variant):
                        found.append(((k, s), start))
    return found


def short_windows(problem, minutes=40):
    """The same problem with windows of at most so many minutes, so that every minute can be tried."""

    def cut(windows):
        return tuple(w._replace(latest=min(w.latest, w.earliest + minutes)) for w in windows)

    visits = [replace(v, windows=cut(v.windows), windows_late=cut(v.windows_late)) for v in problem.visits]
    return replace(problem, visits=tuple(visits))
