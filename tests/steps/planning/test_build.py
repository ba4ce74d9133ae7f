"""The planner's problem is written by the clock on the wall, on days on which the clocks change too."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest

from scheduler.problem import Shift
from worksorders.steps.people.workforce import Person, Workforce
from worksorders.steps.planning.build import build
from worksorders.steps.planning.open_visits import OpenWork
from worksorders.steps.planning.settings import PlanSettings
from worksorders.steps.planning.when import Asked, wall


@pytest.mark.parametrize(
    "on", [date(2026, 9, 27), date(2026, 11, 25), date(2027, 4, 4)], ids=["spring", "between", "autumn"]
)
def test_a_booking_takes_its_own_hours_out_of_the_day(on):
    begin, end = (wall(on, minute).astimezone(UTC) for minute in (10 * 60, 11 * 60))
    person = Person(
        uuid.uuid4(), uuid.uuid4(), "Ana", "Firm", frozenset({"locksmith"}), frozenset({"E7"}), (-36.9, 174.8), 60,
        False, {on.weekday(): ((480, 1020),)}, (), (), (), (), ((begin, end),),
    )  # fmt: skip
    asked = Asked(on, 1, datetime(2026, 9, 1, tzinfo=UTC))
    problem, _ = build(OpenWork((), (), {}, {}), Workforce((person,), frozenset()), {}, asked, PlanSettings())
    assert problem.workers[0].shifts == (Shift(0, 480, 600), Shift(0, 660, 1020))
