"""A repair that somebody else decides becomes a call; a yes counts when planning again, and the visit is placed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.steps.planning.drafting import plan, reasons, stops
from worksorders.domain.errors import RefusedError
from worksorders.steps.advice.ask_for import ask_for, asked_by_call, asked_for
from worksorders.steps.advice.standing import Enquiry
from worksorders.steps.people.extra_time import joined
from worksorders.steps.people.workforce import LOCAL
from worksorders.steps.tell.calls import complete_call
from worksorders.store.tables.plans.plan_parts import PlanRequest
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.orders import Visit
from worksorders.store.tables.work.telling import CallTask


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
        ask(world, now, plan_id, visit, "clearance")
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


def requests(world):
    with world.services.sessions() as session:
        rows = session.scalars(select(PlanRequest).order_by(PlanRequest.asked_at, PlanRequest.id)).all()
        return [(row.kind, row.worker_id) for row in rows]


def test_one_more_worker_is_a_call_to_the_firm_of_one_who_may_go_and_whose_yes_gives_the_visit_its_place(
    world, now
):
    first, _ = world.worker(hours=(480, 700))
    world.worker(trades=("glazier",))
    (visit,) = world.order({}, windows="780-1020")
    plan_id = plan(world, now)
    (call,) = ask(world, now, plan_id, visit, "worker")
    assert ask(world, now, plan_id, visit, "worker") == [call]
    assert requests(world) == [("worker", first)]
    with world.services.sessions() as session:
        (asked,) = asked_for(session, visit)
        assert asked == asked_by_call(session, call)
        assert (asked.worker, asked.trade) == ("Ari 1, Firm 1", "locksmith")
        assert session.get(CallTask, call).kind == "plan_worker"
    answer(world, now, call, "agreed")
    again = plan(world, now)
    stop = stops(world, again)[visit]
    assert stop.worker_id == first
    assert asked.start_at <= stop.start_at < stop.end_at <= asked.end_at


def test_after_a_no_somebody_else_is_asked_and_where_nobody_is_left_a_search_begins(world, now):
    people = {world.worker(hours=(480, 700))[0] for _ in range(2)}
    (visit,) = world.order({}, windows="780-1020")
    plan_id = plan(world, now)
    for _ in people:
        (call,) = ask(world, now, plan_id, visit, "worker")
        answer(world, now, call, "refused")
    assert set(requests(world)) == {("worker", one) for one in people}
    (call,) = ask(world, now, plan_id, visit, "worker")
    assert ("search", None) in requests(world)
    answer(world, now, call, "agreed")
    assert reasons(world, plan(world, now)) == {visit: "no_shift"}


def test_nobody_is_asked_who_is_barred_from_the_home_or_whose_checks_lapsed(world, now):
    _, firm = world.worker(hours=(480, 700))
    lapsed, _ = world.worker(checks_until=now.date())
    (visit,) = world.order({}, windows="780-1020")
    with world.services.sessions.begin() as session:
        case_id = session.get(Visit, visit).order.case_id
        session.add(
            NeverSend(
                case_id=case_id, firm_id=firm, source="client", created_at=now, created_by=world.user.id
            )
        )
    plan_id = plan(world, now)
    ask(world, now, plan_id, visit, "worker")
    (call,) = ask(world, now, plan_id, visit, "clearance")
    assert sorted(requests(world), key=str) == sorted([("search", None), ("checks", lapsed)], key=str)
    answer(world, now, call, "agreed")
    assert reasons(world, plan(world, now)) == {visit: "not_cleared"}


def test_stretches_that_touch_are_one():
    assert joined([(780, 840), (480, 720), (720, 760), (800, 900)]) == ((480, 760), (780, 900))
    assert joined([]) == ()
