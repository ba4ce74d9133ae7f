"""What subset rows promise: no plan breaks them, prices with them are exact, and the bound stays below every plan."""

import random

import numpy as np
import pytest

from scheduler.engine.arrays import Compiled
from scheduler.engine.budget import Budget
from scheduler.engine.columns.generate import EPSILON, Generation, safe_integer
from scheduler.engine.columns.pool import Column
from scheduler.engine.cuts.subsets import SubsetRows
from scheduler.engine.cuts.tighten import Tightened
from scheduler.engine.part import PartSolver
from scheduler.engine.parts import in_variant, restrict, split
from scheduler.instance import parse_instance
from tools.bench.instance import make_instance

FOREVER = 10**9


def largest_part(visits, workers, places, seed):
    problem = parse_instance(make_instance(visits, workers, places, seed))
    return restrict(in_variant(problem, "common"), split(problem, "common")[-1])


@pytest.fixture(scope="module", params=[5, 6])
def tight(request):
    """A relaxation with subset rows, and the part solved to the end by rows of visits and shifts alone."""
    problem = largest_part(36, 6, ("G1", "F1"), request.param)
    solver = PartSolver(problem, "common", 1)
    solver.generation = Generation(solver.compiled)
    solver.improve(Budget(60, work=600), lambda: None)
    tightened = Tightened(Compiled(problem, "common"))
    tightened.run(Budget(60, work=1000), FOREVER)
    return solver, tightened


def test_the_bound_with_subset_rows_lies_between_the_plain_one_and_every_plan(tight):
    solver, tightened = tight
    plain = Generation(Compiled(solver.problem, "common"))
    plain.run(Budget(60, work=1000), FOREVER)
    assert safe_integer(plain.bound) <= safe_integer(tightened.bound) <= solver.cost()
    if solver.proven():
        assert tightened.bound <= solver.cost() + EPSILON


def test_routes_of_a_plan_break_no_subset_row(tight):
    solver, tightened = tight
    rows = tightened.subsets
    assert rows.subsets
    for column in solver.plan():
        for c, many in rows.held(column).items():
            assert many <= len(rows.subsets[c]) // 2
    met = [c for column in solver.plan() for c, many in rows.held(column).items() for _ in range(many)]
    assert all(met.count(c) <= len(rows.subsets[c]) // 2 for c in met)


def test_what_pricing_says_of_a_route_is_its_reduced_cost(tight):
    _, tightened = tight
    found = tightened.within(tightened.best_prices, 40.0, 50_000)
    assert found.routes
    for route, cost in zip(found.routes, found.costs, strict=True):
        column = Column(*route, tightened.pool.cost(*route))
        assert tightened.reduced(column) == pytest.approx(cost, abs=1e-4)


def test_no_route_known_is_missing_among_all_those_below_a_limit(tight):
    solver, tightened = tight
    limit = 40.0
    found = tightened.within(tightened.best_prices, limit, 50_000)
    sets = {(shift, frozenset(visits)) for shift, visits, _ in found.routes}
    known = [*tightened.pool.columns, *solver.generation.pool.columns]
    below = {(c.shift, frozenset(c.visits)) for c in known if tightened.reduced(c) < limit - 1e-4}
    assert below
    assert below <= sets


def test_no_known_route_would_improve_the_relaxation(tight):
    solver, tightened = tight
    known = [*tightened.pool.columns, *solver.generation.pool.columns]
    slack = tightened.value - tightened.bound
    assert min(tightened.reduced(c) for c in known) >= -slack - 1e-3


def test_a_route_counts_by_pairs_of_what_it_holds():
    rows = SubsetRows(5, 2)
    rows.add((0, 1, 2))
    rows.add((0, 1, 2, 3, 6))
    assert rows.held(Column(0, (0, 4), (), 0.0)) == {}
    assert rows.held(Column(0, (0, 1), (), 0.0)) == {0: 1, 1: 1}
    assert rows.held(Column(1, (0, 1, 2), (), 0.0)) == {0: 1, 1: 2}
    assert rows.held(Column(1, (3, 0), (), 0.0)) == {1: 1}


@pytest.mark.parametrize("seed", range(5))
def test_every_row_found_is_broken_by_the_mix_it_was_found_in(seed):
    chance = random.Random(seed)
    visits, shifts = 12, 4
    mix = [
        (Column(chance.randrange(shifts), tuple(chance.sample(range(visits), 3)), (), 0.0), 0.5)
        for _ in range(14)
    ]
    rows = SubsetRows(visits, shifts)
    found = rows.broken(mix)
    assert found
    for subset in found:
        rows.add(subset)
    filled = np.zeros(len(found))
    for column, share in mix:
        for c, many in rows.held(column).items():
            filled[c] += many * share
    assert all(filled[c] > len(subset) // 2 for c, subset in enumerate(rows.subsets))
