"""Applies a repair of a draft that asks nobody outside: the visit gets its place, others move as it says."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from scheduler.advice.answers.reasons import answer, repairs_of
from scheduler.advice.answers.repair import applied
from scheduler.check import check
from scheduler.plan import Repair
from worksorders.domain.errors import RefusedError
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import VISIT
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.advice.standing import VARIANT, Draft, load_draft
from worksorders.steps.advice.why import APPLICABLE
from worksorders.store.tables.orders import Visit
from worksorders.store.tables.planning import PlanStop, PlanUnassigned

GONE = "The plan has changed since: ask again what would help."


def apply_repair(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    *,
    plan_id: uuid.UUID,
    visit_id: uuid.UUID,
    kind: str,
    now: datetime,
) -> tuple[str, ...]:
    """Give the visit the place that the repair of this kind found; returns the codes of all visits that were placed.

    Raises RefusedError where the draft no longer has that repair, or where its result would break a rule.
    """
    draft = load_draft(
        session,
        sessions,
        cipher,
        actor,
        plan_id=plan_id,
        visit_id=visit_id,
        now=now,
        purpose="repair a plan",
        lock=True,
    )
    repair = _found(draft, kind)
    _, routes = applied(draft.problem, draft.book.routes(), repair)
    before = {one.code for one in check(draft.problem, draft.book.routes(), VARIANT)}
    if {one.code for one in check(draft.problem, routes, VARIANT)} - before:
        raise RefusedError(GONE, state=draft.plan.state, action="repair")
    return _keep(session, actor, draft, repair)


def _found(draft: Draft, kind: str) -> Repair:
    if kind in APPLICABLE and draft.visit not in draft.book.start:
        one = answer(draft.book, draft.visit, proven=False)
        for repair in repairs_of(draft.book, one, moving=True):
            if repair.kind == kind:
                return repair
    raise RefusedError(GONE, state=draft.plan.state, action="repair")


def _keep(session: Session, actor: Actor, draft: Draft, repair: Repair) -> tuple[str, ...]:
    """Replace the stops of the visits concerned; each leaves its row in the trail."""
    by_id = {draft.frame.visits[spot.visit].id: spot.visit for spot in repair.places}
    rows = session.scalars(select(Visit).where(Visit.id.in_(by_id)).with_for_update()).all()
    stops = PlanStop.plan_id == draft.plan.id, PlanStop.visit_id.in_(by_id)
    session.execute(delete(PlanStop).where(*stops))
    session.execute(
        delete(PlanUnassigned).where(
            PlanUnassigned.plan_id == draft.plan.id, PlanUnassigned.visit_id.in_(by_id)
        )
    )
    for spot in repair.places:
        planned = draft.frame.visits[spot.visit]
        start_at = draft.frame.instant(spot.start)
        session.add(
            PlanStop(
                plan_id=draft.plan.id,
                visit_id=planned.id,
                worker_id=draft.frame.people[spot.worker].worker_id,
                start_at=start_at,
                end_at=start_at + timedelta(minutes=planned.minutes),
                pinned=False,
            )
        )
    for visit in sorted(rows, key=lambda row: row.code):
        before = visit.state
        if before == "unplanned":
            visit.state = move(VISIT, before, "plan", Role.SYSTEM)
        detail = {"plan": draft.plan.code, "repair": repair.kind}
        step = (before, visit.state) if before != visit.state else (None, None)
        audit.record(session, actor, "visit.moved", ("visit", visit.id), moved=step, detail=detail)
    return tuple(sorted(visit.code for visit in rows))
