"""A time limit is kept wherever the search stands when it ends."""

import time

import pytest

from scheduler.engine.budget import Budget
from scheduler.engine.columns.integer import Limits
from scheduler.engine.cuts.tighten import relaxation
from scheduler.engine.incumbent import COLD
from scheduler.engine.neighbourhood import Neighbourhoods
from scheduler.engine.part import PartSolver
from scheduler.engine.warm import warm
from scheduler.instance import parse_instance
from scheduler.solve import solve
from tools.bench.instance import make_instance

WORK_SECONDS = (
    6.0  # of processor time, four times what it takes; without a meter it was more than half a minute
)
MARGIN_SECONDS = 0.5  # of processor time, of which a busy machine gives less and not more


@pytest.fixture(scope="module")
def problem():
    """One region with more visits than an integer master takes at once."""
    warm()
    return parse_instance(make_instance(90, 9, ("E7",), 5))


def searching(problem, variant):
    """A solver with a first plan of the part, and a search that cost it nothing yet."""
    solver = PartSolver(problem, variant, 1)
    solver.incumbent.run(2000, COLD * 30, COLD)
    solver.generation = relaxation(solver.compiled)
    return solver, Neighbourhoods(solver.compiled, solver.generation.pool, solver.generation.rows, 1)


@pytest.mark.parametrize("variant", ["common", "full"])
@pytest.mark.parametrize("seconds", [0.1, 0.6])
def test_a_neighbourhood_cut_short_ends_at_its_limit(problem, variant, seconds):
    solver, search = searching(problem, variant)
    began = time.process_time()
    search.improve(solver.plan(), 80, Budget(seconds), Limits(seconds), None)
    assert time.process_time() - began < seconds + MARGIN_SECONDS


def test_a_little_work_ends_soon_though_the_integer_masters_are_large():
    problem, began = parse_instance(make_instance(40, 4, ("E7",), 2)), time.process_time()
    until = began + WORK_SECONDS
    solve(problem, "levels", work=3, should_stop=lambda: time.process_time() > until)
    assert time.process_time() < until


def test_what_is_done_in_one_part_takes_no_work_from_another():
    whole = Budget(1.0, work=10)
    one, other = whole.share(1.0, 5), whole.share(1.0, 5)
    inside = one.part(one.left() / 2, one.work)
    one.meter.add(inside.left() + 0.01)
    assert inside.over()
    assert 0 < one.left() < other.left()
    assert not whole.over()
