"""Says of each visit without a place why, as one of three answers told apart, and what would give it a place.

| answer | it is said when |
|---|---|
| impossible | no plan at all could place it: `scheduler.advice.answers.rules` names minimal sets of rules |
| crowded out | with every other visit where it is there is no place, and the visits in its way cannot be left out for less than it is worth (or the plan is proven optimal); or its cheapest place costs more than leaving it out |
| not found in time | all else: a place stands open, or visits worth less hold it, and the search ended before it was taken |

A visit that waits for another without a place (a predecessor, a companion of the same day) has the answer of that
other one.
"""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.advice.answers.blocking import in_the_way, removed
from scheduler.advice.answers.repair import repairs
from scheduler.advice.answers.rules import Rule, conflicts
from scheduler.advice.eligibility import first_bar
from scheduler.advice.moving.eject import MOST_OUT, Ejection, eject
from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.places import Place, places, pushed, put
from scheduler.plan import Answer, Reason, Repair, Route, Spot, Unassigned
from scheduler.problem import DAY, Problem, Variant
from scheduler.score import score

MOST_REPAIRED = 100  # visits of one plan that carry repairs; any other one is answered when it is asked about
CODES = {
    Rule.TRADE: Reason.NO_TRADE,
    Rule.REGION: Reason.OUT_OF_REGION,
    Rule.REACH: Reason.OUT_OF_REACH,
    Rule.EXCLUSION: Reason.EXCLUDED,
    Rule.VETTING: Reason.NOT_CLEARED,
    Rule.SHIFT: Reason.NO_SHIFT,
    Rule.READY: Reason.NO_SHIFT,
    Rule.WINDOW: Reason.NO_SHIFT,
    Rule.CREW: Reason.CREW_SHORT,
    Rule.PREDECESSOR: Reason.PREDECESSOR_UNPLACED,
    Rule.SAME_DAY: Reason.COMPANION_UNPLACED,
}
WORDS = {
    Rule.REACH: "how far workers go",
    Rule.EXCLUSION: "who may not be sent there",
    Rule.VETTING: "whose checks are valid",
    Rule.SHIFT: "working hours",
    Rule.READY: "the day on which it is ready",
    Rule.WINDOW: "its windows",
    Rule.PREDECESSOR: "the visits that must come before it",
    Rule.LEAST_GAP: "the least time after these",
    Rule.GREATEST_GAP: "the greatest time after these",
    Rule.SAME_DAY: "the visits of the same day",
    Rule.PINNED: "its pin",
}


def reasons(
    problem: Problem, routes: Sequence[Route], variant: Variant, proven: bool, *, with_repairs: bool = True
) -> tuple[Unassigned, ...]:
    """One answer for each visit without a place in these routes; `proven` says that no better plan exists.

    Each carries its repairs, unless they are not wanted: to find them takes far longer than the answers.
    """
    book = Book(problem, routes, variant)
    missing = [i for i in range(len(problem.visits)) if i not in book.start]
    answers = [answer(book, i, proven) for i in missing]
    most = MOST_REPAIRED if with_repairs else 0
    return tuple(
        one._replace(repairs=repairs_of(book, one)) if at < most else one for at, one in enumerate(answers)
    )


def answer(book: Book, i: int, proven: bool) -> Unassigned:
    """Why visit i has no place, repairs not yet looked for."""
    found = _impossible(book, i)
    if found is not None:
        return found
    waiting = book.waiting(i)
    if waiting:
        return _waits(book, i, waiting, proven)
    stands = next(iter(places(book, i, loose=True)), None)
    if stands is None:
        return _crowded(book, i, proven)
    if stands.cost >= 0:
        detail = f"its cheapest place would cost {stands.cost} more than leaving it out"
        return Unassigned(i, Reason.TOO_DEAR, (), detail, Answer.CROWDED_OUT)
    detail = f"there is room for it: worker {stands.workers[0]}, {_when(stands.start)}"
    return Unassigned(i, Reason.NOT_FOUND_IN_TIME, (), detail)


def repairs_of(book: Book, one: Unassigned, *, moving: bool = False) -> tuple[Repair, ...]:
    """What would give this visit a place: the place that stands open, else the cheapest change of each kind.

    With `moving` also by giving up to three other visits another place, which takes longer to find.
    """
    if one.reason is Reason.TOO_DEAR:
        return ()
    if one.reason is Reason.NOT_FOUND_IN_TIME:
        stands = next(iter(places(book, one.visit, loose=True)), None)
        if stands is not None:
            return (_as_it_stands(book, one.visit, stands),)
    room = _by_moving(book, one.visit) if moving and one.answer is not Answer.IMPOSSIBLE else ()
    return (*room, *repairs(book, one.visit))


