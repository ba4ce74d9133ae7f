"""Stores a solved and checked plan as the draft, and throws drafts away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.plan import Plan as SolvedPlan
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import PLAN, VISIT
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.planning.build import Frame
from worksorders.steps.planning.open_visits import PLANNABLE
from worksorders.store.tables.orders import Visit
from worksorders.store.tables.planning import Plan, PlanStop, PlanUnassigned


def store(session: Session, plan: Plan, frame: Frame, solved: SolvedPlan, now: datetime) -> None:
    """Keep what was found; earlier drafts of the same regions are discarded, visits become planned.

    A visit that has moved on while the plan was being solved (cancelled, offered at once) is left out.
    """
    if plan.state != "solving":
        return
    _discard_others(session, plan)
    visits = {
        row.id: row
        for row in session.scalars(
            select(Visit)
            .where(Visit.id.in_([v.id for v in frame.visits]), Visit.state.in_(PLANNABLE))
            .with_for_update()
        )
    }
    placed = set()
    for stop in _stops(plan, frame, solved):
        if stop.visit_id in visits:
            session.add(stop)
            placed.add(stop.visit_id)
    for visit_id in sorted(placed, key=str):
        visit = visits[visit_id]
        if visit.state == "unplanned":
            visit.state = move(VISIT, visit.state, "plan", Role.SYSTEM)
            audit.record(
                session, None, "visit.planned", ("visit", visit.id), moved=("unplanned", visit.state)
            )
    for left in solved.unassigned:
        visit_id = frame.visits[left.visit].id
        if visit_id in visits:
            session.add(_unassigned(plan, frame, left))
    before, plan.state = plan.state, move(PLAN, plan.state, "finish", Role.SYSTEM)
    plan.result = result_of(frame, solved)
    plan.input_hash = solved.input_hash
    plan.finished_at = now
    audit.record(session, None, "plan.made", ("plan", plan.id), moved=(before, plan.state))


def _stops(plan: Plan, frame: Frame, solved: SolvedPlan) -> Iterator[PlanStop]:
    for route in solved.routes:
        for stop in route.stops:
            visit = frame.visits[stop.visit]
            start_at = frame.instant(stop.start)
            yield PlanStop(
                plan_id=plan.id,
                visit_id=visit.id,
                worker_id=frame.people[route.worker].worker_id,
                start_at=start_at,
                end_at=start_at + timedelta(minutes=visit.minutes),
                pinned=visit.id in frame.pinned,
            )


def _unassigned(plan: Plan, frame: Frame, left: Any) -> PlanUnassigned:
    return PlanUnassigned(
        plan_id=plan.id,
        visit_id=frame.visits[left.visit].id,
        reason=str(left.reason),
        detail={"text": left.detail, "blockers": [frame.visits[at].code for at in left.blockers]},
    )


def result_of(frame: Frame, solved: SolvedPlan) -> dict[str, Any]:
    """What the page says of the plan: how good it is, and the proof; no place and no person is in it."""
    score = solved.score
    return {
        "status": str(solved.status),
        "objective": solved.objective,
        "lower_bound": solved.lower_bound,
        "gap": solved.gap,
        "operating_gap": solved.operating_gap,
        "seconds": round(solved.seconds, 2),
        "seed": solved.seed,
        "visits": len(frame.visits),
        "unassigned": score.unassigned,
        "late": score.late,
        "exposed_days": score.exposed_days,
        "travel_minutes": score.travel_minutes,
        "shifts_used": score.shifts_used,
        "extra_workers": score.extra_workers,
        "moves": score.moves,
        "levels": [[level.name, level.value, level.lower_bound] for level in solved.levels],
        "curve": [[round(one.seconds, 2), one.objective, one.lower_bound] for one in solved.curve[-400:]],
        "lost_pins": [str(visit) for visit in frame.lost_pins],
    }


def _discard_others(session: Session, plan: Plan) -> None:
    """Only one draft stands for a region: the newest."""
    regions = set(plan.region_codes)
    for other in session.scalars(
        select(Plan).where(Plan.state == "draft", Plan.id != plan.id).with_for_update()
    ):
        if not regions or not other.region_codes or regions.intersection(other.region_codes):
            discard(session, None, other, Role.SYSTEM)


def discard(session: Session, actor: Actor | None, plan: Plan, role: Role) -> None:
    """Throw a draft away; visits that it alone had planned are unplanned again."""
    before, plan.state = plan.state, move(PLAN, plan.state, "discard", role)
    audit.record(session, actor, "plan.discarded", ("plan", plan.id), moved=(before, plan.state))
    stops = select(PlanStop.visit_id).where(PlanStop.plan_id == plan.id)
    for visit in session.scalars(
        select(Visit).where(Visit.id.in_(stops), Visit.state == "planned").with_for_update()
    ):
        visit.state = move(VISIT, visit.state, "unplan", role)
        audit.record(session, actor, "visit.unplanned", ("visit", visit.id), moved=("planned", visit.state))
