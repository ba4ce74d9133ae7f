"""What the advice commands are given: an instance with its plan, a visit, and changes in short notation."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from scheduler.changes import Away, Change, Declined, LongerShift, WiderWindow, forked
from scheduler.check import check
from scheduler.instance import parse_instance, read_routes
from scheduler.plan import Route, Status
from scheduler.problem import Problem, Variant
from scheduler.reading.fields import InstanceError, unrepeated
from scheduler.reading.files import read_json

NOTATION = {
    "sick": "sick:WORKER[:DAYS[:FROM-MINUTE]]",
    "decline": "decline:WORKERS:VISITS",
    "urgent": "urgent:JSON or urgent:FILE",
    "hire": "hire:JSON or hire:FILE",
    "overtime": "overtime:WORKER:SHIFT:MINUTES",
    "window": "window:VISIT:DAY:EARLIEST:LATEST",
}
# The least number of fields, and for each field whether it may be a comma list.
SHAPES = {
    "sick": (1, (False, True, False)),
    "decline": (2, (True, True)),
    "overtime": (3, (False, False, False)),
    "window": (4, (False, False, False, False)),
}
CHANGES = "; ".join(NOTATION.values()) + " (DAYS, WORKERS and VISITS are comma lists)"


class Planned(NamedTuple):
    """An instance as data and as a problem, with the routes of a plan of it and whether it claims to be optimal."""

    data: dict[str, Any]
    problem: Problem
    routes: tuple[Route, ...]
    variant: Variant
    proven: bool = False


def read_planned(instance: str, plan: str, variant: str | None, *, whole: bool = True) -> Planned:
    """An instance and its plan; raises InstanceError where the plan names what is not there.

    With `whole` a plan that breaks any rule is refused too.
    """
    data = read_json(instance)
    problem = parse_instance(data)
    routes, claims = read_routes(plan)
    named = variant or claims.get("variant", "full")
    if named not in ("common", "full", "levels"):
        raise InstanceError([f"variant must be common, full or levels, not {named!r}"[:120]], "The plan")
    known = cast("Variant", named)
    broken = check(problem, routes, known)
    unusable = [one for one in broken if whole or one.code in ("reference", "shift_once")]
    if unusable:
        raise InstanceError([f"{one.code}: {one.message}" for one in unusable], "The plan")
    return Planned(data, problem, routes, known, claims.get("status") == Status.OPTIMAL)


def visit_number(planned: Planned, text: str) -> int:
    """The visit that a number names; raises InstanceError."""
    count = len(planned.problem.visits)
    if not text.isascii() or not text.isdecimal() or int(text[:9]) >= count or len(text) > 9:
        raise InstanceError([f"{text[:60]!r} is no visit; visits are 0 to {count - 1}"], "The question")
    return int(text)


def with_visit(planned: Planned, text: str) -> tuple[Planned, int]:
    """The same with one more visit, given as JSON or as a file of it; `id` need not be given."""
    data = _extended(planned.data, "visits", text)
    return planned._replace(data=data, problem=parse_instance(data)), len(planned.problem.visits)


def changed(planned: Planned, notes: Sequence[str]) -> Problem:
    """The problem after these changes; raises InstanceError with every change that cannot be read."""
    data, faults, made = planned.data, [], []
    for note in notes:
        kind, _, rest = note.partition(":")
        try:
            if kind in ("urgent", "hire"):
                data = _extended(data, "visits" if kind == "urgent" else "workers", rest)
            else:
                made.append(_change(planned.problem, kind, rest))
        except InstanceError as error:
            faults += [f"{note[:60]}: {fault}" for fault in error.faults]
        except ValueError as error:
            faults.append(f"{note[:60]}: {error}")
    if faults:
        raise InstanceError(faults, "The change")
    try:
        return forked(parse_instance(data), made)
    except InstanceError:
        raise
    except ValueError as error:
        raise InstanceError([str(error)], "The change") from error


def _extended(data: dict[str, Any], key: str, text: str) -> dict[str, Any]:
    """The instance with one more row; an id that is given must be the next one."""
    row = _json(text)
    rows = data[key]
    if isinstance(row, dict):
        row = {"id": len(rows), **row}
    return {**data, key: [*rows, row]}


def _json(text: str) -> Any:
    if not text.lstrip().startswith("{"):
        if not Path(text).is_file():
            raise InstanceError([f"{text[:60]!r} is neither a JSON object nor a file of one"], "The change")
        return read_json(text)
    try:
        return json.loads(text, object_pairs_hook=unrepeated)
    except (ValueError, RecursionError) as error:
        raise InstanceError([f"{text[:60]!r} cannot be used as JSON: {error}"], "The change") from error


def _change(problem: Problem, kind: str, rest: str) -> Change:
    makers: dict[str, Callable[[Problem, list[list[int]]], Change]] = {
        "sick": _sick,
        "decline": _decline,
        "overtime": _overtime,
        "window": _window,
    }
    if kind not in makers:
        raise ValueError(f"unknown kind of change; known are {CHANGES}")
    if not _fits(kind, rest):
        raise ValueError(f"must be {NOTATION[kind]}")
    return makers[kind](problem, [[_count(part) for part in field.split(",")] for field in rest.split(":")])


def _fits(kind: str, rest: str) -> bool:
    """Whether as many fields are given as the kind takes, lists only where it takes lists."""
    least, lists = SHAPES[kind]
    fields = rest.split(":")
    single = all("," not in field for field, many in zip(fields, lists, strict=False) if not many)
    return least <= len(fields) <= len(lists) and single


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise ValueError(f"{text[:20]!r} is not a whole number from 0 on")
    return int(text)


def _sick(problem: Problem, numbers: list[list[int]]) -> Change:
    (worker,) = numbers[0]
    days = numbers[1] if len(numbers) > 1 else list(range(problem.days))
    since = numbers[2][0] if len(numbers) > 2 else 0
    _within("day", days, problem.days)
    _within("worker", [worker], len(problem.workers))
    return Away(worker, tuple(days), since)


def _decline(problem: Problem, numbers: list[list[int]]) -> Change:
    workers, visits = numbers
    _within("worker", workers, len(problem.workers))
    return Declined(tuple(workers), tuple(visits))


def _overtime(problem: Problem, numbers: list[list[int]]) -> Change:
    ((worker,), (shift,), (minutes,)) = numbers
    _within("worker", [worker], len(problem.workers))
    _within("shift", [shift], len(problem.workers[worker].shifts))
    return LongerShift(worker, shift, minutes)


def _window(problem: Problem, numbers: list[list[int]]) -> Change:
    ((visit,), (day,), (earliest,), (latest,)) = numbers
    _within("day", [day], problem.days)
    if not earliest <= latest <= 1440:
        raise ValueError(f"a window from minute {earliest} to {latest} is none of a day")
    return WiderWindow(visit, day, earliest, latest)


def _within(what: str, numbers: Sequence[int], count: int) -> None:
    wrong = [number for number in numbers if number >= count]
    if wrong:
        raise ValueError(f"{what} {wrong[0]} is not there; there are {count}, counted from 0")


def numbers_list(text: str) -> list[int]:
    """A comma list of whole numbers, as an argument."""
    try:
        return [_count(part) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
