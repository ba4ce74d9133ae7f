"""Repairs: each works when it is applied, moves nobody else, and nothing less of its kind would do."""

from dataclasses import replace

import pytest

from scheduler.advice.answers.reasons import answer, reasons, repairs_of
from scheduler.advice.answers.repair import UNITS, applied, repairs
from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.places import places
from scheduler.changes import Away, Cleared, LongerShift, NewWorker, WiderWindow, described, forked
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Precedence, Shift, TimeWindow
from tests.scheduler.advice.plans import broken, every_place, planned
from tests.scheduler.conftest import make_problem, make_visit, make_worker


def repaired(seeds):
    """Every repair of every visit without a place: (problem, variant, routes, answer, repair)."""
    for seed in seeds:
        problem, variant, routes = planned(seed, leave_out=0.1)
        for one in reasons(problem, routes, variant, proven=False):
            for repair in one.repairs:
                yield problem, variant, routes, one, repair


def starts(routes):
    return {(r.worker, r.shift, stop.visit): stop.start for r in routes for stop in r.stops}


def test_every_repair_works_when_applied_and_moves_nobody_else():
    kinds = dict.fromkeys([*UNITS, "place"], 0)
    for problem, variant, routes, one, repair in repaired(range(200)):
        after, made = applied(problem, routes, repair)
        assert not broken(after, made, variant), (problem.name, one.visit, repair)
        found, before = starts(made), starts(routes)
        assert one.visit in {visit for _, _, visit in found}
        moved = {key[2] for key, at in before.items() if found.get(key) != at}
        assert len(moved) == (repair.amount if repair.unit == "moves" else 0), (problem.name, one.visit)
        assert repair.amount > 0 or repair.kind == "place"
        kinds[repair.kind] += 1
    del kinds["clearance"]  # files know no checks; see below
    assert min(kinds.values()) >= 5, kinds


def test_nothing_less_of_the_same_kind_would_do():
    tried = {"window": 0, "overtime": 0}
    for problem, variant, routes, one, repair in repaired(range(60)):
        i = one.visit
        single = not Book(problem, routes, variant).waiting(i) and problem.visits[i].crew == 1
        if repair.kind not in tried or repair.amount < 2 or not single or problem.visits[i].pinned:
            continue
        for change in less(problem, i, repair):
            assert every_place(forked(problem, [change]), routes, variant, i) == [], (problem.name, i, change)
        tried[repair.kind] += 1
    assert min(tried.values()) >= 2, tried


def less(problem, i, repair):
    """Every change of the kind of this repair by one unit less."""
    amount = repair.amount - 1
    if repair.kind == "overtime":
        (change,) = repair.changes
        for k, worker in enumerate(problem.workers):
            for s in range(len(worker.shifts)):
                yield LongerShift(k, s, amount, change.as_overtime)
        return
    (change,) = repair.changes
    for window in problem.windows(i, "full"):
        if window.day == change.day or window.day > 0:
            yield WiderWindow(i, window.day, window.latest + 1, window.latest + amount)
        if window.day > 0:
            yield WiderWindow(i, window.day, max(0, window.earliest - amount), window.earliest - 1)


def one_repair(problem, routes, i, kind):
    return next(one for one in repairs(Book(problem, routes, "full"), i) if one.kind == kind)


def test_one_cleared_locksmith_on_the_first_day_that_helps():
    problem = make_problem([make_visit(windows_late=(TimeWindow(1, 540, 600),))], [make_worker(shifts=())])
    repair = one_repair(problem, [], 0, "worker")
    assert (repair.amount, repair.unit) == (1, "worker-days")
    assert repair.text == "one cleared locksmith in E7 on day 1"
    (change,) = repair.changes
    assert (change.worker.shifts[0].day, change.worker.trades) == (1, {"locksmith"})


def test_two_workers_are_asked_for_where_a_crew_lacks_two():
    problem = make_problem([make_visit(crew=2)], [make_worker(shifts=())])
    repair = one_repair(problem, [], 0, "worker")
    assert (repair.amount, len(repair.changes)) == (2, 2)
    assert repair.text == "2 cleared locksmiths in E7 on day 0"
    assert {spot.worker for spot in repair.places} == {1, 2}


def test_a_window_is_widened_to_the_minute_that_is_needed():
    problem = make_problem([make_visit(windows_late=(TimeWindow(0, 300, 490),))], [make_worker()])
    repair = one_repair(problem, [], 0, "window")
    assert (repair.amount, repair.unit, repair.text) == (10, "window minutes", "window until 8:20 on day 0")


