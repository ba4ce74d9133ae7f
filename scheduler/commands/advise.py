"""The commands explain, slots, whatif and replan: none of them loads the solver, so each answers at once."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from collections.abc import Callable, Iterable
from typing import Any

from scheduler.advice.answers.reasons import answer, reasons, repairs_of
from scheduler.advice.moving.replan import Replanned, Wish, replan
from scheduler.advice.options.alternatives import alternatives
from scheduler.advice.options.contractor import for_contractor
from scheduler.advice.options.slots import slots
from scheduler.advice.timetable.book import Book
from scheduler.commands import data, words
from scheduler.commands.inputs import (
    CHANGES,
    Planned,
    changed,
    numbers_list,
    read_planned,
    visit_number,
    with_visit,
)
from scheduler.engine.budget import Budget
from scheduler.instance import parse_instance, unassigned_data, write_result
from scheduler.plan import Plan, Status
from scheduler.problem import Problem
from scheduler.reading.fields import InstanceError
from scheduler.reading.files import read_json, writable
from scheduler.score import score

Commands = Any  # what argparse hands out has no public name
Number = Callable[[str], int]


def add_commands(commands: Commands, count: Number, number: Number, seconds: Callable[[str], float]) -> None:
    """Add the advice commands to the parser; the three functions read numbers from arguments."""
    one = _command(commands, "explain", "why a visit is where it is, or why it has no place", _explain)
    one.add_argument("visit", metavar="VISIT")
    one.add_argument("--contractor", type=numbers_list, metavar="WORKERS", help="only what these may see")
    two = _command(commands, "slots", "the best start times for one more visit", _slots)
    two.add_argument("visit", metavar="VISIT", help="a number, the JSON of a new visit, or a file of it")
    two.add_argument("--most", type=count, default=10, help="how many slots (default 10)")
    two.add_argument("--days", type=numbers_list, default=None, help="only these days, a comma list")
    three = _command(commands, "whatif", "what a change would do, with no side effect", _whatif)
    three.add_argument("changes", metavar="CHANGE", nargs="+", help=CHANGES)
    four = _command(commands, "replan", "plan again after a change, moving only what must move", _replan)
    four.add_argument("changes", metavar="CHANGE", nargs="*", help=CHANGES)
    four.add_argument(
        "--after",
        metavar="INSTANCE",
        help="the instance as it is now, same numbers; instead of changes",
    )
    four.add_argument("--out", metavar="PLAN", help="result file of the new plan")
    for parser in (three, four):
        parser.add_argument("--most-moves", type=number, default=None, help="at most so many visits may move")
        parser.add_argument("--price", type=number, default=None, help="move a free visit if that saves more")
        parser.add_argument(
            "--fixed-until", type=number, default=0, help="absolute minute: before it nothing moves"
        )
        parser.add_argument(
            "--order-until", type=number, default=0, help="absolute minute: before it worker and order stand"
        )
        parser.add_argument("--seconds", type=seconds, default=10.0, help="time limit (default 10)")


def _command(
    commands: Commands, name: str, text: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("instance", metavar="INSTANCE")
    parser.add_argument("plan", metavar="PLAN")
    parser.add_argument(
        "--variant", choices=("common", "full", "levels"), default=None, help="default: the plan's own"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=run)
    return parser


def _show(as_json: bool, value: object, lines: Iterable[str]) -> None:
    print(json.dumps(value) if as_json else "\n".join(lines))  # noqa: T201 -- a command prints its answer


def _explain(options: argparse.Namespace) -> int:
    planned = read_planned(options.instance, options.plan, options.variant)
    i = visit_number(planned, options.visit)
    book = Book(planned.problem, planned.routes, planned.variant)
    if i in book.start:
        found = alternatives(book, i)
        if options.contractor is not None:
            view = data.contractor_data(for_contractor(found, options.contractor))
            _show(options.json, view, [f"{key}: {value}" for key, value in view.items()] or [words.NOTHING])
        else:
            _show(options.json, data.alternatives_data(found), words.placed_lines(found))
        return 0
    if options.contractor is not None:
        _show(options.json, {}, [words.NOTHING])
        return 0
    one = answer(book, i, planned.proven)
    one = one._replace(repairs=repairs_of(book, one, moving=True))
    _show(options.json, unassigned_data(one), words.unplaced_lines(one))
    return 0


def _slots(options: argparse.Namespace) -> int:
    planned = read_planned(options.instance, options.plan, options.variant)
    if options.visit.isdecimal():
        i = visit_number(planned, options.visit)
    else:
        planned, i = with_visit(planned, options.visit)
    book = Book(planned.problem, planned.routes, planned.variant)
    if i in book.start:
        book.take(i)
    beyond = [day for day in options.days or () if day >= planned.problem.days]
    if beyond:
        fault = f"day {beyond[0]} is not there; there are {planned.problem.days}, counted from 0"
        raise InstanceError([fault], "The question")
    found = slots(book, i, options.most, days=options.days)
    lines = words.slot_lines(i, found)
    if not found and options.days is None:
        one = answer(book, i, proven=False)
        one = one._replace(repairs=repairs_of(book, one, moving=True))
        lines = words.unplaced_lines(one)
    _show(options.json, [data.slot_data(one) for one in found], lines)
    return 0


def _whatif(options: argparse.Namespace) -> int:
    planned = read_planned(options.instance, options.plan, options.variant)
    after = changed(planned, options.changes)
    made = _made(options, planned, after)
    _tell(options, planned, after, made)
    return 0


def _replan(options: argparse.Namespace) -> int:
    planned = read_planned(options.instance, options.plan, options.variant, whole=False)
    if options.after is not None and options.changes:
        raise InstanceError(["give changes or --after, not both"], "The question")
    if options.after is None:
        after = changed(planned, options.changes)
    else:
        after = _not_smaller(planned.problem, parse_instance(read_json(options.after)))
    writable(options.out)
    made = _made(options, planned, after)
    if options.out:
        write_result(_plan(after, made, planned), options.out)
    _tell(options, planned, after, made)
    return 0


def _not_smaller(before: Problem, after: Problem) -> Problem:
    pairs = {"visits": (before.visits, after.visits), "workers": (before.workers, after.workers)}
    fewer = [
        f"{kind}: {len(new)} are given, {len(old)} were planned; keep their numbers and add new ones last"
        for kind, (old, new) in pairs.items()
        if len(new) < len(old)
    ]
    if fewer:
        raise InstanceError(fewer)
    return after


def _made(options: argparse.Namespace, planned: Planned, after: Problem) -> Replanned:
    """Plan again until the time is over or the user interrupts; the plan so far is kept then."""
    interrupted = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    try:
        budget = Budget(options.seconds, None, interrupted.is_set)
        wish = Wish(options.fixed_until, options.order_until, options.most_moves, options.price)
        return replan(planned.problem, planned.routes, after, planned.variant, wish, budget.over)
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(options: argparse.Namespace, planned: Planned, after: Problem, made: Replanned) -> None:
    old = score(planned.problem, planned.routes, planned.variant)
    new = score(after, made.routes, planned.variant)
    _show(options.json, data.replanned_data(made, old, new), words.replanned_lines(made, old, new))


def _plan(problem: Problem, made: Replanned, planned: Planned) -> Plan:
    return Plan(
        variant=planned.variant,
        status=Status.CANCELLED if made.stopped else Status.FEASIBLE,
        routes=made.routes,
        score=score(problem, made.routes, planned.variant),
        unassigned=reasons(problem, made.routes, planned.variant, proven=False),
        input_hash=problem.input_hash(),
    )
