"""What ties of crews and of visits that must follow soon say, and that no plan which keeps the rules breaks them."""

from dataclasses import replace

import pytest

from scheduler.engine.arrays import Compiled
from scheduler.engine.columns.pool import Pool
from scheduler.engine.columns.ties import Tie, broken, terms
from scheduler.problem import DAY, Precedence
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
    for i, tau, value, worker in terms(compiled, tie):
        for column in columns:
            if i in column.visits and column.starts[column.visits.index(i)] <= tau:
                total += value * (worker in {-1, compiled.net.worker[column.shift]})
    return total


@pytest.mark.parametrize(
    ("second", "tau"),
    [((2, (0,), (540,)), 539), ((3, (0,), (DAY + 500,)), DAY - 1), ((2, (0,), (500,)), None)],
)
def test_a_crew_starts_together(compiled, second, tau):
    columns = plan(compiled, (0, (0,), (500,)), second)
    found = broken(compiled, columns, ())
    assert found == ([] if tau is None else [Tie(0, tau, k, -1, -1) for k in (0, 1)])
    assert all(used(compiled, tie, columns) > 0 for tie in found if tie.worker == 0)
    assert broken(compiled, columns, found) == []


@pytest.mark.parametrize(("start", "kept"), [(590, True), (591, False)])
def test_a_visit_follows_soon_enough(compiled, start, kept):
    columns = plan(compiled, (0, (0, 1), (500, start)), (2, (0,), (500,)))
    found = broken(compiled, columns, ())
    assert found == ([] if kept else [Tie(0, 500, -1, 1, start - 1)])
    assert all(used(compiled, tie, columns) > 0 for tie in found)


def test_a_visit_without_a_place_need_not_follow(compiled):
    columns = plan(compiled, (0, (0,), (500,)), (2, (0,), (500,)))
    assert broken(compiled, columns, ()) == []
    assert used(compiled, Tie(0, 500, -1, 1, 590), columns) <= 0
