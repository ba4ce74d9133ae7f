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
from tools.bench.instance import make_instance

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
