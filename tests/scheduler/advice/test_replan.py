"""Planning again: nothing moves without a change, only what must moves, at most so many, frozen ones never."""

import random

import pytest

from scheduler.advice.moving.replan import Wish, replan
from scheduler.advice.timetable.book import Book
from scheduler.changes import Away, Declined, NewVisit, NewWorker, WiderWindow, forked
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Precedence, Shift, TimeWindow
from scheduler.score import score
from tests.scheduler.advice.plans import broken, planned
from tests.scheduler.conftest import make_problem, make_visit, make_worker


def some_change(rng, problem):
    worker, visit = rng.randrange(len(problem.workers)), rng.randrange(len(problem.visits))
    return rng.choice(
        [
            Away(worker, tuple(range(problem.days))),
            Away(worker, (0,), 600),
            Declined((worker,), (visit,)),
            WiderWindow(visit, 0, 480, 900),
            NewWorker(
                problem.workers[worker], tuple(int(m) for m in problem.travel[0, : len(problem.visits)])
            ),
        ]
    )


def test_no_change_moves_nothing():
    for seed in range(80):
        problem, variant, routes = planned(seed)
        same = replan(problem, routes, problem, variant, Wish(price=0))
        assert (same.routes, same.moves, same.added) == (Book(problem, routes, variant).routes(), (), ())


def test_every_wish_is_kept_after_any_change():
    seen = {"must": 0, "added": 0, "free": 0}
    for seed in range(500):
        problem, variant, routes = planned(seed, leave_out=0.1)
        rng = random.Random(seed)
        after = forked(problem, [some_change(rng, problem)])
        wish = Wish(
            fixed_until=rng.choice([0, 0, 700]),
            order_until=rng.choice([0, 0, DAY]),
            most_moves=rng.choice([None, 0, 1, 2]),
            price=rng.choice([None, 0, 100, 1000]),
        )
        made = replan(problem, routes, after, variant, wish)
        assert not broken(after, made.routes, variant), problem.name
        must = sum(move.must for move in made.moves)
        if wish.most_moves is not None:
            assert len(made.moves) <= max(wish.most_moves, must), problem.name
        free = [move for move in made.moves if not move.must]
        assert all(move.before[1] >= wish.fixed_until for move in free)
        assert all(move.after[0] == move.before[0] for move in free if move.before[1] < wish.order_until)
        assert not {move.visit for move in made.moves} & set(made.added)
        seen = {
            "must": seen["must"] + must,
            "added": seen["added"] + len(made.added),
            "free": seen["free"] + len(free),
        }
    assert seen["must"] > 60
    assert seen["added"] > 10
    assert seen["free"] > 0


def pair(**changes):
    """Two visits in the morning of worker 0; worker 1 is free."""
    problem = make_problem([make_visit(), make_visit()], [make_worker(), make_worker()], **changes)
    return problem, [Route(0, 0, (Stop(0, 500), Stop(1, 580)))]


def test_only_the_visits_of_a_sick_worker_move():
    problem, routes = pair()
    routes = [*routes[:0], Route(0, 0, (Stop(0, 500),)), Route(1, 0, (Stop(1, 500),))]
    made = replan(problem, routes, forked(problem, [Away(0, (0,))]))
    assert [(move.visit, move.must) for move in made.moves] == [(0, True)]
    assert all(move.after is not None for move in made.moves)


def test_whoever_falls_ill_at_ten_keeps_what_is_over_by_then():
    problem, routes = pair()
    made = replan(problem, routes, forked(problem, [Away(0, (0,), 600)]))
    assert [move.visit for move in made.moves] == [1]


def test_a_declined_visit_goes_to_somebody_else():
    problem, routes = pair()
    made = replan(problem, routes, forked(problem, [Declined((0,), (1,))]))
    ((move),) = made.moves
    assert (move.visit, move.after[0]) == (1, (1,))


