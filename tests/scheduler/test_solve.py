"""What callers of solve rely on: reproducible, cancellable, the same in several processes, reasons, and levels."""

import itertools
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from scheduler.check import check, check_plan
from scheduler.engine.levels import NAMES, measured
from scheduler.engine.part import PartSolver
from scheduler.instance import parse_instance, result_data
from scheduler.plan import Reason, Status
from scheduler.problem import DAY, Precedence, Shift, TimeWindow
from scheduler.solve import solve
from tests.scheduler.conftest import make_problem, make_visit, make_worker
from tests.scheduler.tiny import tiny_data
from tools.bench.instance import make_instance


def tight():
    """Five visits of two homes and one worker with too little time for all."""
    visits = [
        make_visit(
            home=i // 3, urgency=i % 4, unassigned_penalty=[40000, 20000, 10000, 5000][i % 4], deadline_day=0
        )
        for i in range(5)
    ]
    shifts = (Shift(0, 480, 720), Shift(1, 480, 640))
    return make_problem(visits, [make_worker(shifts=shifts)], precedences=(Precedence(0, 1),))


def middling():
    """Two regions with a part that takes columns and an integer master."""
    return parse_instance(make_instance(24, 7, ("G1", "E7"), 3))


def as_file(plan):
    return json.dumps(result_data(plan))


