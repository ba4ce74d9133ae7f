"""Each hard rule alone, through the solver: a tiny problem that it spoils, the same without it, and one that keeps it.

Spoilt is a problem in which a visit stays without a place that has one without the rule.
"""

import pytest

from scheduler.check import RULES
from scheduler.plan import Status
from scheduler.problem import DAY, Pin, Precedence, Published, Shift, TimeWindow
from scheduler.solve import solve
from tests.scheduler.rules.problems import DAY_0, DAY_1, EARLY, LATE, at, made, one, two

NOON, AFTER = at(TimeWindow(0, 700, 700)), at(TimeWindow(0, 800, 800))
FULL_DAY = {"service_minutes": 400}
PINNED = {"pinned": Pin(0, 0, 500)}
BOOKED = (Shift(0, 480, 560), Shift(0, 700, 1020))
ALARM = frozenset({"alarm"})
BOTH = frozenset({"alarm", "locksmith"})

# rule: (spoilt by it, the same without it, one that keeps it and is done)
HARD = {
    "trade": (one({"trade": "alarm"}), one(), one({"trade": "alarm"}, {"trades": BOTH})),
    "trade of one worker with both": (
        one({"trade": "alarm+locksmith"}, {}, {"trades": ALARM}),
        one({"trade": "alarm|locksmith"}, {}, {"trades": ALARM}),
        one({"trade": "alarm+locksmith"}, {"trades": BOTH}),
    ),
    "vetting on the day": (
        one({"uncleared": {0: frozenset({0})}, **EARLY}),
        one(EARLY),
        one({"uncleared": {0: frozenset({0})}}),
    ),
    "conflict of interest": (
        one({"excluded_workers": frozenset({0})}),
        one(),
        one({"excluded_workers": frozenset({0})}, {}, {}),
    ),
    "region": (one({"region": "G1"}), one(), one({"region": "G1"}, {"regions": frozenset({"E7", "G1"})})),
    "reach": (one({}, {"reach_minutes": 19}), one(), one({}, {"reach_minutes": 20})),
    "shift": (one(EARLY, {"shifts": DAY_1}), one(EARLY), one({}, {"shifts": DAY_1})),
    "the way home inside the shift": (
        one({}, {"shifts": (Shift(0, 480, 579),)}),
        one({}, {"shifts": (Shift(0, 480, 580),)}, travel=10),
        one({}, {"shifts": (Shift(0, 480, 580),)}),
    ),
    "window": (one(at(TimeWindow(0, 480, 499))), one(), one(at(TimeWindow(0, 480, 500)))),
    "several windows a day": (
        one(at(TimeWindow(0, 300, 499), TimeWindow(0, 980, 1019))),
        one(),
        one(at(TimeWindow(0, 300, 499), TimeWindow(0, 900, 920))),
    ),
    "ready date": (one({"ready_day": 1, **EARLY}), one(EARLY), one({"ready_day": 1})),
    "one place at a time": (
        two({**NOON}, {**NOON, "home": 1}),
        two({**NOON}, {**AFTER, "home": 1}, travel=0),
        two({**NOON}, {**AFTER, "home": 1}),
    ),
    "crew of two at once": (
        one({"crew": 2}),
        one(),
        one({"crew": 2}, {}, {}),
    ),
    "a crew has one start": (
        one({"crew": 2}, {"shifts": DAY_0}, {"shifts": DAY_1}),
        one({}, {"shifts": DAY_0}, {"shifts": DAY_1}),
        one({"crew": 2}, {"shifts": DAY_0}, {"shifts": (Shift(0, 500, 700),)}),
    ),
    "order inside a home": (
        two(LATE, EARLY, precedences=(Precedence(0, 1),)),
        two(LATE, EARLY),
        two(EARLY, LATE, precedences=(Precedence(0, 1),)),
    ),
    "least gap": (
        two(NOON, AFTER, precedences=(Precedence(0, 1, 41),)),
        two(NOON, AFTER, precedences=(Precedence(0, 1),)),
        two(NOON, AFTER, precedences=(Precedence(0, 1, 40),)),
    ),
    "greatest gap": (
        two(NOON, AFTER, precedences=(Precedence(0, 1, 0, 39),)),
        two(NOON, AFTER, precedences=(Precedence(0, 1),)),
        two(NOON, AFTER, precedences=(Precedence(0, 1, 0, 40),)),
    ),
    "no opening insecure overnight": (
        two(EARLY, LATE, same_day=((0, 1),)),
        two(EARLY, LATE),
        two(EARLY, {}, same_day=((0, 1),)),
    ),
    "an opening is left alone where closing it does not fit the day": (
        two(FULL_DAY, FULL_DAY, {"shifts": (Shift(0, 480, 920), Shift(1, 480, 920))}, same_day=((0, 1),)),
        two(FULL_DAY, FULL_DAY, {"shifts": (Shift(0, 480, 920), Shift(1, 480, 920))}),
        two(FULL_DAY, FULL_DAY, {"shifts": (Shift(0, 480, 1340),)}, same_day=((0, 1),)),
    ),
    "pinned": (
        two(PINNED, at(TimeWindow(0, 579, 579))),
        two({}, at(TimeWindow(0, 579, 579))),
        two(PINNED, at(TimeWindow(0, 580, 580))),
    ),
    "bookings": (
        one(at(TimeWindow(0, 540, 640)), {"shifts": BOOKED}),
        one(at(TimeWindow(0, 540, 640))),
        one(at(TimeWindow(0, 540, 720)), {"shifts": BOOKED}),
    ),
    "overtime no longer than allowed": (
        one(at(TimeWindow(0, 960, 960)), {"shifts": (Shift(0, 480, 1020, 19),)}),
        one(at(TimeWindow(0, 940, 940)), {"shifts": (Shift(0, 480, 1020, 19),)}),
        one(at(TimeWindow(0, 960, 960)), {"shifts": (Shift(0, 480, 1020, 20),)}),
    ),
    "most moves": (
        two(at(TimeWindow(0, 600, 600)), {}, published={0: Published(0, 500)}, max_moves=0),
        two(at(TimeWindow(0, 600, 600)), {}, published={0: Published(0, 500)}, max_moves=1),
        two({}, {}, published={0: Published(0, 500)}, max_moves=0),
    ),
}


