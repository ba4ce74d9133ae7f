"""Plans and bounds against exhaustive search on random tiny instances that use every optional field."""

import os
import time

import pytest

from scheduler.check import check_plan
from scheduler.engine.warm import warm
from scheduler.instance import parse_instance
from scheduler.plan import Status
from scheduler.solve import solve
from tests.scheduler.brute import optimum
from tests.scheduler.tiny import rich_data, tiny_data

COUNT = int(os.environ.get("TINY_INSTANCES", "30"))
MOST_SECONDS = 0.7  # of processor time; what is not proven by then must still be valid


@pytest.fixture(scope="module", autouse=True)
def _loaded():
    """Compiled loops take longer to load than a tiny instance may take."""
    warm()


def confirm(data, variant):
    """Solve one instance and compare with its optimum; returns the plan."""
    problem = parse_instance(data)
    best = optimum(problem, variant)
    until = time.process_time() + MOST_SECONDS
    plan = solve(
        problem, variant, seed=data["seed"], work=60, should_stop=lambda: time.process_time() > until
    )
    if best is None:
        assert plan.status is Status.INFEASIBLE
        return plan
    assert plan.status is not Status.INFEASIBLE
    assert not check_plan(problem, plan)
    assert plan.lower_bound <= best <= plan.objective
    if plan.status is Status.OPTIMAL:
        assert plan.objective == best
    return plan


def confirm_all(make, seeds, variant):
    """Confirm one instance a seed, most of which are to be proven optimal; returns the possible plans."""
    plans = [confirm(make(seed), variant) for seed in seeds]
    possible = [plan for plan in plans if plan.status is not Status.INFEASIBLE]
    assert len(possible) >= 0.7 * len(plans)
    assert proven(possible) >= 0.95 * len(possible)
    return possible


def tell(plans, variant):
    """Say what was found, for `make exhaustive`."""
    found = f"{len(plans)} plans of {COUNT} {variant} instances agree, {proven(plans)} of them proven optimal"
    print(found)  # noqa: T201 -- shown where it is asked for


def test_a_crew_before_a_visit_that_must_follow_soon_is_proven():
    assert confirm(rich_data(7013), "full").status is Status.OPTIMAL


def proven(plans):
    return sum(plan.status is Status.OPTIMAL for plan in plans)


@pytest.mark.parametrize("variant", ["common", "full"])
def test_plans_and_bounds_agree_with_exhaustive_search_where_most_visits_fit(variant):
    plans = confirm_all(rich_data, range(7000, 7000 + COUNT), variant)
    assert sum(len(plan.starts()) for plan in plans) >= 2.5 * len(plans)
    tell(plans, variant)


@pytest.mark.parametrize("variant", ["common", "full"])
def test_plans_and_bounds_agree_with_exhaustive_search_where_little_fits(variant):
    plans = confirm_all(tiny_data, range(1000, 1000 + COUNT), variant)
    tell(plans, variant)


def test_the_instances_use_every_optional_field():
    used = set()
    for data in map(rich_data, range(7000, 7000 + COUNT)):
        rows = [data, data["objective"], *data["visits"], *data["workers"]]
        used |= {key for row in rows for key, value in row.items() if value not in (None, [], {})}
        used |= {f"precedence of {len(row)}" for row in data["precedence"]}
        used |= {"several windows a day" for v in data["visits"] if len(v["start_windows_late"]) > 2}
    assert used >= {
        *("crew", "pinned", "exposed_since_day", "exposed_cost_per_day", "same_day", "excluded_workers"),
        *("overtime_minutes", "overtime_cost_per_minute", "published", "cost_per_move", "max_moves"),
        *("precedence of 2", "precedence of 3", "precedence of 4", "several windows a day"),
    }
