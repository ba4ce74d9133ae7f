"""The measuring command: its table, its picture, and peers that are judged by our checker like ourselves."""

import csv
import json
import subprocess
import sys

import pytest

from scheduler.bench.peers import PeerMissingError, fleet_of, solve_with, timed
from scheduler.bench.picture import gap_picture
from scheduler.check import check
from scheduler.instance import parse_instance
from scheduler.plan import Progress
from scheduler.score import score
from scheduler.solve import solve
from tests.scheduler.tiny import tiny_data


def test_the_routing_peer_keeps_the_rules_and_is_never_better_than_a_proven_optimum():
    problem = parse_instance(tiny_data(12, options=False))
    routes = solve_with("ortools", problem, 1.0)
    best = solve(problem, "common", work=200)
    assert check(problem, routes, "common") == []
    assert str(best.status) == "optimal"
    assert score(problem, routes, "common").objective >= best.objective


def test_a_peer_route_gets_the_earliest_starts():
    problem = parse_instance(tiny_data(12, options=False))
    fleet = fleet_of(problem)
    vehicle = next(v for v, riders in enumerate(fleet.riders) if riders)
    route = timed(fleet, vehicle, fleet.riders[vehicle][:1])
    assert check(problem, [route], "common") == []


def test_a_peer_that_is_not_installed_is_named():
    problem = parse_instance(tiny_data(12, options=False))
    sys.modules["vroom"] = None
    try:
        with pytest.raises(PeerMissingError, match="vroom is not installed"):
            solve_with("vroom", problem, 1.0)
    finally:
        del sys.modules["vroom"]


def test_the_picture_steps_down_with_the_gap():
    curve = [Progress(0.1, 200, 0, 1), Progress(1.0, 120, 90, 0), Progress(8.0, 100, 100, 0)]
    picture = gap_picture({"S & co": curve})
    assert picture.count("<polyline") == 1
    assert "S &amp; co" in picture
    points = [tuple(map(float, p.split(","))) for p in picture.split('points="')[1].split('"')[0].split()]
    assert [y for _, y in points] == sorted(y for _, y in points)
    assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_the_command_writes_a_table_and_a_picture(tmp_path):
    (tmp_path / "one.json").write_text(json.dumps(tiny_data(12, options=False)))
    command = [
        sys.executable,
        "-m",
        "scheduler",
        "bench",
        tmp_path,
        "--seconds",
        "1",
        "--out",
        tmp_path / "out",
    ]
    run = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    with (tmp_path / "out" / "bench.csv").open() as table:
        rows = list(csv.DictReader(table))
    assert [(row["variant"], row["solver"]) for row in rows] == [
        ("common", "scheduler"),
        ("full", "scheduler"),
    ]
    assert (tmp_path / "out" / "bench.svg").read_text().startswith("<svg")
