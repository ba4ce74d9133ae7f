"""Shares the parts of a problem among processes, one part a task, and stops them all when told to."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from typing import Any, NamedTuple

from scheduler.engine.budget import Budget
from scheduler.engine.levels import Tell, solve_part_by_levels, tell_nobody
from scheduler.engine.part import PartResult, PartSolver, Role
from scheduler.problem import Problem, Variant
from scheduler.score import score

BEAT_SECONDS = 0.2
_STOP: list[Any] = []


class Task(NamedTuple):
    """One part to solve: its place in the list of parts, its limits, and which side of it to mind."""

    at: int
    problem: Problem
    variant: Variant
    seed: int
    seconds: float
    work: int | None
    ends_at: float
    role: Role = "all"


def solve_together(
    tasks: Sequence[Task], workers: int, should_stop: Callable[[], bool]
) -> Iterator[tuple[int, PartResult]]:
    """Results of the tasks as they come; the largest should come first in `tasks`."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(stop,)) as pool:
        # Processes begun here never hear an interrupt: this one does, and tells them.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        waiting: dict[Future[PartResult], int] = {pool.submit(solve_task, task): task.at for task in tasks}
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        while waiting:
            done, _ = wait(waiting, timeout=BEAT_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()
            if should_stop():
                stop.set()


def _begin(stop: Any) -> None:
    _STOP[:] = [stop]


def solve_task(task: Task) -> PartResult:
    """Solve one part from the start, in whatever process this is."""
    stop = _STOP[0].is_set if _STOP else None
    budget = Budget(task.seconds, task.work, stop).cut(task.ends_at)
    if task.variant == "levels":
        return solve_levels(task.problem, task.seed, budget)
    solver = PartSolver(task.problem, task.variant, task.seed, task.role)
    solver.improve(budget, lambda: None)
    return solver.result()


def solve_levels(problem: Problem, seed: int, budget: Budget, tell: Tell = tell_nobody) -> PartResult:
    """Solve one part by levels; what counts is the bound of each level, that of the weighted sum is for the curve."""
    routes, levels, bound = solve_part_by_levels(problem, seed, budget, tell)
    return PartResult(routes, score(problem, routes, "full").objective, bound, 0, levels)
