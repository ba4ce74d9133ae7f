"""The measuring command: its table, its picture, and peers that are judged by our checker like ourselves."""

import csv
import json
import re
import sys
import time

import pytest

from scheduler.__main__ import main
from scheduler.bench.fleet import fleet_of, timed
from scheduler.bench.peers import PeerMissingError, solve_with
from scheduler.bench.picture import gap_picture, time_picture
from scheduler.bench.sampling import sampled
from scheduler.check import check
from scheduler.instance import parse_instance
from scheduler.plan import Progress
from scheduler.score import score
from scheduler.solve import solve
from tests.scheduler.tiny import tiny_data
from tools.bench.instance import make_instance


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


def test_the_bars_of_one_run_are_as_wide_as_its_time():
    picture = time_picture({"S & co": {"linear master": 3.0, "pricing": 1.0}})
    bars = [float(width) for width in re.findall(r'width="([\d.]+)" height="24"', picture)]
    assert bars[0] == pytest.approx(3 * bars[1], rel=0.01)
    assert "linear master: 3.0 s, 75%" in picture
    assert "S &amp; co" in picture


def test_the_time_of_a_solve_is_told_by_what_it_went_to():
    problem = parse_instance(make_instance(30, 8, ("G1",), 1))
    began = time.process_time()
    with sampled() as spent:
        solve(problem, "common", work=40)
    took = time.process_time() - began
    assert sum(spent.values()) == pytest.approx(took, rel=0.1, abs=0.05)
    assert {"pricing of routes", "integer master"} <= set(spent)
    assert len(spent) > 2


def test_the_command_writes_table_plans_and_pictures(tmp_path, capsys):
    (tmp_path / "one.json").write_text(json.dumps(tiny_data(12, options=False)))
    out = tmp_path / "out"
    assert main(["bench", str(tmp_path), "--seconds", "1", "--peers", "ortools", "--out", str(out)]) == 0
    with (out / "bench.csv").open() as table:
        rows = list(csv.DictReader(table))
    assert [(row["variant"], row["solver"]) for row in rows] == [
        ("common", "scheduler"),
        ("common", "ortools"),
        ("full", "scheduler"),
    ]
    assert float(rows[1]["ratio"]) <= 1
    for picture in ("gap.svg", "time.svg"):
        assert (out / picture).read_text().startswith("<svg")
    for variant in ("common", "full"):
        assert main(["check", str(tmp_path / "one.json"), str(out / "plans" / f"one-{variant}.json")]) == 0
    assert "ratio" in capsys.readouterr().out


def test_faults_of_all_instances_come_at_once_before_anything_is_solved(tmp_path, capsys):
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(json.dumps(tiny_data(12) | {"days": 0}))
    assert main(["bench", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "one.json: days" in said.err
    assert "two.json: days" in said.err
    assert not (tmp_path / "out").exists()