def test_a_new_helper_takes_over_only_where_it_saves_more_than_the_price():
    visits = [make_visit(home=0), make_visit(home=1)]
    problem = make_problem(visits, [make_worker(), make_worker()], travel=30)
    routes = [Route(0, 0, (Stop(0, 510), Stop(1, 600)))]
    near = NewWorker(make_worker(cost_per_shift_used=0, cost_per_travel_minute=0), (1, 1))
    after = forked(problem, [near])
    kept = replan(problem, routes, after)
    assert kept.moves == ()
    assert kept.avoided[0].saving == 300
    dear = replan(problem, routes, after, wish=Wish(price=5000))
    assert dear.moves == ()
    cheap = replan(problem, routes, after, wish=Wish(price=100))
    assert {move.visit for move in cheap.moves} == {0, 1}
    one = replan(problem, routes, after, wish=Wish(price=100, most_moves=1))
    assert len(one.moves) == 1
    assert score(after, cheap.routes, "full").objective < score(after, one.routes, "full").objective


def test_fixed_visits_stay_while_free_ones_make_room():
    window = (TimeWindow(0, 480, 520),)
    urgent = make_visit(unassigned_penalty=90000, windows_late=window)
    shifts = (Shift(0, 480, 1020),)
    problem = make_problem([make_visit()], [make_worker(shifts=shifts)])
    after = forked(problem, [NewVisit(urgent, (20, 20))])
    routes = [Route(0, 0, (Stop(0, 500),))]
    free = replan(problem, routes, after)
    assert free.added == (1,)
    assert [(move.visit, move.must) for move in free.moves] == [(0, False)]
    fixed = replan(problem, routes, after, wish=Wish(fixed_until=DAY))
    assert (fixed.added, fixed.moves) == ((), ())
    ordered = replan(problem, routes, after, wish=Wish(order_until=DAY))
    assert (ordered.added, ordered.moves[0].after[0]) == ((1,), (0,))


def test_an_urgent_visit_takes_a_place_and_the_other_gets_a_new_one():
    problem = make_problem([make_visit()], [make_worker(shifts=(Shift(0, 480, 590), Shift(1, 480, 1020)))])
    urgent = make_visit(unassigned_penalty=90000, windows_late=(TimeWindow(0, 480, 960),))
    after = forked(problem, [NewVisit(urgent, (20, 20))])
    made = replan(problem, [Route(0, 0, (Stop(0, 500),))], after)
    assert made.added == (1,)
    assert [(move.visit, move.after[1] // DAY) for move in made.moves] == [(0, 1)]
    none = replan(problem, [Route(0, 0, (Stop(0, 500),))], after, wish=Wish(most_moves=0))
    assert (none.added, none.moves) == ((), ())


def test_a_follower_moves_with_its_predecessor_only_if_it_must():
    problem, routes = pair(precedences=(Precedence(0, 1),))
    routes = [Route(0, 0, (Stop(0, 500),)), Route(1, 1, (Stop(1, DAY + 500),))]
    stays = replan(problem, routes, forked(problem, [Away(0, (0,), 0)]))
    assert [move.visit for move in stays.moves] == [0]
    both = replan(problem, routes, forked(problem, [Away(0, (0, 1)), Away(1, (0,))]))
    assert {move.visit for move in both.moves} == {0, 1}
    assert all(move.after is not None for move in both.moves)


def test_companions_of_a_day_go_to_another_day_together():
    problem, _ = pair(same_day=((0, 1),))
    routes = [Route(0, 0, (Stop(0, 500),)), Route(1, 0, (Stop(1, 500),))]
    made = replan(problem, routes, forked(problem, [Away(0, (0,)), Away(1, (0,), 560)]))
    assert {move.after[1] // DAY for move in made.moves} == {1}
    assert len(made.moves) == 2


def test_more_forced_moves_than_allowed_are_reported():
    problem, routes = pair()
    made = replan(problem, routes, forked(problem, [Away(0, (0, 1))]), wish=Wish(most_moves=1))
    assert len(made.moves) == 2
    assert not made.within_limit


@pytest.mark.parametrize("variant", ["common", "full"])
def test_a_stopped_replan_keeps_every_rule(variant):
    problem, routes = pair()
    after = forked(problem, [Away(0, (0,))])
    made = replan(problem, routes, after, variant, should_stop=lambda: True)
    assert made.stopped
    assert not broken(after, made.routes, variant)


def test_asking_changes_neither_problem_nor_plan():
    problem, routes = pair()
    before = problem.input_hash()
    replan(problem, routes, forked(problem, [Away(0, (0, 1))]))
    assert problem.input_hash() == before
    assert routes == [Route(0, 0, (Stop(0, 500), Stop(1, 580)))]
