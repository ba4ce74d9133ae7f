"""Everything that the safety page of one order shows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from worksorders.domain.lifecycle.machine import possible
from worksorders.domain.lifecycle.machines import ORDER
from worksorders.domain.local_time import local_day
from worksorders.domain.order.deadlines import daylight_left
from worksorders.domain.safety.site_flag import Flag, FlagMove, possible_moves
from worksorders.gateways import places
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.ordering.settings import place_of
from worksorders.steps.safety import alarm_plan, barrier, police_flag, suspend
from worksorders.steps.safety.find.chain import Chain, find_chain
from worksorders.steps.safety.find.who import Reported, reported
from worksorders.store.tables.work.cases import Assessment
from worksorders.store.tables.work.orders import Visit, WorksOrder


@dataclass(frozen=True)
class BarrierView:
    """A visit that takes something out today, and what is against it."""

    visit_id: uuid.UUID
    number: int
    is_today: bool
    standing: barrier.Standing


@dataclass(frozen=True)
class SafetyPage:
    """One order's safety: chain, suspension, police flag, alarm response, and what visits wait for."""

    order: WorksOrder
    region: str
    daylight_minutes: int
    chain: Chain
    happened: tuple[Reported, ...]
    can_suspend: bool
    can_make_safe: bool
    suspension: suspend.SuspensionView | None
    flag: Flag | None
    flag_moves: tuple[FlagMove, ...]
    flag_history: list[police_flag.FlagEvent]
    has_alarm: bool
    plans: list[alarm_plan.PlanVersion]
    barriers: tuple[BarrierView, ...]


def load_order(session: Session, order_id: uuid.UUID) -> WorksOrder:
    """The order with what its pages need; raises NotFoundError."""
    order = session.scalar(
        select(WorksOrder)
        .where(WorksOrder.id == order_id)
        .options(
            joinedload(WorksOrder.case),
            joinedload(WorksOrder.assessment).selectinload(Assessment.openings),
            selectinload(WorksOrder.lines),
            selectinload(WorksOrder.visits).selectinload(Visit.lines),
        )
    )
    if order is None:
        raise NotFoundError("There is no such order.")
    return order


def find_safety(session: Session, actor: Actor, order_id: uuid.UUID, now: datetime) -> SafetyPage:
    """The page; raises NotFoundError."""
    order = load_order(session, order_id)
    flag = police_flag.find_flag(session, order.case_id)
    left = daylight_left(now, place_of(order.region_code))
    insecure = any(one.state == "insecure" for one in order.assessment.openings)
    return SafetyPage(
        order=order,
        region=places.region(order.region_code).name,
        daylight_minutes=int(left.total_seconds() // 60),
        chain=find_chain(session, order, now),
        happened=reported(session, order),
        can_suspend="suspend" in possible(ORDER, order.state, actor.role),
        can_make_safe=insecure and order.state == "issued",
        suspension=suspend.find_suspension(session, actor, order.case_id),
        flag=flag,
        flag_moves=possible_moves(flag),
        flag_history=police_flag.flag_history(session, order.case_id),
        has_alarm=alarm_plan.has_alarm(order),
        plans=alarm_plan.versions(session, order.id),
        barriers=tuple(_barriers(session, order, now)),
    )


def _barriers(session: Session, order: WorksOrder, now: datetime) -> list[BarrierView]:
    found = []
    for visit in order.visits:
        if visit.state in {"accepted", "en_route", "on_site"} and visit.start_at is not None:
            standing = barrier.standing(session, visit, max(now, visit.start_at))
            if standing.measures:
                is_today = local_day(visit.start_at) == local_day(now)
                found.append(BarrierView(visit.id, visit.position, is_today, standing))
    return found