def test_no_window_of_today_begins_earlier():
    problem = make_problem([make_visit(windows_late=(TimeWindow(0, 1000, 1010),))], [make_worker()])
    assert one_repair(problem, [], 0, "window").text == "a window on day 1 from 8:20"
    tomorrow = make_problem([make_visit(windows_late=(TimeWindow(1, 1000, 1010),))], [make_worker()])
    assert one_repair(tomorrow, [], 0, "window").text == "window from 15:40 on day 1"


def test_overtime_is_counted_to_the_minute():
    problem = make_problem([make_visit(windows_late=(TimeWindow(0, 960, 990),))], [make_worker()])
    repair = one_repair(problem, [], 0, "overtime")
    assert (repair.amount, repair.changes) == (20, (LongerShift(0, 0, 20),))
    assert repair.text == "20 minutes of overtime for worker 0 on day 0"


def test_a_worker_who_has_the_time_is_cleared():
    problem = make_problem([make_visit(uncleared={0: frozenset({0, 1})})], [make_worker()])
    repair = one_repair(problem, [], 0, "clearance")
    assert (repair.amount, repair.unit, repair.changes) == (1, "worker-days", (Cleared(0, 0, 0),))
    after, made = applied(problem, [], repair)
    assert broken(after, made, "full") == set()


def test_nobody_is_proposed_who_may_not_be_sent():
    problem = make_problem([make_visit(excluded_workers=frozenset({0}))], [make_worker()])
    (repair,) = repairs(Book(problem, [], "full"), 0)
    assert repair.kind == "worker"
    assert [type(change) for change in repair.changes] == [NewWorker]


def test_room_is_made_by_moving_others_where_that_is_enough():
    visits = [make_visit(), make_visit(windows_late=(TimeWindow(0, 480, 540),))]
    problem = make_problem(visits, [make_worker(shifts=(Shift(0, 480, 590), Shift(1, 480, 1020)))])
    routes = [Route(0, 0, (Stop(0, 500),))]
    book = Book(problem, routes, "full")
    first, *others = repairs_of(book, answer(book, 1, proven=False), moving=True)
    assert (first.kind, first.amount, first.unit) == ("moves", 1, "moves")
    after, made = applied(problem, routes, first)
    assert after is problem
    assert broken(problem, made, "full") == set()
    assert {stop.visit for route in made for stop in route.stops} == {0, 1}
    assert {one.kind for one in others} == {"worker", "window"}


def test_a_chain_is_repaired_as_one():
    visits = [make_visit(trade="alarm"), make_visit()]
    problem = make_problem(visits, [make_worker(shifts=())], precedences=(Precedence(0, 1, 30),))
    repair = one_repair(problem, [], 1, "worker")
    assert repair.amount == 2
    assert {spot.visit for spot in repair.places} == {0, 1}
    after, made = applied(problem, [], repair)
    assert broken(after, made, "full") == set()


def test_companions_of_a_day_are_repaired_together():
    visits = [make_visit(), make_visit(windows_late=(TimeWindow(1, 540, 600),))]
    problem = make_problem(visits, [make_worker(shifts=(Shift(0, 480, 1020),))], same_day=((0, 1),))
    repair = one_repair(problem, [], 0, "worker")
    after, made = applied(problem, [], repair)
    assert broken(after, made, "full") == set()
    assert {stop.start // DAY for route in made for stop in route.stops} == {1}


def test_changes_make_forks_and_leave_the_problem_as_it_was():
    problem = make_problem([make_visit(), make_visit()], [make_worker(), make_worker()])
    before = problem.input_hash()
    changes = [
        NewWorker(make_worker(), (5, 5)),
        Away(0, (0,)),
        WiderWindow(0, 1, 300, 400),
        LongerShift(1, 0, 30),
        Cleared(0, 1, 1),
    ]
    after = forked(problem, changes)
    assert problem.input_hash() == before
    assert len(after.workers) == 3
    assert after.workers[0].shifts[0].closes == after.workers[0].shifts[0].opens
    assert all(described(change)["kind"] == type(change).__name__ for change in changes)
    again = Book(after, [Route(1, 0, (Stop(0, 500),))], "full")
    assert [place.workers for place in places(again, 1) if place.day == 0 and place.workers == (0,)] == []


@pytest.mark.parametrize("change", [Away(9, (0,)), Cleared(0, 9, 0), NewWorker(make_worker(), (1,))])
def test_a_change_of_what_is_not_there_is_refused(change):
    problem = make_problem([make_visit()], [make_worker()])
    if isinstance(change, NewWorker):
        change = replace(change, minutes=(1, 2))
    with pytest.raises(ValueError, match="there"):
        change.apply(problem)
