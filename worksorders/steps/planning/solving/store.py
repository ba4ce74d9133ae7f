"""Keeps solved and checked parts as the draft, and throws drafts away."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import PLAN, VISIT
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.planning.open_visits import PLANNABLE
from worksorders.steps.planning.solving.found import Found
from worksorders.store.tables.plans.planning import Plan, PlanStop, PlanUnassigned
from worksorders.store.tables.work.orders import Visit


def store(
    session: Session, plan: Plan, found: Sequence[Found], result: dict[str, Any], now: datetime
) -> None:
    """Keep what was found; earlier drafts of the same regions are discarded, visits become planned.

    A visit that has moved on while the plan was being solved (cancelled, offered at once, published in an earlier
    draft) is left out, and counted as that.
    """
    if plan.state != "solving":
        return
    _discard_others(session, plan)
    stops = list(_stops(plan, found))
    rows: list[PlanStop | PlanUnassigned] = [*stops, *_unassigned(plan, found)]
    visits = {
        row.id: row
        for row in session.scalars(
            select(Visit)
            .where(Visit.id.in_({row.visit_id for row in rows}), Visit.state.in_(PLANNABLE))
            .with_for_update()
        )
    }
    session.add_all([row for row in rows if row.visit_id in visits])
    for visit_id in sorted({stop.visit_id for stop in stops} & visits.keys(), key=str):
        visit = visits[visit_id]
        if visit.state == "unplanned":
            visit.state = move(VISIT, visit.state, "plan", Role.SYSTEM)
            audit.record(
                session, None, "visit.planned", ("visit", visit.id), moved=("unplanned", visit.state)
            )
    before, plan.state = plan.state, move(PLAN, plan.state, "finish", Role.SYSTEM)
    plan.result = result | _without(rows, visits.keys(), result)
    plan.finished_at = now
    audit.record(session, None, "plan.made", ("plan", plan.id), moved=(before, plan.state))


def _without(
    rows: Sequence[PlanStop | PlanUnassigned], there: Collection[uuid.UUID], result: dict[str, Any]
) -> dict[str, int]:
    """The counts of the result, less the visits that have moved on since it was cut into parts."""
    kept = [row for row in rows if row.visit_id in there]
    visits = len({row.visit_id for row in kept})
    return {
        "visits": visits,
        "unassigned": len({row.visit_id for row in kept if isinstance(row, PlanUnassigned)}),
        "moved_on": result["visits"] - visits,
    }


def _stops(plan: Plan, found: Sequence[Found]) -> Iterator[PlanStop]:
    for one in found:
        for stop in one["stops"]:
            yield PlanStop(
                plan_id=plan.id,
                visit_id=uuid.UUID(stop["visit"]),
                worker_id=uuid.UUID(stop["worker"]),
                start_at=datetime.fromisoformat(stop["start_at"]),
                end_at=datetime.fromisoformat(stop["end_at"]),
                pinned=stop["pinned"],
                place_estimated=stop["estimated"],
            )


def _unassigned(plan: Plan, found: Sequence[Found]) -> Iterator[PlanUnassigned]:
    for one in found:
        for left in one["unassigned"]:
            yield PlanUnassigned(
                plan_id=plan.id,
                visit_id=uuid.UUID(left["visit"]),
                reason=left["reason"],
                detail=left["detail"],
            )


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
