"""A repair that somebody else decides becomes a call; a yes counts when planning again, and the visit is placed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.steps.planning.drafting import plan, reasons, stops
from worksorders.domain.errors import RefusedError
from worksorders.steps.advice.ask_for import ask_for, asked_for
from worksorders.steps.advice.standing import Enquiry
from worksorders.steps.people.extra_time import joined
from worksorders.steps.people.workforce import LOCAL
from worksorders.steps.tell.calls import complete_call
from worksorders.store.tables.orders import Visit
from worksorders.store.tables.plan_parts import PlanRequest
from worksorders.store.tables.telling import CallTask


def ask(world, now, plan_id, visit_id, kind):
    services = world.services
    with services.sessions.begin() as session:
        asked = Enquiry(session, services.sessions, services.cipher, world.actor, plan_id, visit_id, now)
        return ask_for(asked, kind)


def answer(world, now, task_id, outcome):
    with world.services.sessions.begin() as session:
        complete_call(session, world.actor, task_id, outcome, now)


def test_what_somebody_agreed_to_on_the_phone_places_the_visit(world, now):
    worker, _ = world.worker(hours=(480, 720))
    (visit,) = world.order({}, windows="780-1020")
    plan_id = plan(world, now)
    assert reasons(world, plan_id) == {visit: "no_shift"}
    with pytest.raises(RefusedError, match="ask again"):
        ask(world, now, plan_id, visit, "worker")
    (overtime,) = ask(world, now, plan_id, visit, "overtime")
    (window,) = ask(world, now, plan_id, visit, "window")
    assert ask(world, now, plan_id, visit, "window") == [window]
    with world.services.sessions() as session:
        kinds = {task.id: task.kind for task in session.scalars(select(CallTask))}
        assert kinds == {overtime: "plan_overtime", window: "plan_window"}
        assert [row.worker_id for row in session.scalars(select(PlanRequest).order_by(PlanRequest.kind))] == [
            worker,
            None,
        ]
        assert session.get(Visit, visit).order.safe_windows == "780-1020"
    answer(world, now, overtime, "refused")
    assert reasons(world, plan(world, now)) == {visit: "no_shift"}
    answer(world, now, window, "agreed")
    again = plan(world, now)
    start = stops(world, again)[visit].start_at.astimezone(LOCAL)
    with world.services.sessions() as session:
        (row,) = session.scalars(select(PlanRequest).where(PlanRequest.kind == "window")).all()
        assert (start.date(), start.hour * 60 + start.minute) >= (row.falls_on, row.opens_minute)
        assert start.hour * 60 + start.minute + 60 <= row.closes_minute
        told = {one.kind: one.outcome for one in asked_for(session, visit)}
    assert told == {"window": "agreed", "overtime": "refused"}
    (other,) = world.order({}, windows="780-1020")
    third = plan(world, now)
    (longer,) = ask(world, now, third, other, "overtime")
    answer(world, now, longer, "agreed")
    assert stops(world, plan(world, now))[other].worker_id == worker


def test_stretches_that_touch_are_one():
    assert joined([(780, 840), (480, 720), (720, 760), (800, 900)]) == ((480, 760), (780, 900))
    assert joined([]) == ()
