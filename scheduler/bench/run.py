"""Runs the engine and its peers over a folder of instances and writes what came out as a table and a picture."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from scheduler.bench.peers import PeerMissingError, solve_with
from scheduler.bench.picture import gap_picture
from scheduler.check import check
from scheduler.instance import read_instance
from scheduler.plan import Plan, Progress
from scheduler.problem import Problem, Variant
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


def bench(folder: Path, seconds: float, peers: Sequence[str], workers: int, out: Path) -> Iterator[Row]:
    """Every instance in both variants, each peer on the common one; writes bench.csv and bench.svg at the end."""
    rows: list[Row] = []
    curves: dict[str, Sequence[Progress]] = {}
    for path in sorted(folder.glob("*.json")):
        problem = read_instance(str(path))
        for variant in ("common", "full"):
            plan = solve(problem, variant, seconds=seconds, workers=workers)
            curves[f"{path.stem} {variant}"] = plan.curve
            rows.append(_own(path.stem, variant, plan))
            yield rows[-1]
            for peer in peers if variant == "common" else ():
                rows.append(_peer(path.stem, peer, problem, seconds, plan.objective))
                yield rows[-1]
    out.mkdir(parents=True, exist_ok=True)
    with (out / "bench.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(Row._fields)
        writer.writerows(rows)
    (out / "bench.svg").write_text(gap_picture(curves), encoding="utf-8")


def _own(name: str, variant: Variant, plan: Plan) -> Row:
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
        str(plan.status),
    )


def _peer(name: str, peer: str, problem: Problem, seconds: float, ours: int) -> Row:
    began = time.monotonic()
    try:
        routes = solve_with(peer, problem, seconds)
    except PeerMissingError as error:
        return Row(name, "common", peer, None, None, None, None, None, 0.0, None, str(error))
    cost, broken = score(problem, routes, "common"), check(problem, routes, "common")
    spent = round(time.monotonic() - began, 2)
    note = f"{len(broken)} rules broken" if broken else ""
    ratio = round(ours / cost.objective, 4) if cost.objective else None
    return Row(name, "common", peer, cost.objective, None, None, None, cost.unassigned, spent, ratio, note)
