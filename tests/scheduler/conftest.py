"""Small problems for the tests of the scheduler."""

from dataclasses import replace

import numpy as np
import pytest

from scheduler.problem import Problem, Shift, TimeWindow, Visit, Weights, Worker


def make_visit(**changes):
    window = (TimeWindow(0, 480, 960), TimeWindow(1, 480, 960))
    plain = Visit(
        home=0,
        trade="locksmith",
        region="E7",
        service_minutes=60,
        urgency=1,
        ready_day=0,
        deadline_day=1,
        windows=window,
        windows_late=window,
        unassigned_penalty=20000,
        late_penalty_per_day=2000,
    )
    return replace(plain, **changes)


def make_worker(**changes):
    shifts = (Shift(0, 480, 1020), Shift(1, 480, 1020))
    plain = Worker(frozenset({"locksmith"}), frozenset({"E7"}), 60, 10, 300, shifts)
    return replace(plain, **changes)


def make_problem(visits, workers, travel=20, **changes):
    """All places `travel` minutes apart."""
    size = len(visits) + len(workers)
    minutes = np.full((size, size), travel, dtype=np.int32)
    np.fill_diagonal(minutes, 0)
    weights = Weights(exposure_per_day=300, extra_worker_per_home=250)
    plain = Problem(days=2, visits=tuple(visits), workers=tuple(workers), travel=minutes, weights=weights)
    return replace(plain, **changes)


@pytest.fixture
def pair():
    """Two visits of one home, two workers who may make both."""
    return make_problem([make_visit(), make_visit()], [make_worker(), make_worker()])
