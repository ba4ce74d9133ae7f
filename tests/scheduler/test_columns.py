"""What the search over routes promises: even shares bound the staff of a home, dives keep rules, two searches join."""

import pytest

from scheduler.check import check
from scheduler.engine.budget import Budget
from scheduler.engine.columns.dive import dive
from scheduler.engine.columns.generate import safe_integer
from scheduler.engine.columns.timing import as_routes
from scheduler.engine.fleet import Task, solve_task
from scheduler.engine.part import PartSolver
from scheduler.instance import parse_instance
from scheduler.problem import Weights
from scheduler.score import score
from scheduler.solve import _Run
from tests.scheduler.brute import optimum
from tests.scheduler.conftest import make_problem, make_visit, make_worker
from tools.bench.instance import make_instance

EXTRA = 1000


def relaxed(problem):
    """A solver of the problem as one part, its relaxation solved to the end."""
    solver = PartSolver(problem, "full", 1)
    solver._relax(Budget(60, work=1000))
    assert solver.generation.converged
    return solver


@pytest.mark.parametrize(
    ("trades", "further"),
    [
        ([{"locksmith", "glazier"}], 0),
        ([{"locksmith"}, {"glazier"}], 1),
        ([{"locksmith", "glazier"}, {"glazier"}], 0),
    ],
)
def test_the_relaxation_knows_how_many_workers_a_home_needs(trades, further):
    visits = [make_visit(home=0, trade="locksmith"), make_visit(home=0, trade="glazier")]
    workers = [make_worker(trades=frozenset(some)) for some in trades]
    free, priced = (make_problem(visits, workers, weights=Weights(0, extra, 0)) for extra in (0, EXTRA))
    bound = safe_integer(relaxed(priced).generation.bound)
    assert bound == optimum(priced, "full")
    assert bound <= optimum(free, "full") + EXTRA * further


@pytest.fixture(scope="module")
def town():
    problem = parse_instance(make_instance(24, 7, ("G1",), 3))
    return problem, relaxed(problem)


def test_a_dive_ends_in_a_plan_that_breaks_no_rule(town):
    problem, solver = town
    routes = as_routes(solver.compiled, dive(solver.generation, Budget(60, work=1000)))
    assert check(problem, routes, "full") == []
    assert score(problem, routes, "full").unassigned <= len(problem.visits) // 8


def test_a_dive_without_time_leaves_the_relaxation_as_it_was(town):
    _, solver = town
    assert dive(solver.generation, Budget(0)) == []
    assert dive(solver.generation, Budget(60, work=1000)) != []


def test_a_second_search_keeps_to_plans():
    problem = parse_instance(make_instance(64, 14, ("G1",), 3))
    found = solve_task(Task(0, problem, "full", 7, 60, 3, Budget(60).ends_at(), "plan"))
    start = PartSolver(problem, "full", 7)
    assert check(problem, found.routes, "full") == []
    assert found.cost < start.cost()
    assert found.bound == start.bound


def test_of_two_searches_in_a_part_the_better_plan_and_the_higher_bound_stay(town):
    run = _Run(town[0], "full", 1, Budget(60, work=10), None)
    at = len(run.results) - 1
    first = run.results[at]
    run.take(at, first._replace(cost=first.cost - 5, bound=first.bound + 9))
    run.take(at, first._replace(cost=first.cost - 7))
    run.take(at, first)
    assert (run.results[at].cost, run.results[at].bound) == (first.cost - 7, first.bound + 9)


def test_a_run_in_another_process_ends_when_the_whole_does():
    late = Budget(60)
    late.began -= 70
    assert Budget(60).cut(late.ends_at()).over()
    assert not Budget(60).cut(Budget(50).ends_at()).over()


class GivesUp:
    """A linear solver that gives up as long as it is asked in the usual way, and notes how it is asked."""

    def __init__(self, lp, usual):
        self.lp, self.usual, self.settings, self.milliseconds = lp, usual, [], []

    def __getattr__(self, name):
        return getattr(self.lp, name)

    def SetTimeLimit(self, milliseconds):
        self.milliseconds.append(milliseconds)

    def SetSolverSpecificParametersAsString(self, text):
        self.settings.append(text)
        return self.lp.SetSolverSpecificParametersAsString(text)

    def Solve(self):
        return self.usual if "use_scaling: true" in self.settings[-1] else self.lp.Solve()


@pytest.mark.parametrize("status", ["ABNORMAL", "UNBOUNDED", "NOT_SOLVED"])
def test_a_linear_solver_that_gives_up_is_asked_again_without_scaling(status):
    master = relaxed(make_problem([make_visit()], [make_worker()])).generation.master
    value, lp = master.solve(), master.lp
    master.lp = GivesUp(lp, getattr(lp, status))
    assert master.solve() == pytest.approx(value)
    assert ["use_scaling: false" in text for text in master.lp.settings] == [False, True]


@pytest.mark.parametrize("budget", [Budget(60), Budget(60, work=3)])
def test_no_call_of_the_linear_solver_is_without_an_end(budget):
    solver = relaxed(make_problem([make_visit()], [make_worker()]))
    solver.compiled.meter = budget.meter
    master = solver.generation.master
    master.lp = GivesUp(master.lp, master.lp.ABNORMAL)
    master.solve()
    assert all("max_number_of_iterations: " in text for text in master.lp.settings)
    assert all(0 < many <= 60_000 for many in master.lp.milliseconds)
    assert bool(master.lp.milliseconds) == (budget.work is None)
