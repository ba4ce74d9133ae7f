"""Takes a problem and gives a plan with its proof: anytime, reproducible, checked before anyone sees it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from scheduler.advice.answers.reasons import reasons
from scheduler.check import check
from scheduler.engine.budget import Budget
from scheduler.engine.fleet import Task, solve_levels, solve_together
from scheduler.engine.levels import UNPROVEN, Told
from scheduler.engine.part import MOST_PROOF, PartResult, PartSolver
from scheduler.engine.parts import Part, in_variant, restrict, split, widen
from scheduler.plan import Level, Plan, Progress, Route, Status
from scheduler.problem import Problem, Variant
from scheduler.score import score

SPARE = 0.1  # share of the time that every part gets where processes are fewer than parts
SECOND = 1000  # added to the seed of a second search in the same part
SMALL_SHARE = 0.2  # seconds a visit that a part may take before its share of the whole counts
LEAST_TOGETHER = 6.0  # seconds below which further processes would begin too late to be of use

OnProgress = Callable[[Progress], None]


class SolverError(RuntimeError):
    """The solver made a plan that the checker refuses: a defect of ours, never shown as a plan."""


def solve(
    problem: Problem,
    variant: Variant = "full",
    seconds: float = 10.0,
    seed: int = 1,
    workers: int = 1,
    work: int | None = None,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
    with_repairs: bool = True,
) -> Plan:
    """The best plan found within `seconds`, or within `work` steps, which does not depend on the clock.

    `workers` processes share the parts of the problem. `should_stop` is asked often; where it says yes the
    best plan so far comes back at once. Without repairs visits left out carry their answer alone, which takes a
    fraction of the time where many are left out. Raises ValueError for limits that make no sense.
    """
    if not math.isfinite(seconds) or seconds <= 0:
        raise ValueError(f"seconds must be more than 0, not {seconds}")
    if work is not None and work < 1:
        raise ValueError(f"work must be at least 1 step, not {work}")
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    run = _Run(problem, variant, seed, Budget(seconds, work, should_stop), on_progress)
    if workers > 1 and (work is not None or seconds >= LEAST_TOGETHER):
        run.improve_together(workers)
    elif variant == "levels":
        run.improve_by_levels()
    else:
        run.improve()
    return run.plan(workers, with_repairs=with_repairs)


class _Run:
    """One call of solve: the parts, their solvers, and what has been reported."""

    def __init__(
        self, problem: Problem, variant: Variant, seed: int, budget: Budget, on_progress: OnProgress | None
    ) -> None:
        self.problem, self.variant, self.seed, self.budget = problem, variant, seed, budget
        self.on_progress = on_progress
        self.curve: list[Progress] = []
        self.parts: list[Part] = split(problem, variant)
        seen = in_variant(problem, variant)
        self.problems = [restrict(seen, part) for part in self.parts]
        self.solvers = [PartSolver(one, variant, seed + a) for a, one in enumerate(self.problems)]
        self.results = [solver.result() for solver in self.solvers]
        self.report()

    def work_of(self, a: int) -> int | None:
        """Steps for one part, by its share of the visits."""
        if self.budget.work is None:
            return None
        return math.ceil(self.budget.work * len(self.parts[a].visits) / len(self.problem.visits))

    def improve(self) -> None:
        """Give each part its share of what is left, the small ones first, since they end early."""
        weights = [len(part.visits) ** 2 for part in self.parts]
        for a, solver in enumerate(self.solvers):
            if solver.proven():
                continue
            share = weights[a] / max(1, sum(weights[a:]))
            small = min(0.4, SMALL_SHARE * len(self.parts[a].visits) / max(0.1, self.budget.left()))
            limits = self.budget.share(self.budget.left() * max(share, small), self.work_of(a))
            solver.improve(limits, lambda a=a: self.note(a))  # type: ignore[misc]
            self.note(a)

    def improve_together(self, workers: int) -> None:
        """The same in several processes, of which this one takes the largest part."""
        open_parts = [
            a for a, solver in enumerate(self.solvers) if self.variant == "levels" or not solver.proven()
        ]
        weights = {a: len(self.parts[a].visits) ** 2 for a in open_parts}
        order = sorted(open_parts, key=lambda a: -weights[a])
        total, ends_at = sum(weights.values()), self.budget.ends_at()
        tasks = [
            Task(
                a,
                self.problems[a],
                self.variant,
                self.seed + a,
                self.budget.left() * min(1.0, workers * weights[a] / total + SPARE),
                self.work_of(a),
                ends_at,
            )
            for a in order
        ]
        if order and self.budget.work is None and self.variant != "levels":
            largest = tasks[0]
            if workers * weights[largest.at] > total and len(largest.problem.visits) > MOST_PROOF:
                # The others would wait for the largest part: once they are done, one looks for plans of it.
                tasks.append(largest._replace(role="plan", seed=self.seed + SECOND))
        if not tasks:
            return
        with ThreadPoolExecutor(1) as beside:
            others = beside.submit(self.elsewhere, tasks[1:], workers - 1)
            self.improve_here(tasks[0])
            for a, result in others.result():
                self.take(a, result)

    def elsewhere(self, tasks: Sequence[Task], workers: int) -> list[tuple[int, PartResult]]:
        """Results of tasks that other processes solve; none is begun where there is no task."""
        found: list[tuple[int, PartResult]] = []

        def enough() -> bool:
            last = tasks[-1]
            spare = last.role == "plan" and len(found) == len(tasks) - 1
            known = self.results[last.at]
            return self.budget.cancelled or self.budget.over() or (spare and known.bound >= known.cost)

        for one in solve_together(tasks, workers, enough) if tasks else ():
            found.append(one)  # noqa: PERF402 -- enough() looks at what is there meanwhile
        return found

    def improve_here(self, task: Task) -> None:
        """Solve one part in this process, which needs no start and can tell how far it is."""
        limits = self.budget.share(task.seconds, task.work)
        if self.variant == "levels":
            self.take(
                task.at,
                solve_levels(task.problem, task.seed, limits, lambda told: self.hear(task.at, told)),
            )
            return
        self.solvers[task.at].improve(limits, lambda: self.note(task.at))
        self.note(task.at)

    def improve_by_levels(self) -> None:
        """Each part by levels, one after another."""
        for a, problem in enumerate(self.problems):
            share = len(self.parts[a].visits) / sum(len(part.visits) for part in self.parts[a:])
            limits = self.budget.share(self.budget.left() * share, self.work_of(a))
            self.take(a, solve_levels(problem, self.seed + a, limits, lambda told, a=a: self.hear(a, told)))  # type: ignore[misc]

    def hear(self, a: int, told: Told) -> None:
        """Take over what is known in the middle of one part that is solved by levels, and report."""
        known = PartResult(told.routes, told.cost, max(told.bound, self.results[a].bound), 0)
        self.results[a] = known._replace(bound=min(known.bound, known.cost))
        self.report()

    def take(self, a: int, result: PartResult) -> None:
        """Take over what was found for one part elsewhere, and report; by levels the objective does not decide."""
        if self.variant == "levels":
            bound = max(self.results[a].bound, result.bound)
            self.results[a] = result._replace(bound=min(bound, result.cost))
        else:
            known = self.results[a]
            best, bound = min(result, known, key=lambda one: one.cost), max(result.bound, known.bound)
            self.results[a] = best._replace(bound=min(bound, best.cost))
        self.report()

    def note(self, a: int) -> None:
        """Take over what the solver of one part has, and report."""
        self.results[a] = self.solvers[a].result()
        self.report()

    def report(self) -> None:
        """Note cost and bound of the whole, and tell whoever listens."""
        cost = sum(one.cost for one in self.results)
        bound = max(0, sum(one.bound for one in self.results))
        if self.curve and (cost, bound) == (self.curve[-1].objective, self.curve[-1].lower_bound):
            return
        placed = {
            (a, stop.visit) for a, one in enumerate(self.results) for r in one.routes for stop in r.stops
        }
        point = Progress(round(self.budget.elapsed(), 3), cost, bound, len(self.problem.visits) - len(placed))
        self.curve.append(point)
        if self.on_progress is not None:
            self.on_progress(point)

    def plan(self, workers: int, *, with_repairs: bool) -> Plan:
        """The joined plan, checked, scored, with its reasons."""
        routes = sorted(
            route
            for part, one in zip(self.parts, self.results, strict=True)
            for route in widen(part, one.routes)
        )
        return finished(
            self.problem,
            self.variant,
            routes,
            sum(one.bound for one in self.results),
            seconds=self.budget.elapsed(),
            seed=self.seed,
            cancelled=self.budget.cancelled,
            settings={"seconds": self.budget.seconds, "work": self.budget.work, "workers": workers},
            curve=tuple(self.curve),
            levels=joined([one.levels for one in self.results]),
            with_repairs=with_repairs,
        )


def joined(levels: Sequence[tuple[Level, ...]]) -> tuple[Level, ...]:
    """Levels of all parts added up, which share nothing."""
    return tuple(
        Level(rows[0].name, sum(row.value for row in rows), sum(row.lower_bound for row in rows))
        for rows in zip(*levels, strict=True)
    )


def finished(
    problem: Problem,
    variant: Variant,
    routes: Sequence[Route],
    bound: int,
    *,
    seconds: float,
    seed: int,
    cancelled: bool,
    settings: dict[str, float | int | None],
    curve: tuple[Progress, ...] = (),
    levels: tuple[Level, ...] = (),
    with_repairs: bool = True,
) -> Plan:
    """A plan of these routes with score, status and reasons; raises SolverError where a rule is broken."""
    cost = score(problem, routes, variant)
    broken = check(problem, routes, variant)
    unmet = [one for one in broken if one.code in ("pinned", "most_moves", "predecessor", "same_day")]
    if len(unmet) < len(broken):
        raise SolverError("; ".join(f"{one.code}: {one.message}" for one in broken[:5]))
    proven = bound >= cost.objective
    if levels:
        proven = all(level.value == level.lower_bound for level in levels if level.name != UNPROVEN)
    status = Status.OPTIMAL if proven else Status.CANCELLED if cancelled else Status.FEASIBLE
    if unmet:
        status = Status.INFEASIBLE
    return Plan(
        variant=variant,
        status=status,
        routes=tuple(routes),
        score=cost,
        lower_bound=None if unmet or levels else max(0, min(bound, cost.objective)),
        unassigned=reasons(problem, routes, variant, proven, with_repairs=with_repairs),
        seconds=seconds,
        seed=seed,
        input_hash=problem.input_hash(),
        settings={**settings, "unmet": [one.message for one in unmet]} if unmet else settings,
        curve=curve,
        levels=levels,
    )
