"""Runs the engine and its peers over a folder of instances and writes what came out: table, plans and pictures."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from scheduler.bench.peers import HANDICAPS, PeerMissingError, solve_with
from scheduler.bench.picture import gap_picture, time_picture
from scheduler.bench.sampling import sampled
from scheduler.check import check
from scheduler.instance import read_instance, write_result
from scheduler.plan import Plan, Progress, Status
from scheduler.problem import Problem, Variant
from scheduler.reading.fields import InstanceError
from scheduler.score import score
from scheduler.solve import solve


class Row(NamedTuple):
    """One run: ratio is our objective over this one's, on the common variant of the same instance."""

    instance: str
    variant: str
    solver: str
    objective: int | None
    lower_bound: int | None
    gap: float | None
    gap_of_operating_cost: float | None
    unassigned: int | None
    seconds: float
    ratio: float | None
    note: str


class Wish(NamedTuple):
    """What to measure: seconds for each instance and solver, processes of ours, seed, peers, variants."""

    seconds: float = 60.0
    workers: int = 1
    seed: int = 1
    peers: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ("common", "full")


def bench(folder: Path, wish: Wish, out: Path) -> Iterator[Row]:
    """Every instance in both variants, each peer on the common one; what is known is written after each row.

    `out` gets bench.csv, plans/, gap.svg and, where one process does all, time.svg. Raises InstanceError for all
    unusable instances at once, before anything is solved.
    """
    problems = _all_of(folder)
    (out / "plans").mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    curves: dict[str, Sequence[Progress]] = {}
    times: dict[str, dict[str, float]] = {}
    for name, problem in problems.items():
        for variant in wish.variants:
            with sampled(running=wish.workers == 1) as spent:
                plan = solve(problem, variant, wish.seconds, seed=wish.seed, workers=wish.workers)
            curves[f"{name} {variant}"], times[f"{name} {variant}"] = plan.curve, spent
            write_result(plan, str(out / "plans" / f"{name}-{variant}.json"))
            for row in _rows(name, variant, problem, plan, wish):
                rows.append(row)
                _write(out, rows, curves, times if wish.workers == 1 else {})
                yield row


def _all_of(folder: Path) -> dict[str, Problem]:
    found, faults = {}, []
    for path in sorted(folder.glob("*.json")):
        try:
            found[path.stem] = read_instance(str(path))
        except InstanceError as error:
            faults += [f"{path.name}: {fault}" for fault in error.faults]
    if faults:
        raise InstanceError(faults, f"The folder {folder}")
    return found


def _rows(name: str, variant: Variant, problem: Problem, plan: Plan, wish: Wish) -> Iterator[Row]:
    yield _own(name, variant, plan)
    for peer in wish.peers if variant == "common" else ():
        yield _peer(name, peer, problem, wish.seconds, plan.objective)


def _write(
    out: Path, rows: list[Row], curves: dict[str, Sequence[Progress]], times: dict[str, dict[str, float]]
) -> None:
    with (out / "bench.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(Row._fields)
        writer.writerows(rows)
    (out / "gap.svg").write_text(gap_picture(curves), encoding="utf-8")
    if times:
        (out / "time.svg").write_text(time_picture(times), encoding="utf-8")


def _own(name: str, variant: Variant, plan: Plan) -> Row:
    first = plan.curve[0].seconds if plan.curve else plan.seconds
    note = (
        str(plan.status)
        if plan.status is Status.OPTIMAL
        else f"{plan.status}, first plan after {first:.2f} s"
    )
    return Row(
        name,
        variant,
        "scheduler",
        plan.objective,
        plan.lower_bound,
        plan.gap,
        plan.operating_gap,
        plan.score.unassigned,
        round(plan.seconds, 2),
        1.0,
        note,
    )


def _peer(name: str, peer: str, problem: Problem, seconds: float, ours: int) -> Row:
    began = time.monotonic()
    try:
        routes = solve_with(peer, problem, seconds)
    except PeerMissingError as error:
        return Row(name, "common", peer, None, None, None, None, None, 0.0, None, str(error))
    cost, broken = score(problem, routes, "common"), check(problem, routes, "common")
    spent = round(time.monotonic() - began, 2)
    note = f"{len(broken)} rules broken" if broken else HANDICAPS.get(peer, "")
    ratio = round(ours / cost.objective, 4) if cost.objective else None
    return Row(name, "common", peer, cost.objective, None, None, None, cost.unassigned, spent, ratio, note)
