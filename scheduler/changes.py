"""Changes of a problem as values: each makes a fork with its one difference and leaves the problem as it was.

Positions never shift: a new worker or visit comes last, and lost time leaves an empty shift behind, so that the
routes of a plan keep their meaning in every fork.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from scheduler.problem import Matrix, Problem, Shift, TimeWindow, Visit, Worker


@dataclass(frozen=True, slots=True)
class NewWorker:
    """One more worker; `minutes` from the new base to each visit, the same back."""

    worker: Worker
    minutes: tuple[int, ...]

    def apply(self, problem: Problem) -> Problem:
        """The problem with this worker as its last one; raises ValueError where `minutes` does not fit."""
        visits, bases = len(problem.visits), len(problem.workers)
        if len(self.minutes) != visits:
            raise ValueError(f"minutes has {len(self.minutes)} entries, but there are {visits} visits")
        row = np.array([*self.minutes, *[0] * bases], dtype=np.int32)
        travel = _bordered(problem.travel, visits + bases, row, row)
        return replace(problem, workers=(*problem.workers, self.worker), travel=travel)


@dataclass(frozen=True, slots=True)
class NewVisit:
    """One more visit; `minutes` to it from each visit, then from each base, the same back."""

    visit: Visit
    minutes: tuple[int, ...]

    def apply(self, problem: Problem) -> Problem:
        """The problem with this visit as its last one; raises ValueError where `minutes` does not fit."""
        size = len(problem.visits) + len(problem.workers)
        if len(self.minutes) != size:
            raise ValueError(f"minutes has {len(self.minutes)} entries, but visits and bases make {size}")
        row = np.array(self.minutes, dtype=np.int32)
        travel = _bordered(problem.travel, len(problem.visits), row, row)
        return replace(problem, visits=(*problem.visits, self.visit), travel=travel)


@dataclass(frozen=True, slots=True)
class Away:
    """A worker who cannot come on these days, on the first of them from `since` (a minute of the day) on."""

    worker: int
    days: tuple[int, ...]
    since: int = 0

    def apply(self, problem: Problem) -> Problem:
        """The problem without that time; shifts keep their positions, emptied ones have no minute left."""
        return _with_worker(problem, self.worker, self._without)

    def _without(self, worker: Worker) -> Worker:
        return replace(worker, shifts=tuple(map(self._cut, worker.shifts)))

    def _cut(self, shift: Shift) -> Shift:
        if shift.day not in self.days:
            return shift
        since = self.since if shift.day == min(self.days) else 0
        closes = max(shift.opens, min(shift.closes, since))
        return replace(shift, closes=closes, overtime_minutes=0)


@dataclass(frozen=True, slots=True)
class Declined:
    """Workers of a contractor who has declined these visits."""

    workers: tuple[int, ...]
    visits: tuple[int, ...]

    def apply(self, problem: Problem) -> Problem:
        """The problem in which they may not make these visits; a pin on them is lifted."""
        return _with_visits(problem, self.visits, self._refused)

    def _refused(self, visit: Visit) -> Visit:
        kept = visit.pinned if visit.pinned is None or visit.pinned.worker not in self.workers else None
        return replace(visit, excluded_workers=visit.excluded_workers | frozenset(self.workers), pinned=kept)


@dataclass(frozen=True, slots=True)
class Cleared:
    """A worker whose checks become valid for one visit on one day."""

    worker: int
    visit: int
    day: int

    def apply(self, problem: Problem) -> Problem:
        """The problem in which that day is no longer barred."""
        return _with_visits(problem, [self.visit], self._cleared)

    def _cleared(self, visit: Visit) -> Visit:
        rest = visit.uncleared.get(self.worker, frozenset()) - {self.day}
        return replace(visit, uncleared={**visit.uncleared, self.worker: rest})


@dataclass(frozen=True, slots=True)
class WiderWindow:
    """Further possible starts of a visit on one day, from `earliest` to `latest`, both included."""

    visit: int
    day: int
    earliest: int
    latest: int

    def apply(self, problem: Problem) -> Problem:
        """The problem with this window beside the others; within the deadline also where that alone counts."""
        return _with_visits(problem, [self.visit], self._widened)

    def _widened(self, visit: Visit) -> Visit:
        more = TimeWindow(self.day, self.earliest, self.latest)
        timely = (*visit.windows, more) if self.day <= visit.deadline_day else visit.windows
        return replace(visit, windows=timely, windows_late=(*visit.windows_late, more))


@dataclass(frozen=True, slots=True)
class LongerShift:
    """A shift that may end `minutes` later: further overtime, or a later end where overtime does not count."""

    worker: int
    shift: int
    minutes: int
    as_overtime: bool = True

    def apply(self, problem: Problem) -> Problem:
        """The problem with the longer shift."""
        return _with_worker(problem, self.worker, self._longer)

    def _longer(self, worker: Worker) -> Worker:
        shifts = list(worker.shifts)
        old = shifts[self.shift]
        if self.as_overtime:
            shifts[self.shift] = replace(old, overtime_minutes=old.overtime_minutes + self.minutes)
        else:
            shifts[self.shift] = replace(old, closes=old.closes + self.minutes)
        return replace(worker, shifts=tuple(shifts))


Change = NewWorker | NewVisit | Away | Declined | Cleared | WiderWindow | LongerShift


def forked(problem: Problem, changes: Iterable[Change]) -> Problem:
    """The problem after these changes, one after another; the one given stays untouched.

    Raises ValueError where a change names a worker, visit or shift that is not there.
    """
    return reduce(lambda fork, change: change.apply(fork), changes, problem)


def described(change: Change) -> dict[str, Any]:
    """A change as plain JSON data, its kind first; sets become sorted lists, travel times of new places are left out."""
    values = {"kind": type(change).__name__}
    for one in fields(change):
        if one.name != "minutes" or isinstance(change, LongerShift):
            values[one.name] = _plain(getattr(change, one.name))
    return values


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def _with_worker(problem: Problem, k: int, change: Callable[[Worker], Worker]) -> Problem:
    if not 0 <= k < len(problem.workers):
        raise ValueError(f"worker {k} is not there; workers are 0 to {len(problem.workers) - 1}")
    workers = list(problem.workers)
    workers[k] = change(workers[k])
    return replace(problem, workers=tuple(workers))


def _with_visits(problem: Problem, which: Sequence[int], change: Callable[[Visit], Visit]) -> Problem:
    visits = list(problem.visits)
    for i in which:
        if not 0 <= i < len(visits):
            raise ValueError(f"visit {i} is not there; visits are 0 to {len(visits) - 1}")
        visits[i] = change(visits[i])
    return replace(problem, visits=tuple(visits))


def _bordered(travel: Matrix, at: int, row: Matrix, column: Matrix) -> Matrix:
    """The matrix with one more place at position `at`."""
    wider = np.insert(np.insert(travel, at, row, axis=0), at, np.insert(column, at, 0), axis=1)
    return np.ascontiguousarray(wider, dtype=np.int32)
