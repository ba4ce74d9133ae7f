"""Ranked alternatives of an assignment, the first rule in everybody else's way, and what a contractor may see."""

from dataclasses import replace

import pytest

from scheduler.advice.options.alternatives import alternatives
from scheduler.advice.options.contractor import WHY, for_contractor
from scheduler.advice.timetable.book import Book
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Precedence, Shift, TimeWindow
from scheduler.score import score
from tests.scheduler.advice.plans import broken, planned, with_stop
from tests.scheduler.conftest import make_problem, make_visit, make_worker

HERE = [Route(0, 0, (Stop(0, 500),))]


def test_differences_are_what_the_score_says():
    compared = 0
    for seed in range(240):
        problem, variant, routes = planned(seed, leave_out=0)
        book = Book(problem, routes, variant)
        for i in book.start:
            found = alternatives(book, i)
            rest = book.copy()
            rest.take(i)
            for one in found.ranked:
                if one.later or len(one.workers) > 1 or one.present:
                    continue
                slots = [
                    (k, s)
                    for k in one.workers
                    for s, shift in enumerate(problem.workers[k].shifts)
                    if shift.day == one.day
                ]
                made = [with_stop(rest.routes(), slot, i, one.start) for slot in slots]
                able = [routes for routes in made if not broken(problem, routes, variant)]
                cost = score(problem, book.routes(), variant).objective
                assert one.difference in {score(problem, r, variant).objective - cost for r in able}
                compared += 1
    assert compared > 60


def test_alternatives_are_ranked_and_the_present_place_is_among_them():
    for seed in range(60):
        problem, variant, routes = planned(seed, leave_out=0)
        book = Book(problem, routes, variant)
        for i in book.start:
            found = alternatives(book, i)
            differences = [one.difference for one in found.ranked]
            assert differences == sorted(differences)
            assert [one.start for one in found.ranked if one.present] == [book.start[i]]
            able = {k for one in found.ranked for k in one.workers}
            assert able | {bar.worker for bar in found.barred} == set(range(len(problem.workers)))


RULES = [
    ("trade", {}, {"trades": frozenset({"alarm"})}),
    ("region", {}, {"regions": frozenset({"G1"})}),
    ("reach", {}, {"reach_minutes": 19}),
    ("exclusion", {"excluded_workers": frozenset({1})}, {}),
    ("vetting", {"uncleared": {1: frozenset({0, 1})}}, {}),
    ("window", {}, {"shifts": (Shift(0, 1000, 1100),)}),
    ("window", {}, {"shifts": ()}),
]


@pytest.mark.parametrize(("rule", "visit", "worker"), RULES)
def test_the_first_rule_in_the_way_is_named(rule, visit, worker):
    problem = make_problem([make_visit(**visit)], [make_worker(), make_worker(**worker)])
    found = alternatives(Book(problem, HERE, "full"), 0)
    assert [(bar.worker, bar.rule) for bar in found.barred] == [(1, rule)]


def test_a_busy_worker_is_named_with_the_visits():
    busy = make_worker(shifts=(Shift(0, 480, 600),))
    problem = make_problem([make_visit(), make_visit()], [make_worker(), busy])
    found = alternatives(Book(problem, [*HERE, Route(1, 0, (Stop(1, 505),))], "full"), 0)
    assert [tuple(bar) for bar in found.barred] == [(1, "busy", (1,))]


def test_a_worker_whose_only_day_is_too_late_for_the_next_visit_is_barred_by_precedence():
    late = make_worker(shifts=(Shift(1, 480, 1020),))
    problem = make_problem(
        [make_visit(), make_visit()], [make_worker(), late], precedences=(Precedence(0, 1),)
    )
    found = alternatives(Book(problem, [Route(0, 0, (Stop(0, 500), Stop(1, 700)))], "full"), 0)
    assert [(bar.worker, bar.rule) for bar in found.barred] == [(1, "precedence")]


def test_a_crew_of_two_names_who_has_no_partner():
    workers = [make_worker(), make_worker(), make_worker(shifts=(Shift(1, 480, 1020),))]
    windows = (TimeWindow(0, 480, 960), TimeWindow(1, 480, 960))
    problem = make_problem([make_visit(crew=2, windows_late=windows)], workers)
    alone = replace(problem, workers=(*(replace(w, shifts=w.shifts[:1]) for w in workers[:2]), workers[2]))
    routes = [Route(0, 0, (Stop(0, 500),)), Route(1, 0, (Stop(0, 500),))]
    assert [(b.worker, b.rule) for b in alternatives(Book(alone, routes, "full"), 0).barred] == [(2, "crew")]
    assert alternatives(Book(problem, routes, "full"), 0).barred == ()


def test_a_visit_without_a_place_has_no_alternatives():
    with pytest.raises(ValueError, match="visit 0 has no place"):
        alternatives(Book(make_problem([make_visit()], [make_worker()]), [], "full"), 0)


SECRETS = [
    {"excluded_workers": frozenset({1})},
    {"excluded_workers": frozenset({1, 2})},
    {"uncleared": {1: frozenset({0, 1}), 2: frozenset({1})}},
    {"windows_late": (TimeWindow(0, 500, 500),)},
    {"windows_late": (TimeWindow(0, 480, 960),)},
    {"urgency": 0, "unassigned_penalty": 90000, "exposed_since_day": 0, "exposed_cost_per_day": 900},
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("own", [(0,), (1,), (0, 1), ()])
def test_a_contractor_sees_the_same_whatever_conflicts_checks_and_safe_hours_there_are(secret, own):
    workers = [make_worker(), make_worker(), make_worker()]
    plain, other = make_problem([make_visit()], workers), make_problem([make_visit(**secret)], workers)
    views = [for_contractor(alternatives(Book(one, HERE, "full"), 0), own) for one in (plain, other)]
    assert views[0] == views[1]


def test_a_contractor_sees_its_own_workers_time_and_constant_words():
    problem = make_problem([make_visit(crew=2)], [make_worker(), make_worker()])
    start = DAY + 500
    routes = [Route(0, 1, (Stop(0, start),)), Route(1, 1, (Stop(0, start),))]
    view = for_contractor(alternatives(Book(problem, routes, "full"), 0), [1])
    assert (view.visit, view.workers, view.day, view.minute, view.why) == (0, (1,), 1, 500, WHY)
    assert for_contractor(alternatives(Book(problem, routes, "full"), 0), [7]) is None
