"""Stops a plan that waits or is being made, and throws a draft away."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import PLAN
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.planning.request_plan import find_plan
from worksorders.steps.planning.solving.part import end_waiting
from worksorders.steps.planning.solving.store import discard
from worksorders.store.scope import as_house
from worksorders.store.tables.plans.planning import Plan


def cancel_plan(session: Session, actor: Actor, plan_id: uuid.UUID, now: datetime) -> Plan:
    """Stop a plan: one that is queued ends at once, one that is being solved keeps the best found so far."""
    plan = find_plan(session, plan_id, lock=True)
    target = move(PLAN, plan.state, "cancel", actor.role)
    audit.record(session, actor, "plan.cancel_requested", ("plan", plan.id), moved=(plan.state, plan.state))
    plan.cancel_requested_at = now
    if plan.state == "queued":
        plan.state = target
        plan.finished_at = now
    else:
        with as_house(session):
            end_waiting(session, plan, now)
    return plan


def discard_plan(session: Session, actor: Actor, plan_id: uuid.UUID) -> Plan:
    """Throw a draft away; its visits are unplanned again."""
    plan = find_plan(session, plan_id, lock=True)
    discard(session, actor, plan, Role(actor.role))
    return plan
