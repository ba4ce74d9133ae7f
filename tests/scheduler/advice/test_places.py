"""Places of one visit in a plan that stands: each keeps every rule, costs what it says, and none is overlooked."""

import pytest

from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.places import openings, places, pushed, put, take
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Shift, TimeWindow
from scheduler.score import score
from tests.scheduler.advice.plans import broken, every_place, planned
from tests.scheduler.conftest import make_problem, make_visit, make_worker


@pytest.mark.parametrize("loose", [False, True])
def test_a_place_keeps_every_rule_and_costs_what_it_says(loose):
    count = later = 0
    for seed in range(400):
        problem, variant, routes = planned(seed)
        book = Book(problem, routes, variant)
        before = score(problem, routes, variant).objective
        for i in set(range(len(problem.visits))) - set(book.start):
            for place in places(book, i, loose=loose):
                fork = book.copy()
                put(fork, i, place)
                assert not broken(problem, fork.routes(), variant), (seed, i, place)
                assert score(problem, fork.routes(), variant).objective - before == place.cost, (
                    seed,
                    i,
                    place,
                )
                count += 1
                later += bool(pushed(book, i, place))
    assert count > 100
    assert (later > 0) is loose


def test_strict_openings_are_all_starts_that_the_checker_allows():
    found = 0
    for seed in range(60):
        problem, variant, routes = planned(seed)
        book = Book(problem, routes, variant)
        for i in set(range(len(problem.visits))) - set(book.start):
            if book.crew(i) > 1 or book.waiting(i) or (problem.visits[i].pinned and variant == "full"):
                continue
            known = {(one.slot, start) for one in openings(book, i) for start in range(one.low, one.high + 1)}
            assert known == set(every_place(problem, routes, variant, i)), (seed, i)
            found += len(known)
    assert found > 500


def test_taking_a_visit_out_costs_what_it_says():
    taken = 0
    for seed in range(200):
        problem, variant, routes = planned(seed)
        cost = score(problem, routes, variant).objective
        for i in Book(problem, routes, variant).start:
            book = Book(problem, routes, variant)
            change = take(book, i)
            assert score(problem, book.routes(), variant).objective - cost == change, (seed, i)
            taken += 1
    assert taken > 100


def test_a_fork_leaves_the_book_as_it_was():
    problem, variant, routes = planned(3)
    book = Book(problem, routes, variant)
    fork = book.copy()
    for i in list(fork.start):
        fork.take(i)
    assert book.routes() == Book(problem, routes, variant).routes()
    assert fork.routes() == ()


def test_a_visit_behind_starts_later_only_where_asked():
    narrow = (TimeWindow(0, 480, 560),)
    problem = make_problem(
        [make_visit(), make_visit(windows_late=narrow)], [make_worker(shifts=(Shift(0, 480, 1020),))]
    )
    book = Book(problem, [Route(0, 0, (Stop(0, 540),))], "full")
    assert [place.start for place in places(book, 1)] == []
    (place,) = places(book, 1, loose=True)
    assert (place.start, pushed(book, 1, place)) == (500, (Stop(0, 580),))
    held = Book(problem, [Route(0, 0, (Stop(0, 540),))], "full", rigid=[0])
    assert places(held, 1, loose=True) == []


def test_the_day_of_a_start_is_named():
    problem = make_problem([make_visit()], [make_worker()])
    assert {place.day for place in places(Book(problem, (), "full"), 0)} == {0, 1}
    assert all(place.start // DAY == place.day for place in places(Book(problem, (), "full"), 0))
