"""Plans and bounds against exhaustive search on random tiny instances that use every optional field."""

import pytest

from scheduler.check import check_plan
from scheduler.instance import parse_instance
from scheduler.plan import Status
from scheduler.solve import solve
from tests.scheduler.tiny import optimum, tiny_data


def confirm(seed, variant):
    """Solve one instance and compare with its optimum; returns the status."""
    problem = parse_instance(tiny_data(seed))
    best = optimum(problem, variant)
    plan = solve(problem, variant, seed=seed, work=300)
    broken = check_plan(problem, plan)
    if best is None:
        assert plan.status is Status.INFEASIBLE
        return plan.status
    assert plan.status is not Status.INFEASIBLE
    assert not broken
    assert plan.lower_bound <= best <= plan.objective
    if plan.status is Status.OPTIMAL:
        assert plan.objective == best
    return plan.status


def confirm_all(seeds, variant):
    found = [confirm(seed, variant) for seed in seeds]
    possible = [status for status in found if status is not Status.INFEASIBLE]
    assert len(possible) >= 0.8 * len(found)
    assert sum(status is Status.OPTIMAL for status in possible) >= 0.9 * len(possible)


@pytest.mark.parametrize("variant", ["common", "full"])
def test_tiny_plans_and_bounds_agree_with_exhaustive_search(variant):
    confirm_all(range(20), variant)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 1320, 80))
def test_many_tiny_plans_and_bounds_agree_with_exhaustive_search(first):
    confirm_all(range(first, first + 80), "full")