@pytest.mark.parametrize("variant", ["common", "full"])
def test_the_same_work_gives_the_same_bytes_whatever_the_clock_says(variant, monkeypatch):
    problem = middling()
    one = solve(problem, variant, seed=5, work=5)
    clock = itertools.count(step=977)
    monkeypatch.setattr("scheduler.engine.budget.time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert as_file(solve(problem, variant, seed=5, work=5)) == as_file(one)
    assert check_plan(problem, one) == []
    assert 0 < one.lower_bound <= one.objective


def test_the_input_hash_sees_every_change():
    problem = tight()
    hashes = {
        problem.input_hash(),
        replace(problem, days=3).input_hash(),
        replace(problem, precedences=()).input_hash(),
        replace(problem, visits=(make_visit(crew=2), *problem.visits[1:])).input_hash(),
        replace(problem, travel=problem.travel + 1).input_hash(),
    }
    assert len(hashes) == 5


def test_a_cancelled_run_gives_its_first_plan():
    plan = solve(tight(), "full", seconds=60, should_stop=lambda: True)
    assert plan.status in (Status.CANCELLED, Status.OPTIMAL)
    assert plan.seconds < 20
    assert check(tight(), plan.routes, "full") == []
    assert len(plan.routes) > 0


def test_progress_falls_and_its_bound_rises():
    points = []
    plan = solve(tight(), "full", work=200, on_progress=points.append)
    assert [p.objective for p in points] == sorted((p.objective for p in points), reverse=True)
    assert [p.lower_bound for p in points] == sorted(p.lower_bound for p in points)
    assert points[-1].objective == plan.objective
    assert points[-1].unassigned == plan.score.unassigned


def test_two_processes_write_the_same_bytes_as_one():
    problem = middling()
    alone = solve(problem, "full", seed=2, work=5)
    together = solve(problem, "full", seed=2, work=5, workers=2)
    assert as_file(together) == as_file(alone)
    assert len(alone.routes) > 5


@pytest.mark.parametrize("limits", [{"seconds": 0}, {"seconds": float("nan")}, {"work": 0}, {"workers": 0}])
def test_senseless_limits_are_refused(limits):
    with pytest.raises(ValueError, match="must be"):
        solve(tight(), "full", **limits)


REASONS = [
    (Reason.NO_TRADE, {"trade": "alarm"}),
    (Reason.OUT_OF_REGION, {"region": "G1"}),
    (Reason.EXCLUDED, {"excluded_workers": frozenset({0})}),
    (Reason.NOT_CLEARED, {"uncleared": {0: frozenset({0, 1})}}),
    (Reason.NO_SHIFT, {"windows_late": (TimeWindow(0, 480, 490),)}),
    (Reason.CREW_SHORT, {"crew": 2}),
]


@pytest.mark.parametrize(("reason", "changes"), REASONS)
def test_each_impossible_visit_has_its_reason(reason, changes):
    problem = make_problem([make_visit(**changes), make_visit()], [make_worker()])
    plan = solve(problem, "full", work=50)
    assert [(one.visit, one.reason) for one in plan.unassigned] == [(0, reason)]
    assert plan.unassigned[0].detail


def test_a_visit_beyond_reach_says_so():
    plan = solve(make_problem([make_visit()], [make_worker(reach_minutes=10)]), "full", work=50)
    assert plan.unassigned[0].reason is Reason.OUT_OF_REACH


def test_a_visit_waits_for_its_unplaced_predecessor():
    problem = make_problem(
        [make_visit(trade="alarm"), make_visit()], [make_worker()], precedences=(Precedence(0, 1),)
    )
    found = {one.visit: one for one in solve(problem, "full", work=50).unassigned}
    assert found[1].reason is Reason.PREDECESSOR_UNPLACED
    assert found[1].blockers == (0,)


def test_a_crowded_visit_names_who_is_in_its_way():
    short = (Shift(0, 480, 590),)
    visits = [make_visit(unassigned_penalty=40000), make_visit(unassigned_penalty=5000)]
    plan = solve(make_problem(visits, [make_worker(shifts=short)]), "full", work=50)
    assert [(one.visit, one.reason, one.blockers) for one in plan.unassigned] == [
        (1, Reason.CROWDED_OUT, (0,))
    ]


def test_alternatives_and_both_trades_of_an_expression_are_understood():
    visits = [make_visit(trade="alarm|locksmith"), make_visit(trade="carpenter+locksmith")]
    both = make_worker(trades=frozenset({"carpenter", "locksmith"}))
    plan = solve(make_problem(visits, [make_worker(), both]), "full", work=50)
    assert plan.starts()[1][1] == (1,)
    assert plan.unassigned == ()


def test_travel_a_thousand_times_dearer_leaves_late_and_unassigned_as_they_are():
    problem = tight()
    dear = replace(
        problem,
        workers=tuple(
            replace(w, cost_per_travel_minute=1000 * w.cost_per_travel_minute, cost_per_shift_used=10**6)
            for w in problem.workers
        ),
    )
    plain, costly = (solve(one, "levels", work=300) for one in (problem, dear))
    above = NAMES.index("cost")
    assert measured(problem, plain.routes)[:above] == measured(problem, costly.routes)[:above]
    assert any(measured(problem, plain.routes)[:above])


def test_each_level_carries_its_own_bound():
    plan = solve(tight(), "levels", work=300)
    assert [level.name for level in plan.levels] == list(NAMES)
    assert [level.value for level in plan.levels] == list(measured(tight(), plan.routes))
    assert all(0 <= level.lower_bound <= level.value for level in plan.levels)
    assert plan.levels[0].lower_bound == plan.levels[0].value


def test_a_home_held_for_now_gets_its_lasting_work_early_where_that_costs_nothing_and_after_the_exposed_one():
    once = (Shift(0, 480, 620), Shift(1, 480, 620))
    held = make_visit(exposed_since_day=0, exposed_cost_per_day=50, held_for_now=True)
    alone = solve(make_problem([held], [make_worker(shifts=once)]), "levels", work=50)
    assert alone.starts()[0][0] < DAY
    assert alone.score.exposed_days == 0
    open_now = make_visit(home=1, exposed_since_day=0, exposed_cost_per_day=50)
    both = solve(make_problem([held, open_now], [make_worker(shifts=once)], travel=40), "levels", work=50)
    start = both.starts()
    assert start[1][0] < DAY <= start[0][0]
    assert both.score.exposed_days == 0


def test_the_curve_follows_a_part_that_is_solved_by_levels():
    heard = []
    plan = solve(tight(), "levels", work=300, on_progress=heard.append)
    assert all(one.lower_bound <= one.objective for one in heard)
    assert heard[-1].objective == plan.objective
    assert max(one.lower_bound for one in heard) > 0


def test_shares_are_evened_out_where_nothing_above_changes():
    visits = [make_visit(home=i, windows_late=(TimeWindow(i % 2, 480, 900),)) for i in range(2)]
    workers = [make_worker(booked_minutes=600), make_worker()]
    plan = solve(make_problem(visits, workers), "levels", work=200)
    assert {route.worker for route in plan.routes} == {1}


def test_levels_share_their_parts_among_processes():
    visits = [make_visit(home=i, region=region) for i, region in enumerate("EEGG")]
    workers = [make_worker(regions=frozenset({region}), shifts=(Shift(0, 480, 640),)) for region in "EG"]
    problem = make_problem(visits, workers)
    alone = solve(problem, "levels", seed=2, work=15)
    together = solve(problem, "levels", seed=2, work=15, workers=2)
    assert together.routes == alone.routes
    assert together.levels == alone.levels
    assert check_plan(problem, together) == []


def test_a_pinned_visit_whose_predecessor_can_have_no_place_is_no_crash():
    problem = parse_instance(tiny_data(69))
    plan = solve(problem, "full", work=5)
    assert plan.status is Status.INFEASIBLE
    assert {one.visit for one in plan.unassigned} == set(range(len(problem.visits))) - set(plan.starts())


def test_a_day_may_hold_more_visits_than_a_day_usually_does():
    visits = [make_visit(service_minutes=5, windows=(TimeWindow(0, 480, 960),)) for _ in range(60)]
    plan = solve(
        make_problem(visits, [make_worker(shifts=(Shift(0, 480, 1020),))], travel=0), "common", work=1
    )
    assert [len(route.stops) for route in plan.routes] == [60]


@pytest.mark.parametrize("seed", [3, 5])
def test_a_gap_of_a_night_holds_whatever_moves_the_earlier_visit(seed):
    data = make_instance(16, 4, ("G1",), seed)
    homes = [visit["home"] for visit in data["visits"]]
    data["precedence"] = [[i, i + 1, DAY] for i in range(15) if homes[i] == homes[i + 1]]
    incumbent = PartSolver(parse_instance(data), "full", seed).incumbent
    problem = incumbent.compiled.problem
    for _ in range(12):
        incumbent.run(500, 2000, 500)
        assert check(problem, incumbent.routes(), "full") == []
