"""Each hard rule of the independent checker: one planted violation that this rule alone catches."""

from dataclasses import replace

import pytest

from scheduler.check import RULES, check, check_plan
from scheduler.plan import Plan, Reason, Route, Score, Status, Stop, Unassigned
from scheduler.problem import DAY, Pin, Precedence, Published, Shift, TimeWindow
from scheduler.score import score
from tests.scheduler.conftest import make_problem, make_visit, make_worker

FIRST = Route(0, 0, (Stop(0, 500), Stop(1, 600)))


def two(first=None, second=None, workers=None, **changes):
    return make_problem(
        [make_visit(**(first or {})), make_visit(**(second or {}))],
        [make_worker(**row) for row in (workers or [{}, {}])],
        **changes,
    )


def planted():
    """(code, problem, routes) for each rule."""
    both = [FIRST]
    apart = [Route(0, 0, (Stop(0, 500),)), Route(1, 0, (Stop(1, 500),))]
    return [
        ("reference", two(), [Route(0, 7, (Stop(0, 500),))]),
        ("reference", two(), [Route(0, 0, (Stop(9, 500),))]),
        ("shift_once", two(), [Route(0, 0, (Stop(0, 500),)), Route(0, 0, (Stop(1, 600),))]),
        ("trade", two({"trade": "alarm"}), both),
        ("trade", two({"trade": "alarm+locksmith"}), both),
        ("region", two({"region": "G1"}), both),
        ("reach", two(workers=[{"reach_minutes": 19}, {}]), both),
        ("exclusion", two({"excluded_workers": frozenset({0})}), both),
        ("vetting", two({"uncleared": {0: frozenset({0})}}), both),
        ("one_place", two(), [Route(0, 0, (Stop(0, 500), Stop(1, 570)))]),
        ("one_place", two(), [Route(0, 0, (Stop(0, 499), Stop(1, 600)))]),
        ("shift_end", two(workers=[{"shifts": (Shift(0, 480, 670),)}, {}]), both),
        ("window", two({"windows_late": (TimeWindow(0, 480, 499),)}), both),
        ("ready", two({"ready_day": 1}), both),
        ("crew", two({"crew": 2}), both),
        ("crew", two(), [apart[0], Route(1, 0, (Stop(0, 500),))]),
        ("crew_together", two({"crew": 2}), [Route(0, 0, (Stop(0, 500),)), Route(1, 0, (Stop(0, 501),))]),
        ("predecessor", two(precedences=(Precedence(0, 1),)), [Route(0, 0, (Stop(1, 500),))]),
        ("least_gap", two(precedences=(Precedence(0, 1),)), [apart[0], Route(1, 0, (Stop(1, 559),))]),
        ("least_gap", two(precedences=(Precedence(0, 1, 41),)), both),
        ("greatest_gap", two(precedences=(Precedence(0, 1, 0, 39),)), both),
        ("same_day", two(same_day=((0, 1),)), [apart[0], Route(1, 1, (Stop(1, DAY + 500),))]),
        ("same_day", two(same_day=((0, 1),)), apart[:1]),
        ("pinned", two({"pinned": Pin(1, 0, 500)}), both),
        ("pinned", two({"pinned": Pin(0, 0, 501)}), both),
        ("most_moves", two(published={0: Published(0, 501), 1: Published(1, 600)}, max_moves=1), both),
    ]


@pytest.mark.parametrize(("code", "problem", "routes"), planted())
def test_a_planted_violation_is_caught_by_its_own_rule_only(code, problem, routes):
    assert {one.code for one in check(problem, routes, "full")} == {code}


def test_every_rule_has_a_planted_violation():
    assert {code for code, _, _ in planted()} == set(RULES)


def test_a_plan_that_keeps_every_rule_passes(pair):
    assert check(pair, [FIRST], "full") == []


@pytest.mark.parametrize(
    "code", ["predecessor", "least_gap", "same_day", "pinned", "most_moves", "greatest_gap"]
)
def test_rules_of_the_full_variant_do_not_bind_in_common(code):
    for planted_code, problem, routes in planted():
        if planted_code == code:
            assert check(problem, routes, "common") == []


def test_overtime_counts_only_in_the_full_variant():
    problem = two(workers=[{"shifts": (Shift(0, 480, 670, overtime_minutes=10),)}, {}])
    assert check(problem, [FIRST], "full") == []
    assert [one.code for one in check(problem, [FIRST], "common")] == ["shift_end"]


def test_claims_of_a_plan_are_recomputed(pair):
    plan = Plan("full", Status.FEASIBLE, (FIRST,), score(pair, [FIRST], "full"), lower_bound=0)
    assert check_plan(pair, plan) == []
    assert {one.code for one in check_plan(pair, replace(plan, score=Score()))} == {"score"}
    assert [one.code for one in check_plan(pair, replace(plan, lower_bound=10**6))] == ["bound"]
    named = (Unassigned(1, Reason.NO_SHIFT),)
    assert [one.code for one in check_plan(pair, replace(plan, unassigned=named))] == ["reasons"]
