"""Problems of one or two visits, and the plan of one, for the tests of single rules."""

from scheduler.check import check
from scheduler.problem import Shift, TimeWindow
from scheduler.solve import solve
from tests.scheduler.conftest import make_problem, make_visit, make_worker

DAY_0, DAY_1 = (Shift(0, 480, 1020),), (Shift(1, 480, 1020),)
MORNING, NEXT_MORNING = (TimeWindow(0, 480, 600),), (TimeWindow(1, 480, 600),)


def one(visit=None, *workers, **changes):
    """One visit; workers as changes of the plain one."""
    return make_problem(
        [make_visit(**(visit or {}))], [make_worker(**row) for row in workers or [{}]], **changes
    )


def two(first=None, second=None, *workers, **changes):
    """Two visits of one home."""
    visits = [make_visit(**(first or {})), make_visit(**(second or {}))]
    return make_problem(visits, [make_worker(**row) for row in workers or [{}]], **changes)


def at(*windows):
    return {"windows": windows, "windows_late": windows}


EARLY, LATE = at(*MORNING), at(*NEXT_MORNING)


def made(problem):
    plan = solve(problem, "full", work=20)
    assert {v.code for v in check(problem, plan.routes, "full")} <= {"most_moves"}
    return plan
