"""What ties of crews and of visits that must follow soon say, and that no plan which keeps the rules breaks them."""

from dataclasses import replace

import pytest

from scheduler.engine.arrays import Compiled
from scheduler.engine.budget import Budget
from scheduler.engine.columns.generate import Generation
from scheduler.engine.columns.pool import Pool, Rows, Tie
from scheduler.engine.columns.ties import MOST, broken, loose, terms
from scheduler.problem import DAY, Precedence, Published, Weights
from scheduler.solve import solve
from tests.scheduler.conftest import make_problem, make_visit, make_worker

# Shifts 0 and 1 are days 0 and 1 of the first worker, 2 and 3 those of the second.


@pytest.fixture
def compiled():
    """A visit for two, and one that follows within half an hour of its end."""
    problem = make_problem([make_visit(crew=2), make_visit()], [make_worker(), make_worker()])
    return Compiled(replace(problem, precedences=(Precedence(0, 1, 0, 30),)), "full")


def plan(compiled, *routes):
    pool = Pool(compiled)
    return [pool.columns[pool.number(*route)] for route in routes]


def used(compiled, tie, columns):
    """What a plan counts in the row of a tie; more than 0 breaks it."""
    total = -float(tie.after >= 0 and all(tie.after not in c.visits for c in columns))
    for term in terms(compiled, tie):
        for column in columns:
            if term.visit in column.visits:
                start = column.starts[column.visits.index(term.visit)]
                total += term.value * term.counts(start, compiled.net.worker[column.shift])
    return total


@pytest.mark.parametrize(
    ("second", "tau"),
    [((2, (0,), (540,)), 539), ((3, (0,), (DAY + 500,)), DAY - 1), ((2, (0,), (500,)), None)],
)
def test_a_crew_starts_together(compiled, second, tau):
    columns = plan(compiled, (0, (0,), (500,)), second)
    found = broken(compiled, columns, ())
    assert found == ([] if tau is None else [Tie(0, -1, tau, k, -1, -1) for k in (0, 1)])
    assert all(used(compiled, tie, columns) > 0 for tie in found if tie.worker == 0)
    assert broken(compiled, columns, found) == []


@pytest.mark.parametrize(("start", "kept"), [(590, True), (591, False)])
def test_a_visit_follows_soon_enough(compiled, start, kept):
    columns = plan(compiled, (0, (0, 1), (500, start)), (2, (0,), (500,)))
    found = broken(compiled, columns, ())
    assert found == ([] if kept else [Tie(0, -1, 500, -1, 1, start - 1)])
    assert all(used(compiled, tie, columns) > 0 for tie in found)


def test_a_visit_without_a_place_need_not_follow(compiled):
    columns = plan(compiled, (0, (0,), (500,)), (2, (0,), (500,)))
    assert broken(compiled, columns, ()) == []
    assert used(compiled, Tie(0, -1, 500, -1, 1, 590), columns) <= 0


def test_the_relaxation_lets_no_worker_come_alone_where_two_must():
    """One works on the first day only, the other on the second: half of each would seem to do."""
    apart = [make_worker(shifts=(make_worker().shifts[d],)) for d in (0, 1)]
    generation = Generation(Compiled(make_problem([make_visit(crew=2)], apart), "full"))
    left_out = generation.compiled.true_ucost(0)
    assert generation.run(Budget(60.0), 10**9)
    assert generation.bound == pytest.approx(left_out, abs=0.01)


def test_ties_of_a_mix_are_those_that_whole_plans_keep(compiled):
    apart = plan(compiled, (0, (0,), (500,)), (2, (0,), (540,)), (2, (0,), (500,)))
    found = loose(compiled, [(apart[0], 1.0), (apart[1], 0.9), (apart[2], 0.1)], [0.0, 1.0], ())
    assert {(tie.visit, tie.worker) for tie in found} == {(0, 0), (0, 1)}
    assert all(used(compiled, tie, [apart[0], apart[2]]) <= 0 for tie in found)
    assert any(used(compiled, tie, apart[:2]) > 0 for tie in found)
    rows = Rows(compiled)
    assert rows.tie(found)
    assert not rows.tie(found)
    many = [Tie(0, at, at + 1, k, -1, -1) for at in range(MOST) for k in (0, 1)]
    assert loose(compiled, [(apart[0], 1.0), (apart[1], 0.9), (apart[2], 0.1)], [0.0, 1.0], many) == []


def test_a_crew_with_the_published_worker_has_not_moved():
    problem = make_problem([make_visit(crew=2)], [make_worker(), make_worker()])
    told = replace(problem, published={0: Published(1, 600)}, weights=Weights(cost_per_move=700))
    plan = solve(told, "full", work=10)
    assert plan.score.moves == 0
    assert plan.lower_bound == plan.objective
    generation = Generation(Compiled(told, "full"))
    assert generation.run(Budget(60.0), 10**9)
    assert generation.bound <= plan.objective


def test_a_move_is_forgiven_at_the_published_minute_alone():
    problem = make_problem([make_visit()], [make_worker()])
    told = replace(problem, published={0: Published(0, 600)}, weights=Weights(cost_per_move=700))
    pool = Pool(Compiled(told, "full"))
    moved, kept = (pool.columns[pool.number(0, (0,), (start,))].cost for start in (599, 600))
    assert moved - kept == 700
    generation = Generation(pool.compiled)
    assert generation.run(Budget(60.0), 10**9)
    assert generation.bound == pytest.approx(kept, abs=0.01)
    for start in (599, 600):
        column = generation.pool.columns[generation.pool.number(0, (0,), (start,))]
        assert generation.reduced(column) == pytest.approx(column.cost - kept, abs=0.01)
