"""Each soft rule alone, through the solver: it turns a plan where it has a price, and is kept for nothing in another."""

from dataclasses import replace

import pytest

from scheduler.problem import DAY, Precedence, Published, Shift, TimeWindow, Weights
from scheduler.solve import solve
from tests.scheduler.conftest import make_problem, make_visit, make_worker
from tests.scheduler.rules.problems import DAY_1, EARLY, LATE, at, made, two


def cheap(**changes):
    """The plain worker who costs a tenth."""
    return make_worker(cost_per_travel_minute=1, cost_per_shift_used=30, **changes)


def weighed(**weights):
    return {"weights": Weights(**{"exposure_per_day": 0, "extra_worker_per_home": 0} | weights)}


NEAR_END = {"windows_late": (TimeWindow(0, 960, 960), TimeWindow(1, 900, 900))}
ROOM_FOR_ONE = {"shifts": (Shift(0, 480, 590),)}
ONE_A_DAY = {"shifts": (Shift(0, 480, 590), Shift(1, 480, 590))}
EXTRA_HOURS = {"shifts": (Shift(0, 480, 1020, 60), Shift(1, 480, 1020))}
TOMORROW_ELSEWHERE = {"home": 1, **LATE}


def open_home(cost, second=None):
    """A home open since day 0, its worker on both days, and a visit next to it that is cheapest joined to the first."""
    first = make_visit(exposed_since_day=0, exposed_cost_per_day=cost)
    return make_problem([first, make_visit(**(second or TOMORROW_ELSEWHERE))], [make_worker()])


def opened_by_a_visit(weight, last=LATE):
    """Opening can be made on either day, closing as `last` says; a visit elsewhere makes the first day the cheaper one."""
    visits = [make_visit(), make_visit(**last), make_visit(home=1, **EARLY)]
    links = (Precedence(0, 1),)
    return make_problem(visits, [make_worker()], precedences=links, **weighed(exposure_per_day=weight))


def of_two_workers(first, second, *people, **weights):
    return make_problem([make_visit(**first), make_visit(**second)], list(people), **weighed(**weights))


# rule: (what it counts, in a plan made without its price, with it, and where it costs nothing to keep it)
SOFT = {
    "unassigned by class": (
        lambda plan: 0 in plan.starts(),
        two({"unassigned_penalty": 5000}, {"unassigned_penalty": 6000}, ROOM_FOR_ONE),
        two({"unassigned_penalty": 40000}, {"unassigned_penalty": 6000}, ROOM_FOR_ONE),
        two({"unassigned_penalty": 40000}, {"unassigned_penalty": 6000}),
    ),
    "late by class": (
        lambda plan: plan.starts()[0][0] < DAY,
        two(
            {"deadline_day": 0, "late_penalty_per_day": 400},
            {"deadline_day": 0, "late_penalty_per_day": 2000},
            ONE_A_DAY,
        ),
        two(
            {"deadline_day": 0, "late_penalty_per_day": 9000},
            {"deadline_day": 0, "late_penalty_per_day": 2000},
            ONE_A_DAY,
        ),
        two({"deadline_day": 0, "late_penalty_per_day": 9000}, {"deadline_day": 1}, ONE_A_DAY),
    ),
    "days that an open home stays exposed": (
        lambda plan: plan.starts()[0][0] < DAY,
        open_home(0),
        open_home(900),
        open_home(900, EARLY | {"home": 1}),
    ),
    "days that a visit leaves a home exposed": (
        lambda plan: plan.starts()[0][0] // DAY == plan.starts()[1][0] // DAY,
        opened_by_a_visit(0),
        opened_by_a_visit(900),
        opened_by_a_visit(900, EARLY),
    ),
    "travel and shift cost": (
        lambda plan: plan.starts()[0][1] == (1,),
        make_problem([make_visit()], [cheap(), make_worker()]),
        make_problem([make_visit()], [make_worker(), cheap()]),
        make_problem([make_visit(excluded_workers=frozenset({0}))], [make_worker(), cheap()]),
    ),
    "overtime": (
        lambda plan: plan.score.overtime_cost == 0,
        two(NEAR_END, EARLY | {"home": 1}, EXTRA_HOURS | {"overtime_cost_per_minute": 1}),
        two(NEAR_END, EARLY | {"home": 1}, EXTRA_HOURS | {"overtime_cost_per_minute": 100}),
        two(at(TimeWindow(0, 940, 940)), EARLY, EXTRA_HOURS | {"overtime_cost_per_minute": 100}),
    ),
    "number of workers at one home": (
        lambda plan: plan.score.extra_workers == 0,
        of_two_workers(EARLY, LATE, make_worker(), cheap(shifts=DAY_1)),
        of_two_workers(EARLY, LATE, make_worker(), cheap(shifts=DAY_1), extra_worker_per_home=1000),
        of_two_workers(EARLY, LATE, cheap(), make_worker(shifts=DAY_1), extra_worker_per_home=1000),
    ),
    "moves against the published plan": (
        lambda plan: plan.score.moves == 0,
        replace(of_two_workers({}, {}, make_worker(), cheap()), published={0: Published(0, 700)}),
        replace(
            of_two_workers({}, {}, make_worker(), cheap(), cost_per_move=5000),
            published={0: Published(0, 700)},
        ),
        replace(
            of_two_workers({}, {}, cheap(), make_worker(), cost_per_move=5000),
            published={0: Published(0, 500)},
        ),
    ),
}


@pytest.mark.parametrize("rule", SOFT)
def test_a_soft_rule_turns_the_plan_where_it_has_a_price_and_costs_nothing_where_it_is_kept_anyway(rule):
    kept, without, priced, for_nothing = SOFT[rule]
    assert not kept(made(without))
    assert kept(made(priced))
    assert kept(made(for_nothing))


def with_hours(*booked, **changes):
    visits = [make_visit(home=0, **changes)]
    return make_problem(visits, [make_worker(booked_minutes=minutes) for minutes in booked])


def test_fair_shares_only_decide_between_plans_that_are_the_same_otherwise():
    def who(problem):
        return solve(problem, "levels", work=100).starts()[0][1]

    assert who(with_hours(600, 0)) == (1,)
    assert who(with_hours(0, 600)) == (0,)
    dearer = with_hours(600, 0)
    cheaper_but_busier = replace(dearer, workers=(cheap(booked_minutes=600), dearer.workers[1]))
    assert who(cheaper_but_busier) == (0,)
