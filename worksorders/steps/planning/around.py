"""Solves the draft again around a P1's pinned booking: what it was made of has changed."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.planning.request_plan import request_plan
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.plans.planning import Plan
from worksorders.store.tables.work.orders import WorksOrder

AROUND = "plan.around"


def solve_around(session: Session, order_id: uuid.UUID, offer_id: uuid.UUID) -> None:
    """Ask for it once this is committed; one acceptance asks once."""
    outbox.send(session, AROUND, {"order_id": str(order_id)}, dedupe_key=f"{AROUND}:{offer_id}")


@handles(AROUND)
def on_urgent_acceptance(job: Job) -> Effect:
    """Request the plan again, as its owner did."""
    order_id = uuid.UUID(job.payload["order_id"])
    return lambda session, now: _request(session, order_id, now)


def _request(session: Session, order_id: uuid.UUID, now: datetime) -> None:
    request_around(session, order_id, now)


def request_around(session: Session, order_id: uuid.UUID, now: datetime) -> Plan | None:
    """The newest draft of the region, or the plan being made, asked for again; None where there is neither.

    Published visits stay as they are: their time was taken before, and the P1's worker had none of it. A plan that
    still waits in the queue will see the booking by itself.
    """
    order = session.get_one(WorksOrder, order_id)
    found = session.scalars(
        select(Plan)
        .where(
            Plan.state.in_(("queued", "solving", "draft")),
            or_(Plan.region_codes == [], Plan.region_codes.contains([order.region_code])),
        )
        .order_by(Plan.created_at.desc(), Plan.id)
    ).all()
    if not found or any(plan.state == "queued" for plan in found):
        return None
    newest = found[0]
    owner = session.get_one(AppUser, newest.created_by)
    actor = Actor(owner.id, Role(owner.role), owner.display_name, f"plan:{newest.id}")
    plan = request_plan(
        session,
        actor,
        starts_on=max(newest.starts_on, local_day(now)),
        region_codes=newest.region_codes,
        seconds=newest.seconds,
        now=now,
    )
    audit.record(
        session,
        None,
        "plan.requested_around",
        ("plan", plan.id),
        detail={"order": order.code, "before": newest.code},
    )
    return plan
