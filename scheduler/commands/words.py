"""Advice in lines that people read; the same facts as the JSON forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scheduler.advice.moving.replan import Moved, Replanned
from scheduler.advice.options.alternatives import Alternative, Alternatives
from scheduler.advice.options.slots import Slot
from scheduler.plan import Score, Unassigned
from scheduler.problem import DAY

MOST_LINES = 20
NOTHING = "There is nothing for this contractor to see."


def when(start: int) -> str:
    """An absolute minute as a day and a time."""
    return f"day {start // DAY} at {clock(start % DAY)}"


def clock(minute: int) -> str:
    """A minute of a day as 16:05."""
    return f"{minute // 60}:{minute % 60:02d}"


def people(workers: Iterable[int]) -> str:
    """Workers by their numbers."""
    named = [str(k) for k in workers]
    if len(named) == 1:
        return f"worker {named[0]}"
    return f"workers {', '.join(named[:-1])} and {named[-1]}"


def unplaced_lines(one: Unassigned) -> Iterator[str]:
    """The answer for a visit without a place, and its repairs."""
    yield f"Visit {one.visit} has no place. {str(one.answer).replace('_', ' ').capitalize()}: {one.detail}."
    if one.rules:
        yield f"  rules, a minimal set: {', '.join(one.rules)}"
    for repair in one.repairs:
        yield f"  {repair.amount} {repair.unit}: {repair.text}"
    if not one.repairs:
        yield "  No single kind of change would give it a place."


def placed_lines(found: Alternatives) -> Iterator[str]:
    """Why a visit is where it is: the ranked alternatives, then who cannot come and why."""
    present = found.present
    yield f"Visit {found.visit}: {people(present.workers)}, {when(present.start)}."
    others = [one for one in found.ranked if not one.present]
    for one in others[:MOST_LINES]:
        yield f"  {_difference(one.difference)}: {people(one.workers)}, {when(one.start)}{_later(one)}"
    if len(others) > MOST_LINES:
        yield f"  and {len(others) - MOST_LINES} more"
    if not others:
        yield "  There is no other place for it while the others keep theirs."
    by_rule: dict[str, list[int]] = {}
    for bar in found.barred:
        by_rule.setdefault(bar.rule, []).append(bar.worker)
    for rule, workers in by_rule.items():
        yield f"  not possible, {rule}: {people(workers)}"


def _later(one: Alternative) -> str:
    return f"; visits {', '.join(map(str, one.later))} later" if one.later else ""


def _difference(cost: int) -> str:
    return "the same cost" if cost == 0 else f"{abs(cost)} {'more' if cost > 0 else 'less'}"


def slot_lines(i: int, found: list[Slot]) -> Iterator[str]:
    """The slots of a visit."""
    if not found:
        yield f"No slot is open for visit {i} while the others keep their workers and order."
    for one in found:
        risk = one.risk
        until = f" to {clock(one.latest % DAY)}" if one.latest > one.start else ""
        line = f"{when(one.start)}{until}, {people(one.workers)}: cost {one.cost}, {risk.spare_minutes} minutes to spare"
        line += f", {risk.late_days} days late" if risk.late_days else ""
        line += f", {risk.overtime_minutes} minutes of overtime" if risk.overtime_minutes else ""
        line += f", visits {', '.join(str(stop.visit) for stop in one.later)} later" if one.later else ""
        yield line


def replanned_lines(made: Replanned, before: Score, after: Score) -> Iterator[str]:
    """What a new plan changes."""
    yield (
        f"Cost {before.objective} before, {after.objective} after ({_difference(after.objective - before.objective)}); "
        f"{before.unassigned} without a place before, {after.unassigned} after; late {before.late}, {after.late}."
    )
    must = sum(move.must for move in made.moves)
    yield f"{len(made.moves)} moves, {must} of visits that could not stay; {len(made.added)} visits added."
    if not made.within_limit:
        yield f"  The limit of moves cannot be kept: {must} visits cannot stay where they were."
    if made.stopped:
        yield "  Stopped early: every rule holds, but some visits may have no place yet."
    for move in made.moves:
        yield f"  visit {move.visit}: {_spot(move.before)} -> {_spot(move.after)}{_must(move)}"
    for i in made.added:
        yield f"  visit {i} has a place now"
    for one in made.avoided[:MOST_LINES]:
        yield f"  not moved: visit {one.visit} to {people(one.place.workers)}, {when(one.place.start)}, would save {one.saving}"


def _spot(spot: tuple[tuple[int, ...], int] | None) -> str:
    return "no place" if spot is None else f"{people(spot[0])}, {when(spot[1])}"


def _must(move: Moved) -> str:
    return "" if move.must else " (could have stayed)"