def all_done(problem):
    plan = made(problem)
    return plan.status is Status.OPTIMAL and not plan.unassigned


@pytest.mark.parametrize("rule", HARD)
def test_a_hard_rule_spoils_one_problem_leaves_the_same_one_without_it_and_is_kept_in_another(rule):
    spoilt, without, kept = HARD[rule]
    assert not all_done(spoilt)
    assert all_done(without)
    assert all_done(kept)


def test_no_visit_is_made_without_the_one_before_it():
    alone = {1: two({"trade": "alarm"}, {}), 0: two({"trade": "alarm"}, {}, precedences=(Precedence(0, 1),))}
    for placed, problem in alone.items():
        assert len(made(problem).starts()) == placed
    assert all_done(two({}, {}, precedences=(Precedence(0, 1),)))


def test_no_window_lets_a_visit_start_before_it_is_ready():
    problem = one({"ready_day": 1})
    assert {w.day for w in problem.windows(0, "full")} == {w.day for w in problem.windows(0, "common")} == {1}
    for variant in ("common", "full", "levels"):
        start, _ = solve(problem, variant, work=20).starts()[0]
        assert start >= DAY


def test_each_rule_of_the_checker_has_its_words_here():
    covered = {
        "trade", "region", "reach", "exclusion", "vetting", "one_place", "shift_end", "ready", "window", "crew",
        "crew_together", "predecessor", "least_gap", "greatest_gap", "same_day", "pinned", "most_moves",
    }  # fmt: skip
    assert covered == set(RULES) - {"reference", "shift_once"}
