"""Ask for a plan, send its work as relay and worker would, and read what it placed: for every test of planning."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from tests.steps.planning.conftest import FIRST_DAY
from web import jobs
from worksorders.steps import outbox
from worksorders.steps.planning import request_plan
from worksorders.steps.planning.solving.stop import cancel_plan
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.plans.planning import PlanStop, PlanUnassigned
from worksorders.store.tables.work.orders import Visit


def ask(world, now, seconds=2, starts_on=FIRST_DAY):
    with world.services.sessions.begin() as session:
        return request_plan.request_plan(
            session, world.actor, starts_on=starts_on, region_codes=[], seconds=seconds, now=now
        ).id


def deliver(world):
    """Send what is due and do it, as relay and worker would, until a plan's parts are done and joined."""
    done = []
    while deliveries := take(world):
        done += [jobs.deliver(world.services, delivery) for delivery in deliveries]
    return done


def take(world):
    """The deliveries of planning that are due now."""
    with world.services.sessions.begin() as session:
        return [one for one in outbox.take_due(session) if one.queue == outbox.PLANNING]


def plan(world, now, **values):
    plan_id = ask(world, now, **values)
    assert all(deliver(world))
    return plan_id


def cancel(world, plan_id):
    with world.services.sessions.begin() as session:
        cancel_plan(session, world.actor, plan_id, datetime.now(UTC))


def stops(world, plan_id):
    with world.services.sessions() as session:
        rows = session.scalars(select(PlanStop).where(PlanStop.plan_id == plan_id)).all()
        return {row.visit_id: row for row in rows}


def reasons(world, plan_id):
    with world.services.sessions() as session:
        rows = session.scalars(select(PlanUnassigned).where(PlanUnassigned.plan_id == plan_id)).all()
        return {row.visit_id: row.reason for row in rows}


def firms_of(world, worker_ids):
    with world.services.sessions() as session:
        return {session.get(Worker, worker).firm_id for worker in worker_ids}


def take_out(world, plan_id, visit_id):
    """Leave a placed visit out of the draft, as a search that ended early would have."""
    with world.services.sessions.begin() as session:
        stop = session.scalars(
            select(PlanStop).where(PlanStop.plan_id == plan_id, PlanStop.visit_id == visit_id)
        ).one()
        session.delete(stop)
        session.add(
            PlanUnassigned(
                plan_id=plan_id, visit_id=visit_id, reason="not_found_in_time", detail={"text": ""}
            )
        )
        session.get(Visit, visit_id).state = "unplanned"