def _by_moving(book: Book, i: int) -> tuple[Repair, ...]:
    """Room made by other visits that all get another place; no change of the problem is needed for it."""

    def free(j: int) -> bool:
        return book.problem.visits[j].pinned is None and j not in book.rigid

    fork = eject(book, i, Ejection(free, MOST_OUT, 0, lambda: False, lambda _: 0))
    if fork is None or not fork.start.keys() > book.start.keys():
        return ()
    moved = [j for j in book.start if (fork.start[j], fork.slots[j]) != (book.start[j], book.slots[j])]
    spots = [Spot(j, k, s, fork.start[j]) for j in (i, *moved) for k, s in fork.slots[j]]
    text = f"worker {fork.slots[i][0][0]}, {_when(fork.start[i])}, if visits {moved} move"
    return (Repair("moves", len(moved), "moves", text, (), tuple(spots)),)


def _as_it_stands(book: Book, i: int, place: Place) -> Repair:
    pushes = pushed(book, i, place)
    later = len(pushes)
    text = f"worker {place.workers[0]}, {_when(place.start)}"
    text += f", {later} visit{'s' if later > 1 else ''} later" if later else ""
    spots = [Spot(i, *member.slot, place.start) for member in place.members]
    spots += [Spot(stop.visit, *slot, stop.start) for stop in pushes for slot in book.slots[stop.visit]]
    return Repair("place", later, "moves", text, (), tuple(spots))


def _impossible(book: Book, i: int) -> Unassigned | None:
    sets = conflicts(book.problem, i, book.variant)
    if not sets:
        return None
    rules = sets[0]
    code = next((CODES[rule] for rule in reversed(rules) if rule in CODES), _without_worker(book, i))
    linked = {Rule.PREDECESSOR, Rule.SAME_DAY} & set(rules)
    blockers = _stuck(book, i) if linked else ()
    detail = _sentence(book, i, rules)
    if len(sets) > 1:
        detail += f" ({len(sets) - 1} more such set{'s' if len(sets) > 2 else ''} of rules)"
    return Unassigned(i, code, blockers, detail, Answer.IMPOSSIBLE, tuple(map(str, rules)))


def _without_worker(book: Book, i: int) -> Reason:
    bars = {first_bar(book.problem, i, k) for k in range(len(book.problem.workers))}
    return next(iter(bars - {None}), None) or Reason.NO_TRADE


def _stuck(book: Book, i: int) -> tuple[int, ...]:
    """The linked visits that make it impossible: those impossible themselves, else all of them."""
    tied = [pair.before for pair in book.before.get(i, ())]
    tied += [j for j in book.group.get(i, ()) if j != i]
    own = [j for j in dict.fromkeys(tied) if conflicts(book.problem, j, book.variant, 1)]
    return tuple(own or dict.fromkeys(tied))


def _sentence(book: Book, i: int, rules: Sequence[Rule]) -> str:
    if not rules:
        return "there is no worker at all"
    visit = book.problem.visits[i]
    words = WORDS | {
        Rule.TRADE: f"the trade {visit.trade}",
        Rule.REGION: f"the region {visit.region}",
        Rule.CREW: f"a crew of {visit.crew}",
    }
    named = [words[rule] for rule in rules]
    if len(named) == 1:
        return f"impossible by {named[0]} alone"
    return f"impossible by {', '.join(named[:-1])} and {named[-1]} together"


def _waits(book: Book, i: int, waiting: tuple[int, ...], proven: bool) -> Unassigned:
    before = tuple(j for j in waiting if any(pair.before == j for pair in book.before.get(i, ())))
    first = (before or waiting)[0]
    rest = book.copy()
    rest.before, rest.group = {**book.before, first: []}, {**book.group, first: (first,)}
    other = answer(rest, first, proven)
    if before:
        return Unassigned(
            i, Reason.PREDECESSOR_UNPLACED, before, f"visit {first} must come first", other.answer
        )
    detail = f"visit {first} of the same day has no place"
    return Unassigned(i, Reason.COMPANION_UNPLACED, waiting, detail, other.answer)


def _crowded(book: Book, i: int, proven: bool) -> Unassigned:
    blockers = in_the_way(book, i)
    if blockers and (proven or not _pays(book, i, blockers)):
        detail = f"its times are taken by visits {list(blockers)}"
        return Unassigned(i, Reason.CROWDED_OUT, blockers, detail, Answer.CROWDED_OUT)
    if blockers:
        detail = f"visits {list(blockers)} are worth less and hold its time: no better plan was found in time"
        return Unassigned(i, Reason.NOT_FOUND_IN_TIME, blockers, detail)
    tied = tuple(j for j in sorted(book.linked(i)) if j in book.start)
    detail = f"where visits {list(tied)} are now it finds no time" if tied else "no place was found in time"
    if proven:
        return Unassigned(i, Reason.CROWDED_OUT, tied, detail, Answer.CROWDED_OUT)
    return Unassigned(i, Reason.NOT_FOUND_IN_TIME, tied, detail)


def _pays(book: Book, i: int, blockers: tuple[int, ...]) -> bool:
    """Whether a plan with visit i instead of these would cost less."""
    fork = removed(book, blockers)
    put(fork, i, places(fork, i)[0])
    before = score(book.problem, book.routes(), book.variant).objective
    return score(fork.problem, fork.routes(), fork.variant).objective < before


def _when(start: int) -> str:
    return f"day {start // DAY} at {start % DAY // 60}:{start % 60:02d}"
