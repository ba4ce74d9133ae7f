"""Publishes a draft: every placed visit gets its worker's time held, or stays unplanned with a word why."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import PLAN, VISIT
from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor
from worksorders.steps.offers.moves import move_visit
from worksorders.steps.people.eligibility import obstacle
from worksorders.steps.people.workforce import LOCAL, Workforce, load_workforce
from worksorders.steps.planning.request_plan import find_plan
from worksorders.steps.planning.same_day import group_by_day
from worksorders.steps.planning.seen import refuse_changed_draft, refuse_ended
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.plans.planning import Booking, Plan, PlanStop
from worksorders.store.tables.work.orders import Visit

PUBLISHED = "plan.published"


@dataclass(frozen=True)
class Published:
    """How many visits are held now, and which were left out and why, by visit code."""

    held: int
    left_out: tuple[tuple[str, str], ...]


def publish_plan(
    session: Session, actor: Actor, plan_id: uuid.UUID, now: datetime, seen: str | None = None
) -> Published:
    """Hold the slots of a draft's visits; what has changed since it was solved is left out, never forced.

    A visit is left out when its order is no longer issued, its time is past, its worker may no longer go, or the
    time is taken: the database's exclusion constraint decides the last. With it go the visits of its day without
    which an opening would stand open overnight. `seen` is the draft as it was looked at (`draft_key`); raises
    RefusedError where it is another one by now, or none any more.
    """
    plan = find_plan(session, plan_id, lock=True)
    refuse_ended(plan, "publish", "nothing was sent twice")
    if seen is not None:
        refuse_changed_draft(session, plan, seen)
    before, plan.state = plan.state, move(PLAN, plan.state, "publish", actor.role)
    plan.published_at, plan.published_by = now, actor.user_id
    audit.record(session, actor, "plan.published", ("plan", plan.id), moved=(before, plan.state))
    visits, stops = _visits(session, plan)
    force = _workforce(session, visits, stops)
    changed = {visit.id: _changed(visit, stops[visit.id], force, now) for visit in visits}
    held, left_out = 0, []
    for group in group_by_day(session, visits, {one.id: stops[one.id][0].start_at for one in visits}):
        why = group.why_not or next((changed[visit.id] for visit in group.visits if changed[visit.id]), None)
        why = why or _hold_all(session, actor, group.visits, stops)
        if why is None:
            held += len(group.visits)
            continue
        for visit in group.visits:
            left_out.append((visit.code, changed[visit.id] or why))
            if visit.state == "planned":
                move_visit(session, visit, "unplan", actor)
    outbox.send(session, PUBLISHED, {"plan_id": str(plan.id)}, dedupe_key=f"{PUBLISHED}:{plan.id}")
    return Published(held, tuple(left_out))


def _visits(session: Session, plan: Plan) -> tuple[list[Visit], dict[uuid.UUID, list[PlanStop]]]:
    stops: dict[uuid.UUID, list[PlanStop]] = defaultdict(list)
    for stop in session.scalars(
        select(PlanStop).where(PlanStop.plan_id == plan.id).order_by(PlanStop.start_at)
    ):
        stops[stop.visit_id].append(stop)
    query = select(Visit).where(Visit.id.in_(stops)).options(selectinload(Visit.order)).order_by(Visit.id)
    visits = session.scalars(query.with_for_update(of=Visit)).all()
    return sorted(visits, key=lambda visit: stops[visit.id][0].start_at), stops


def _workforce(session: Session, visits: list[Visit], stops: dict[uuid.UUID, list[PlanStop]]) -> Workforce:
    days = [stop.start_at.astimezone(LOCAL).date() for found in stops.values() for stop in found]
    if not days:
        return Workforce((), frozenset())
    cases = {visit.order.case_id for visit in visits}
    return load_workforce(session, first_on=min(days), last_on=max(days), case_ids=cases)


def _changed(visit: Visit, stops: list[PlanStop], force: Workforce, now: datetime) -> str | None:
    """What has changed since the plan was made, in words; None if nothing."""
    if visit.state != "planned" or visit.order.state != "issued":
        return "the visit or its order has moved on since this plan was made"
    if stops[0].start_at <= now:
        return "its time has passed"
    people = {person.worker_id: person for person in force.people}
    for stop in stops:
        person = people.get(stop.worker_id)
        on = stop.start_at.astimezone(LOCAL).date()
        if person is None:
            return "its worker is no longer active"
        way = obstacle(
            force,
            person,
            case_id=visit.order.case_id,
            trade=visit.trade,
            region_code=visit.order.region_code,
            on=on,
        )
        if way is not None:
            return f"its worker may no longer make it ({way})"
    return None


def _hold_all(
    session: Session, actor: Actor, visits: list[Visit], stops: dict[uuid.UUID, list[PlanStop]]
) -> str | None:
    """Hold every visit of a group or none, so that no opening is taken apart that nobody closes the same day."""
    if len(visits) == 1:
        return _hold(session, actor, visits[0], stops[visits[0].id])
    together = session.begin_nested()
    for visit in visits:
        why = _hold(session, actor, visit, stops[visit.id])
        if why is not None:
            code = visit.code
            together.rollback()
            return f"visit {code}, without which an opening would stand open overnight: {why}"
    together.commit()
    return None


def _hold(session: Session, actor: Actor, visit: Visit, stops: list[PlanStop]) -> str | None:
    """Book the workers' time, all of a crew or none."""
    workers = [stop.worker_id for stop in stops]
    firms = {row.id: row.firm_id for row in session.scalars(select(Worker).where(Worker.id.in_(workers)))}
    try:
        with session.begin_nested():
            for stop in stops:
                session.add(
                    Booking(
                        worker_id=stop.worker_id,
                        firm_id=firms[stop.worker_id],
                        visit_id=visit.id,
                        during=Range(stop.start_at, stop.end_at),
                        state="held",
                        pinned=stop.pinned,
                    )
                )
            session.flush()
    except IntegrityError:
        return "its worker has been booked for that time meanwhile"
    visit.state = move(VISIT, visit.state, "publish", actor.role)
    visit.start_at, visit.end_at = stops[0].start_at, stops[0].end_at
    audit.record(session, actor, "visit.published", ("visit", visit.id), moved=("planned", visit.state))
    return None
