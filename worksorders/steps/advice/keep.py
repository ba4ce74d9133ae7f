"""Keeps new places of visits in a draft: stops are replaced, and each visit leaves its row in the trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import VISIT
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.advice.standing import Draft
from worksorders.store.tables.plans.planning import PlanStop, PlanUnassigned
from worksorders.store.tables.work.orders import Visit


def keep_places(
    session: Session,
    actor: Actor,
    draft: Draft,
    places: Iterable[tuple[int, int, int]],
    detail: dict[str, Any],
) -> tuple[str, ...]:
    """Replace the stops of these visits; `places` are (visit, worker, start) by position. Returns the visits' codes."""
    wanted = list(places)
    by_id = {draft.frame.visits[visit].id for visit, _, _ in wanted}
    rows = session.scalars(select(Visit).where(Visit.id.in_(by_id)).with_for_update()).all()
    for table in (PlanStop, PlanUnassigned):
        session.execute(delete(table).where(table.plan_id == draft.plan.id, table.visit_id.in_(by_id)))
    for visit, worker, start in wanted:
        planned = draft.frame.visits[visit]
        start_at = draft.frame.instant(start)
        session.add(
            PlanStop(
                plan_id=draft.plan.id,
                visit_id=planned.id,
                worker_id=draft.frame.people[worker].worker_id,
                start_at=start_at,
                end_at=start_at + timedelta(minutes=planned.minutes),
                pinned=False,
                place_estimated=planned.id in draft.frame.estimated,
            )
        )
    for row in sorted(rows, key=lambda row: row.code):
        before = row.state
        if before == "unplanned":
            row.state = move(VISIT, before, "plan", Role.SYSTEM)
        step = (before, row.state) if before != row.state else (None, None)
        audit.record(
            session,
            actor,
            "visit.moved",
            ("visit", row.id),
            moved=step,
            detail={"plan": draft.plan.code, **detail},
        )
    return tuple(sorted(row.code for row in rows))
