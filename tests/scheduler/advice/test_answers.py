"""The three answers for a visit without a place, and the visits named as being in its way."""

import pytest

from scheduler.advice.answers.blocking import in_the_way, removed
from scheduler.advice.answers.reasons import answer, reasons
from scheduler.advice.answers.rules import possible
from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.places import places
from scheduler.plan import Answer, Reason, Route, Stop
from scheduler.problem import Precedence, Shift, TimeWindow
from scheduler.score import score
from scheduler.solve import solve
from tests.scheduler.advice.plans import every_place, planned, tiny
from tests.scheduler.conftest import make_problem, make_visit, make_worker

SHORT = (Shift(0, 480, 590),)


def unplaced(seeds):
    for seed in seeds:
        problem, variant, routes = planned(seed, leave_out=0.1)
        book = Book(problem, routes, variant)
        for i in sorted(set(range(len(problem.visits))) - set(book.start)):
            yield problem, variant, book, i


def test_each_visit_without_a_place_has_one_answer_that_fits():
    seen = dict.fromkeys(Answer, 0)
    for problem, variant, book, i in unplaced(range(250)):
        one = answer(book, i, proven=False)
        assert (one.answer is Answer.IMPOSSIBLE) == (not possible(problem, i, variant))
        assert bool(one.rules) == (one.answer is Answer.IMPOSSIBLE)
        assert one.detail
        if one.answer is Answer.CROWDED_OUT and not book.waiting(i) and one.blockers:
            assert places(book, i) == []
        seen[one.answer] += 1
    assert min(seen.values()) >= 10, seen


def test_visits_named_are_a_minimal_set_in_the_way():
    named = 0
    for problem, variant, book, i in unplaced(range(400)):
        if book.waiting(i) or places(book, i) or (problem.visits[i].pinned and variant == "full"):
            continue
        blockers = in_the_way(book, i)
        if not blockers:
            continue
        assert places(removed(book, blockers), i), (problem.name, i)
        for kept in blockers:
            assert not places(removed(book, set(blockers) - {kept}), i), (problem.name, i, blockers)
        named += 1
    assert named > 15


def test_no_visit_named_means_that_taking_out_any_one_would_not_help():
    for problem, variant, book, i in unplaced(range(60)):
        if book.waiting(i) or places(book, i) or in_the_way(book, i) or book.crew(i) > 1:
            continue
        for j in book.start:
            fork = removed(book, [j])
            if not fork.waiting(i) and not book.linked(i) and i not in book.group:
                assert every_place(problem, fork.routes(), variant, i) == []


def test_a_plan_proven_optimal_never_says_that_time_ran_out():
    for seed in range(12):
        problem, variant = tiny(seed)
        plan = solve(problem, variant, seed=seed, work=200)
        if plan.status == "optimal":
            assert all(one.answer is not Answer.NOT_FOUND_IN_TIME for one in plan.unassigned), seed


def crowd(first, second):
    """Two visits and room for one of them, which the first one has."""
    visits = [make_visit(unassigned_penalty=first), make_visit(unassigned_penalty=second)]
    return make_problem(visits, [make_worker(shifts=SHORT)]), [Route(0, 0, (Stop(0, 500),))]


def test_a_dearer_visit_in_the_way_crowds_out():
    problem, routes = crowd(40000, 5000)
    (one,) = reasons(problem, routes, "full", proven=False)
    assert (one.answer, one.reason, one.blockers) == (Answer.CROWDED_OUT, Reason.CROWDED_OUT, (0,))


def test_a_cheaper_visit_in_the_way_was_not_found_in_time():
    problem, routes = crowd(5000, 40000)
    (one,) = reasons(problem, routes, "full", proven=False)
    assert (one.answer, one.blockers) == (Answer.NOT_FOUND_IN_TIME, (0,))


def test_an_open_place_was_not_found_in_time_and_is_named():
    problem, _ = crowd(5000, 5000)
    one, _ = reasons(problem, [], "full", proven=False)
    assert one.answer is Answer.NOT_FOUND_IN_TIME
    (repair,) = one.repairs
    assert (repair.kind, repair.amount, repair.places[0][:3]) == ("place", 0, (0, 0, 0))


def test_a_visit_that_costs_more_than_leaving_it_out_says_so():
    problem = make_problem([make_visit(unassigned_penalty=300)], [make_worker()])
    (one,) = solve(problem, "full", work=50).unassigned
    assert (one.answer, one.reason, one.blockers) == (Answer.CROWDED_OUT, Reason.TOO_DEAR, ())
    assert "400 more" in one.detail


def test_who_waits_for_an_impossible_visit_is_impossible_too():
    visits = [make_visit(trade="alarm"), make_visit()]
    problem = make_problem(visits, [make_worker()], precedences=(Precedence(0, 1),))
    first, then = reasons(problem, [], "full", proven=False)
    assert (first.answer, first.rules) == (Answer.IMPOSSIBLE, ("trade",))
    assert (then.answer, then.rules, then.blockers) == (Answer.IMPOSSIBLE, ("predecessor",), (0,))


def test_who_waits_for_a_crowded_visit_is_crowded_out():
    visits = [
        make_visit(unassigned_penalty=40000),
        make_visit(unassigned_penalty=5000),
        make_visit(unassigned_penalty=5000, windows_late=(TimeWindow(1, 480, 900),)),
    ]
    workers = [make_worker(shifts=SHORT), make_worker(trades=frozenset({"x"}))]
    late = make_worker(shifts=(Shift(1, 480, 1020),))
    problem = make_problem(
        [visits[0], make_visit(unassigned_penalty=5000, windows_late=(TimeWindow(0, 480, 900),)), visits[2]],
        [*workers, late],
        precedences=(Precedence(1, 2),),
    )
    answers = reasons(problem, [Route(0, 0, (Stop(0, 500),))], "full", proven=False)
    assert [(one.visit, one.answer, one.reason) for one in answers] == [
        (1, Answer.CROWDED_OUT, Reason.CROWDED_OUT),
        (2, Answer.CROWDED_OUT, Reason.PREDECESSOR_UNPLACED),
    ]


def test_nobody_at_all_is_an_answer_too():
    problem = make_problem([make_visit()], [])
    (one,) = reasons(problem, [], "full", proven=False)
    assert (one.answer, one.rules, one.detail) == (Answer.IMPOSSIBLE, (), "there is no worker at all")
    assert [repair.kind for repair in one.repairs] == ["worker"]
    plan = solve(problem, "full", work=10)
    assert [left.visit for left in plan.unassigned] == [0]


def test_a_crew_names_the_visits_of_as_many_workers_as_it_lacks():
    visits = [make_visit(unassigned_penalty=40000), make_visit(unassigned_penalty=5000, crew=2)]
    problem = make_problem(visits, [make_worker(shifts=SHORT), make_worker(shifts=SHORT)])
    book = Book(problem, [Route(0, 0, (Stop(0, 500),))], "full")
    assert in_the_way(book, 1) == (0,)


@pytest.mark.parametrize("proven", [False, True])
def test_a_place_that_a_linked_visit_closes_names_that_visit(proven):
    visits = [make_visit(), make_visit(windows_late=(TimeWindow(0, 480, 600),))]
    problem = make_problem(visits, [make_worker(), make_worker()], precedences=(Precedence(0, 1),))
    routes = [Route(0, 1, (Stop(0, 1440 + 500),))]
    (one,) = reasons(problem, routes, "full", proven)
    assert one.blockers == (0,)
    assert one.answer is (Answer.CROWDED_OUT if proven else Answer.NOT_FOUND_IN_TIME)
    assert score(problem, routes, "full").unassigned == 1
