"""Plans again after a change so that only what must move moves, and says what each move avoided would have saved.

1. What can no longer be where it was is lost (`standing`); nothing else has to move.
2. Lost, new and changed visits get a place, the dearest to leave out first: between the others as they stand, else
   by letting visits behind them start later, else by taking one or two free visits out and placing these again.
   A visit that had no place before is only tried in shifts that the change touched.
3. With a price for a move, free visits go into touched shifts where that saves more than the price; without one
   none does. Either way the moves avoided are listed with their price: what each alone would have saved.

Freeze grades: a visit that starts before `fixed_until` never moves or starts later; one before `order_until`
keeps its worker and order and may only start later; later ones are free. Only a visit that is lost moves anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from scheduler.advice.moving.chains import place_chain
from scheduler.advice.moving.eject import Ejection, eject
from scheduler.advice.moving.polish import polish
from scheduler.advice.moving.relocate import Relocation, relocations
from scheduler.advice.moving.standing import standing, touched
from scheduler.advice.timetable.book import Book, Slot
from scheduler.advice.timetable.places import Place, places, pushed, put
from scheduler.plan import Route
from scheduler.problem import Problem, Variant
from scheduler.score import score

MOST_PASSES = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What moving may cost: freeze grades (absolute minutes), at most so many moves, a price for each avoidable one."""

    fixed_until: int = 0
    order_until: int = 0
    most_moves: int | None = None
    price: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A visit whose workers or start differ: (workers, start) before and after, None where it has no place.

    `must` says that it could not stay where it was.
    """

    visit: int
    before: tuple[tuple[int, ...], int] | None
    after: tuple[tuple[int, ...], int] | None
    must: bool


@dataclass(frozen=True, slots=True)
class Replanned:
    """The new routes with their difference from the old ones; `added` had no place before and are no moves.

    `within_limit` is False where more visits than `most_moves` could not stay: they are moves that nobody can avoid.
    """

    routes: tuple[Route, ...]
    moves: tuple[Moved, ...]
    added: tuple[int, ...]
    avoided: tuple[Relocation, ...]
    within_limit: bool
    stopped: bool = False


@dataclass
class _Run:
    """One re-planning: the plan as it grows, what must move, and how many avoidable moves are left."""

    book: Book
    old: dict[int, tuple[tuple[int, ...], int]]
    lost: frozenset[int]
    wish: Wish
    stop: Callable[[], bool]
    slots: set[Slot]
    tried: set[int] = field(default_factory=set)

    def left(self) -> int:
        """Avoidable moves that may still be made."""
        if self.wish.most_moves is None:
            return len(self.old)
        return max(0, self.wish.most_moves - len(moved_between(self.old, self.book, self.lost)))

    def free(self, j: int) -> bool:
        """Whether visit j may be taken out and placed elsewhere."""
        visit = self.book.problem.visits[j]
        return (
            self.book.start[j] >= max(self.wish.order_until, self.wish.fixed_until) and visit.pinned is None
        )

    def price_of(self, j: int) -> int:
        """What taking visit j out costs as a move: nothing if it has moved already or is new."""
        workers = tuple(sorted(k for k, _ in self.book.slots[j]))
        kept = j in self.old and j not in self.lost and self.old[j] == (workers, self.book.start[j])
        return (self.wish.price or 0) if kept else 0

    def objective(self) -> int:
        """Cost of the plan, avoidable moves priced."""
        return self.priced(self.book)

    def priced(self, book: Book) -> int:
        """The same for a fork."""
        many = len(moved_between(self.old, book, frozenset())) * (self.wish.price or 0)
        return score(book.problem, book.routes(), book.variant).objective + many


def replan(
    before: Problem,
    routes: Sequence[Route],
    after: Problem,
    variant: Variant = "full",
    wish: Wish | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Replanned:
    """The plan of `after` that moves least against `routes`, a plan of `before`.

    Visits and workers of both problems have the same positions (see `scheduler.changes`). Where `should_stop` says
    yes, the plan as far as it has come is given: every rule holds, some visits may have no place yet.
    """
    wish = wish or Wish()
    old = Book(before, routes, variant)
    told = {i: (tuple(sorted(k for k, _ in old.slots[i])), start) for i, start in old.start.items()}
    book, lost = standing(after, routes, variant)
    book.rigid = frozenset(i for i, start in book.start.items() if start < wish.fixed_until)
    stop = should_stop or (lambda: False)
    run = _Run(book, told, frozenset(lost), wish, stop, touched(before, after, routes, lost))
    _place_wanting(run, before)
    if _take_out_broken(run):
        run.tried.clear()
        _place_wanting(run, before)
        _take_out_broken(run)
    _polish(run, before)
    _relocate(run)
    kept = [one for one in relocations(run.book, None, run.free, wish.fixed_until, stop) if one.visit in told]
    return _result(run, tuple(kept))


def _place_wanting(run: _Run, before: Problem) -> None:
    """Give places to what has none, as long as that helps: first what lost one or is new, then what had none."""
    for _ in range(MOST_PASSES):
        missing = [i for i in range(len(run.book.problem.visits)) if i not in run.book.start]
        urgent = sorted(missing, key=lambda i: (-run.book.problem.visits[i].unassigned_penalty, i))
        placed = [_wanting(run, i, _anywhere(run, before, i)) for i in urgent]
        if not any(placed):
            return


def _anywhere(run: _Run, before: Problem, i: int) -> bool:
    """Whether the change concerns visit i itself, so that every shift is open to it."""
    known = i < len(before.visits) and run.book.problem.visits[i] == before.visits[i]
    return i in run.old or not known


def _wanting(run: _Run, i: int, anywhere: bool) -> bool:
    if run.stop() or i in run.book.start or (not anywhere and not run.slots):
        return False
    place = _choice(run, i, None if anywhere else run.slots)
    if place is not None:
        put(run.book, i, place)
        return True
    if not anywhere or run.tried.issuperset({i}):
        return False
    run.tried.add(i)
    found = place_chain(run.book, i, run.wish.fixed_until, run.free, run.left())
    if found is None or run.priced(found) >= run.objective():
        found = eject(
            run.book, i, Ejection(run.free, run.left(), run.wish.fixed_until, run.stop, run.price_of)
        )
    if found is None:
        return False
    run.book = found
    return True


def _choice(run: _Run, i: int, slots: set[Slot] | None) -> Place | None:
    """The cheapest place that pays; letting others start later only where no place does without."""
    found = [
        (len(pushed(run.book, i, place)), place)
        for place in places(run.book, i, loose=True, slots=slots)
        if place.start >= run.wish.fixed_until or run.book.problem.visits[i].pinned is not None
    ]
    price, left = run.wish.price, run.left()
    able = [(many, place) for many, place in found if many <= left and place.cost + many * (price or 0) < 0]
    if price is None:
        return min(able, key=lambda row: (row[0] > 0, row[1].cost, row[1].start), default=(0, None))[1]
    return min(able, key=lambda row: (row[1].cost + row[0] * price, row[1].start), default=(0, None))[1]


def _take_out_broken(run: _Run) -> bool:
    """Visits whose predecessor or companion found no place cannot stay either; whether there was any."""
    found = False
    while broken := [j for j in run.book.start if run.book.waiting(j)]:
        found = True
        for j in broken:
            run.book.take(j)
            run.lost |= {j}
    return found


def _polish(run: _Run, before: Problem) -> None:
    """Try other places for what moves anyway, where anything did; the visits that kept their places keep them."""
    if not run.lost and all(i < len(before.visits) for i in run.book.start):
        return
    everyone = range(len(run.book.problem.visits))
    loose = [i for i in everyone if i in run.lost or (i not in run.old and _anywhere(run, before, i))]
    run.book = polish(run.book, loose, run.wish.fixed_until, run.stop)
    _place_wanting(run, before)


def _relocate(run: _Run) -> None:
    """Make the moves into touched shifts that save more than their price, the most saving first."""
    price = run.wish.price
    while price is not None and run.left() > 0:
        found = relocations(run.book, run.slots, run.free, run.wish.fixed_until, run.stop)
        worth = [one for one in found if one.saving > price and one.visit in run.old]
        worth = [one for one in worth if one.visit not in run.lost]
        if not worth or run.stop():
            return
        run.book.take(worth[0].visit)
        put(run.book, worth[0].visit, worth[0].place)


def moved_between(old: dict[int, tuple[tuple[int, ...], int]], book: Book, lost: frozenset[int]) -> list[int]:
    """Visits whose workers or start differ from `old`, and those lost whether placed again or not."""
    return [
        i
        for i, (workers, start) in old.items()
        if i in lost or book.start.get(i) != start or tuple(sorted(k for k, _ in book.slots[i])) != workers
    ]


def _result(run: _Run, avoided: tuple[Relocation, ...]) -> Replanned:
    book = run.book
    now = {i: (tuple(sorted(k for k, _ in book.slots[i])), start) for i, start in book.start.items()}
    changed = [i for i in run.old if now.get(i) != run.old[i]]
    moves = tuple(Moved(i, run.old[i], now.get(i), i in run.lost) for i in sorted(changed))
    added = tuple(sorted(i for i in now if i not in run.old))
    limit = run.wish.most_moves
    return Replanned(
        book.routes(), moves, added, avoided, limit is None or len(moves) <= limit, stopped=run.stop()
    )
