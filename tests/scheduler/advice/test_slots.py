"""Slots for one more visit: each keeps the plan feasible, costs what it says, and bears what it says it bears."""

from dataclasses import replace

import pytest

from scheduler.advice.options.slots import slots, take
from scheduler.advice.timetable.book import Book
from scheduler.changes import NewVisit, forked
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Shift
from scheduler.score import score
from tests.scheduler.advice.plans import broken, planned
from tests.scheduler.conftest import make_problem, make_visit, make_worker


def offered(seeds):
    for seed in seeds:
        problem, variant, routes = planned(seed, leave_out=0.6)
        book = Book(problem, routes, variant)
        for i in sorted(set(range(len(problem.visits))) - set(book.start)):
            for slot in slots(book, i):
                yield problem, variant, book, i, slot


def test_each_offered_slot_keeps_the_plan_feasible_and_costs_what_it_says():
    found = 0
    for problem, variant, book, i, slot in offered(range(250)):
        after = take(book, i, slot)
        assert not broken(problem, after.routes(), variant), (problem.name, i, slot)
        before, now = (score(problem, one.routes(), variant).objective for one in (book, after))
        assert now - before + problem.visits[i].unassigned_penalty == slot.cost
        changed = {j for j in book.start if after.start[j] != book.start[j]}
        assert changed == {stop.visit for stop in slot.later}
        assert all(after.slots[j] == book.slots[j] for j in book.start)
        assert slot.start <= slot.latest
        found += 1
    assert found > 80


def test_a_slot_may_begin_as_late_as_it_says_where_nobody_starts_later():
    for problem, variant, book, i, slot in offered(range(120)):
        if slot.later or len(slot.workers) > 1:
            continue
        after = take(book, i, slot)
        after.restart(i, slot.latest)
        if not broken(problem, after.routes(), variant):
            continue
        assert slot.latest > slot.start
        rerun = [one for one in slots(book, i, 99) if one.latest == slot.latest]
        assert rerun, (problem.name, i, slot)


def test_spare_minutes_can_be_used_up_and_not_one_more():
    used = 0
    for problem, variant, book, i, slot in offered(range(120)):
        if slot.later or len(slot.workers) > 1 or book.linked(i) or slot.risk.spare_minutes > 400:
            continue
        after = take(book, i, slot)
        at = next(p for p, stop in enumerate(after.stops[after.slots[i][0]]) if stop.visit == i)
        if at + 1 < len(after.stops[after.slots[i][0]]):
            continue  # those behind it start later then; the last stop shows the sum plainly
        for more, ok in ((slot.risk.spare_minutes, True), (slot.risk.spare_minutes + 1, False)):
            visits = list(problem.visits)
            visits[i] = replace(visits[i], service_minutes=visits[i].service_minutes + more)
            longer = replace(problem, visits=tuple(visits))
            assert ("shift_end" not in broken(longer, after.routes(), variant)) is ok
        used += 1
    assert used > 20


def test_the_cheapest_comes_first_and_no_worker_twice_a_half_day():
    for seed in range(40):
        problem, variant, routes = planned(seed, leave_out=0.6)
        book = Book(problem, routes, variant)
        for i in sorted(set(range(len(problem.visits))) - set(book.start)):
            found = slots(book, i)
            assert [one.cost for one in found] == sorted(one.cost for one in found)
            assert len({(one.workers, one.start // (DAY // 2)) for one in found}) == len(found)


@pytest.fixture
def half_full():
    """One worker, a visit in the morning of the first day, and a new one to be placed."""
    problem = make_problem([make_visit()], [make_worker(shifts=(Shift(0, 480, 720), Shift(1, 480, 1020)))])
    after = forked(problem, [NewVisit(make_visit(deadline_day=0), (20, 20))])
    return Book(after, [Route(0, 0, (Stop(0, 560),))], "full")


def test_a_new_visit_gets_slots_with_cost_and_risk(half_full):
    first, second = slots(half_full, 1)
    assert (first.start, first.cost, first.risk.spare_minutes, first.later) == (640, 200, 0, ())
    assert (second.day, second.risk.late_days, second.risk.spare_minutes) == (1, 1, 440)


def test_days_and_number_of_slots_can_be_limited(half_full):
    assert [one.day for one in slots(half_full, 1, 1)] == [0]
    assert [one.day for one in slots(half_full, 1, days=[1])] == [1]
    assert slots(half_full, 1, days=[7]) == []


def test_a_question_can_be_stopped(half_full):
    assert slots(half_full, 1, should_stop=lambda: True) == []


def test_a_slot_that_is_gone_is_refused(half_full):
    slot = slots(half_full, 1)[0]
    later = half_full.copy()
    later.restart(0, 580)
    with pytest.raises(ValueError, match="no longer open"):
        take(later, 1, slot)
