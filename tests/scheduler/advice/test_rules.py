"""Minimal sets of rules that make a visit impossible, against a checker with these rules taken out."""

from dataclasses import replace

import pytest

from scheduler.advice.answers.rules import EVERY, Rule, conflicts, possible
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Precedence, Shift, TimeWindow
from tests.scheduler.advice.plans import broken, short_windows, tiny
from tests.scheduler.conftest import make_problem, make_visit, make_worker

LONG = 5 * DAY


def without(problem, i, dropped):
    """The problem of visit i alone with rules taken away by rewriting what they read."""
    visit, workers = problem.visits[i], problem.workers
    if "trade" in dropped:
        visit = replace(visit, trade="anything")
        workers = [replace(w, trades=w.trades | {"anything"}) for w in workers]
    if "region" in dropped:
        visit = replace(visit, region="anywhere")
        workers = [replace(w, regions=w.regions | {"anywhere"}) for w in workers]
    if "reach" in dropped:
        workers = [replace(w, reach_minutes=10**6) for w in workers]
    if "shift" in dropped:
        days = range(problem.days)
        workers = [replace(w, shifts=tuple(Shift(day, -LONG, LONG) for day in days)) for w in workers]
    if "window" in dropped:
        visit = replace(visit, windows_late=tuple(TimeWindow(d, 0, DAY - 1) for d in range(problem.days)))
    changes = {
        "exclusion": {"excluded_workers": frozenset()},
        "vetting": {"uncleared": {}},
        "crew": {"crew": 1},
        "ready": {"ready_day": 0},
    }
    for rule, change in changes.items():
        visit = replace(visit, **change) if rule in dropped else visit
    rows = [i, *(problem.base(k) for k in range(len(workers)))]
    travel = problem.travel[rows][:, rows]
    return replace(
        problem,
        visits=(visit,),
        workers=tuple(workers),
        travel=travel,
        precedences=(),
        same_day=(),
        published={},
    )


def placed_by_trying(problem):
    """Whether any start and any workers keep every rule for the only visit there is."""
    visit = problem.visits[0]
    for window in set(visit.windows_late):
        slots = [
            (k, s)
            for k, worker in enumerate(problem.workers)
            for s, shift in enumerate(worker.shifts)
            if shift.day == window.day
        ]
        arrivals = {
            problem.workers[k].shifts[s].opens + int(problem.travel[problem.base(k), 0]) for k, s in slots
        }
        tried = {window.earliest, window.latest, *arrivals, *range(window.earliest, window.latest, 7)}
        for minute in sorted(at for at in tried if window.earliest <= at <= window.latest):
            stop = Stop(0, window.day * DAY + minute)
            alone = replace(problem, visits=(replace(visit, crew=1),))
            able = {k for k, s in slots if not broken(alone, [Route(k, s, (stop,))], "full")}
            if len(able) >= visit.crew:
                return True
    return False


def loners(seeds):
    for seed in seeds:
        problem = short_windows(tiny(seed)[0], 7 * (seed % 5))
        tied = {i for pair in problem.precedences for i in pair[:2]} | {
            i for g in problem.same_day for i in g
        }
        for i, visit in enumerate(problem.visits):
            if i not in tied and visit.pinned is None:
                yield problem, i


def test_possible_is_what_trying_every_start_finds():
    answers = {True: 0, False: 0}
    for problem, i in loners(range(60)):
        for dropped in (set(), {"shift"}, {"window", "reach"}, {"trade", "crew"}):
            found = possible(problem, i, "full", dropped)
            assert found == placed_by_trying(without(problem, i, dropped)), (problem.name, i, dropped)
            answers[found] += 1
    assert min(answers.values()) > 20


def test_each_set_is_impossible_and_any_rule_less_makes_it_possible():
    sets = 0
    for problem, i in loners(range(60)):
        for rules in conflicts(problem, i, "full"):
            rest = {str(rule) for rule in EVERY - set(rules)}
            assert not placed_by_trying(without(problem, i, rest)), (problem.name, i, rules)
            for rule in rules:
                assert placed_by_trying(without(problem, i, rest | {str(rule)})), (problem.name, i, rules)
            sets += 1
    assert sets > 20


def test_where_one_set_is_all_any_of_its_rules_is_enough_to_take_away():
    alone = 0
    for seed in range(150):
        problem, variant = tiny(seed)
        for i in range(len(problem.visits)):
            found = conflicts(problem, i, variant)
            assert (found == []) == possible(problem, i, variant)
            if len(found) == 1:
                assert all(possible(problem, i, variant, [rule]) for rule in found[0]), (seed, i)
                alone += 1
    assert alone > 50


EACH = [
    (Rule.TRADE, {"trade": "alarm"}, {}),
    (Rule.REGION, {"region": "G1"}, {}),
    (Rule.REACH, {}, {"reach_minutes": 19}),
    (Rule.EXCLUSION, {"excluded_workers": frozenset({0})}, {}),
    (Rule.VETTING, {"uncleared": {0: frozenset({0, 1})}}, {}),
    (Rule.SHIFT, {}, {"shifts": ()}),
    (Rule.READY, {"ready_day": 2}, {}),
    (Rule.WINDOW, {"windows_late": ()}, {}),
    (Rule.CREW, {"crew": 2}, {}),
]


@pytest.mark.parametrize(("rule", "visit", "worker"), EACH)
def test_each_rule_alone_can_make_a_visit_impossible(rule, visit, worker):
    problem = make_problem([make_visit(**visit)], [make_worker(**worker)])
    assert conflicts(problem, 0, "full") == [(rule,)]


def test_two_rules_together_are_one_set():
    problem = make_problem([make_visit(windows_late=(TimeWindow(0, 480, 490),))], [make_worker()])
    assert conflicts(problem, 0, "full") == [(Rule.SHIFT, Rule.WINDOW)]


def test_two_reasons_apart_are_two_sets():
    problem = make_problem([make_visit(trade="alarm", windows_late=())], [make_worker()])
    assert set(conflicts(problem, 0, "full")) == {(Rule.TRADE,), (Rule.WINDOW,)}


def test_gaps_that_no_two_starts_keep_are_named():
    early, late = (TimeWindow(0, 540, 600),), (TimeWindow(1, 540, 600),)
    visits = [make_visit(windows_late=late), make_visit(windows_late=early)]
    problem = make_problem(visits, [make_worker()], precedences=(Precedence(0, 1),))
    ((*rules,),) = conflicts(problem, 1, "full")
    assert rules == [Rule.WINDOW, Rule.PREDECESSOR, Rule.LEAST_GAP]
    far = make_problem(visits[::-1], [make_worker()], precedences=(Precedence(0, 1, 0, 60),))
    assert conflicts(far, 1, "full") == [(Rule.WINDOW, Rule.PREDECESSOR, Rule.GREATEST_GAP)]


def test_companions_without_a_common_day_are_impossible():
    visits = [make_visit(windows_late=(TimeWindow(day, 540, 600),)) for day in (0, 1)]
    problem = make_problem(visits, [make_worker()], same_day=((0, 1),))
    assert conflicts(problem, 0, "full") == [(Rule.WINDOW, Rule.SAME_DAY)]
    assert conflicts(problem, 0, "common") == []
