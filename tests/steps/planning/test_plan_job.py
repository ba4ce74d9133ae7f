"""A plan is stopped, sent twice, killed or late in the queue: it is made once or ends as failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from scheduler.advice.answers import reasons as answers
from tests.steps.planning.drafting import ask, cancel, deliver, plan, reasons, stops, take
from web import jobs
from worksorders.steps import outbox
from worksorders.steps.planning.solving import prepare
from worksorders.store.tables.plans.plan_parts import PlanPart
from worksorders.store.tables.plans.planning import Plan
from worksorders.store.tables.trail import AuditEvent


def send_again(world):
    """Another sending of the one outbox row, as the relay counts it."""
    with world.services.sessions.begin() as session:
        row = session.scalars(select(outbox.OutboxMessage)).one()
        row.attempts += 1
        return outbox.Delivery(row.id, row.attempts, row.queue)


def stop_once_solving(world, plan_id):
    """Stop the plan while its part is being improved, however long this machine took to get there."""
    waiting = Event()
    solving = select(func.count()).where(PlanPart.plan_id == plan_id, PlanPart.state == "solving")
    for _ in range(600):
        with world.services.sessions() as session:
            if session.scalar(solving):
                break
        waiting.wait(0.05)
    waiting.wait(1)
    cancel(world, plan_id)


def test_stopping_a_plan_keeps_the_best_so_far(world, now):
    world.worker()
    visits = [world.order({})[0] for _ in range(12)]
    plan_id = ask(world, now, seconds=60)
    stopper = Thread(target=stop_once_solving, args=(world, plan_id))
    stopper.start()
    began = datetime.now(UTC)
    deliver(world)
    stopper.join()
    assert datetime.now(UTC) - began < timedelta(seconds=30)
    assert world.get(Plan, plan_id).state == "draft"
    assert set(stops(world, plan_id)) | set(reasons(world, plan_id)) == set(visits)


def test_a_queued_plan_that_is_stopped_is_never_solved(world, now):
    plan_id = ask(world, now)
    cancel(world, plan_id)
    deliver(world)
    assert world.get(Plan, plan_id).state == "cancelled"


def test_the_same_delivery_twice_and_a_late_one_make_one_plan(world, now):
    world.worker()
    world.order({})
    plan_id = ask(world, now)
    with world.services.sessions.begin() as session:
        (first,) = [one for one in outbox.take_due(session) if one.queue == outbox.PLANNING]
    late = outbox.Delivery(first.id, first.attempt - 1, first.queue)
    assert jobs.deliver(world.services, late) is False
    assert jobs.deliver(world.services, first) is True
    assert jobs.deliver(world.services, first) is False
    (part,) = take(world)
    assert [jobs.deliver(world.services, part) for _ in range(2)] == [True, False]
    (join,) = take(world)
    assert [jobs.deliver(world.services, join) for _ in range(2)] == [True, False]
    with world.services.sessions() as session:
        made = session.scalars(select(AuditEvent).where(AuditEvent.action == "plan.made")).all()
        assert [event.subject_id for event in made] == [plan_id]


def test_a_plan_that_keeps_killing_its_worker_ends_as_failed(world, now, monkeypatch):
    plan_id = ask(world, now)
    monkeypatch.setattr(prepare, "_first_plan", lambda *_: (_ for _ in ()).throw(MemoryError))
    for _ in range(4):
        with pytest.raises(MemoryError):
            jobs.deliver(world.services, send_again(world))
    assert world.get(Plan, plan_id).state == "solving"
    jobs.deliver(world.services, send_again(world))
    assert world.get(Plan, plan_id).state == "failed"


def test_a_plan_that_only_waited_long_in_the_queue_is_still_made(world, now):
    plan_id = ask(world, now)
    for _ in range(9):
        delivery = send_again(world)
    jobs.deliver(world.services, delivery)
    deliver(world)
    assert world.get(Plan, plan_id).state == "draft"


def test_making_a_plan_looks_for_no_repairs_which_come_when_they_are_asked_for(world, now, monkeypatch):
    world.worker()
    world.order({})
    (nobody,) = world.order({"trade": "specialist"})
    (too_long,) = world.order({"minutes": 400}, windows="480-600")
    sought = []
    monkeypatch.setattr(answers, "repairs_of", lambda _book, one: sought.append(one) or ())
    assert reasons(world, plan(world, now)).keys() == {nobody, too_long}
    assert sought == []
