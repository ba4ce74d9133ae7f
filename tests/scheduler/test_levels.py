"""Plans by levels against exhaustive search: no level is traded for one below it, and travel × 1000 changes none above."""

import time
from dataclasses import replace

import pytest

from scheduler.engine.levels import COST, EXTRA, MOST_STEP, NAMES, SHARES, measured, ranked, usual
from scheduler.instance import parse_instance
from scheduler.problem import Weights
from scheduler.solve import solve
from tests.scheduler.brute import optimum
from tests.scheduler.tiny import rich_data, tiny_data
from tools.bench.instance import make_instance

BASE = 10**6  # more than any level of a tiny problem comes to
COUNTED = NAMES[: EXTRA + 1]  # fair shares have no bound, and come before moves
MOST_SECONDS = 0.5  # of processor time; what is not proven by then must still be valid


def one_number(values):
    """The levels as one number that orders as they do, one after another."""
    return sum(value * BASE ** (EXTRA - at) for at, value in enumerate(values[: EXTRA + 1]))


def weighed_by_level(problem):
    """The same problem with one sum of costs, which is `one_number` of its levels."""
    weight = [BASE ** (EXTRA - at) for at in range(EXTRA + 1)]
    visits = tuple(
        replace(
            v,
            unassigned_penalty=weight[v.urgency],
            late_penalty_per_day=weight[4 + v.urgency],
            exposed_cost_per_day=weight[8],
        )
        for v in problem.visits
    )
    weights = Weights(exposure_per_day=weight[8], extra_worker_per_home=weight[EXTRA])
    return replace(problem, visits=visits, workers=dearer(problem, weight[COST]), weights=weights)


def dearer(problem, times):
    """The workers, each so many times as dear."""
    return tuple(
        replace(
            w,
            cost_per_travel_minute=times * w.cost_per_travel_minute,
            cost_per_shift_used=times * w.cost_per_shift_used,
            overtime_cost_per_minute=times * w.overtime_cost_per_minute,
        )
        for w in problem.workers
    )


def by_levels(problem):
    until = time.process_time() + MOST_SECONDS
    return solve(problem, "levels", seed=3, work=60, should_stop=lambda: time.process_time() > until)


def proven(plan, until=EXTRA + 1):
    return all(level.value == level.lower_bound for level in plan.levels[:until])


@pytest.fixture(scope="module")
def solved():
    """(problem, its plan, its plan with travel × 1000, the best number) of random problems that have a plan."""
    found = []
    for seed in range(300, 308):
        for make in (rich_data, tiny_data):
            problem = parse_instance(make(seed))
            best = optimum(weighed_by_level(problem), "full")
            if best is not None:
                far = replace(problem, workers=dearer(problem, 1000))
                found.append((problem, by_levels(problem), by_levels(far), best))
    return found


def test_each_level_is_as_low_as_it_goes_while_those_above_it_hold(solved):
    reached = [one_number(measured(problem, plan.routes)) for problem, plan, _, _ in solved]
    for got, (problem, plan, _, best) in zip(reached, solved, strict=True):
        assert got == best if proven(plan) else got >= best, problem.name
    assert sum(got == row[3] for got, row in zip(reached, solved, strict=True)) >= 0.8 * len(solved)
    assert sum(proven(plan) for _, plan, _, _ in solved) >= 0.4 * len(solved)
    assert sum(any(measured(p, plan.routes)[:COST]) for p, plan, _, _ in solved) >= 5


def test_no_bound_of_a_level_is_above_what_the_best_plan_has_there(solved):
    for problem, plan, _, best in solved:
        for at in range(len(COUNTED)):
            here, above = (best // BASE ** (EXTRA - at)) % BASE, best // BASE ** (EXTRA - at + 1)
            values = measured(problem, plan.routes)
            assert plan.levels[at].lower_bound <= plan.levels[at].value == values[at]
            if one_number(values) // BASE ** (EXTRA - at + 1) == above:
                assert plan.levels[at].lower_bound <= here, (problem.name, plan.levels[at])


def test_travel_a_thousand_times_dearer_changes_no_level_above_it(solved):
    compared = 0
    for problem, plan, far, _ in solved:
        if proven(plan, COST) and proven(far, COST):
            assert measured(problem, plan.routes)[:COST] == measured(problem, far.routes)[:COST]
            compared += 1
    assert compared >= 0.5 * len(solved)


@pytest.mark.parametrize("at", range(1, len(NAMES)))
def test_one_more_in_a_level_outweighs_all_of_those_below(at):
    values = [2, 0, 1, 1, 3, 0, 2, 1, 0, 50, 4, 7, 1]
    weights = ranked(values, at)
    for above in range(at):
        below = sum(weights[level] * values[level] for level in range(above + 1, at + 1))
        assert above == SHARES or at == SHARES or weights[above] > below
    assert weights[at] == 1
    assert not any(weights[at + 1 :])


def test_weights_of_levels_stay_small_enough_to_reckon_with():
    weights = ranked([30] * COST + [200_000, 100, 10**6, 40], EXTRA)
    assert max(weights) <= len(NAMES) * MOST_STEP
    assert sorted(weights[: EXTRA + 1], reverse=True) == weights[: EXTRA + 1]


def test_usual_weights_prove_what_weights_by_rank_leave_open():
    problem = parse_instance(make_instance(30, 4, ("E7",), 2))
    plan = solve(problem, "levels", seed=1, work=40)
    assert proven(plan)
    assert plan.levels[COST].value > 0
    assert plan.levels[EXTRA].value > 0


@pytest.mark.parametrize("at", range(COST, len(NAMES)))
def test_usual_weights_are_those_of_the_problem_down_to_their_level(at):
    weights = usual(parse_instance(make_instance(30, 4, ("E7",), 2)), at)
    assert weights[:10] == [40_000, 20_000, 10_000, 5_000, 4_000, 2_000, 800, 400, 300, 1]
    assert weights[at] > 0
    assert not any(weights[at + 1 :])
