"""Finds accepted visits that can no longer be made as agreed, before they are late."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day
from worksorders.gateways import places
from worksorders.steps.people.eligibility import Obstacle, obstacle
from worksorders.steps.people.workforce import Person, Workforce, load_workforce
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.orders import Visit, WorksOrder

STOPPED = "does not work for the service any more"
WHY = {
    Obstacle.TRADE: "does not have the trade any more",
    Obstacle.REGION: "the firm does not serve the region any more",
    Obstacle.BARRED: "is barred from the case",
    Obstacle.AGREEMENT: "the firm’s agreement is not in force on that day",
    Obstacle.CHECKS: "a check is not valid on that day",
    Obstacle.ABSENT: "is not at work on that day",
}


@dataclass(frozen=True, slots=True)
class CannotRow:
    """An accepted visit to come, with each worker of its crew who may not or cannot go, and why."""

    id: uuid.UUID
    code: str
    order_id: uuid.UUID
    order_code: str
    trade: str
    region: str
    firm: str
    start_at: datetime | None
    end_at: datetime | None
    due_at: datetime
    reasons: tuple[str, ...]


def cannot_be_made(session: Session, now: datetime) -> list[CannotRow]:
    """Accepted visits from now on with somebody of the crew in the way of a rule; a constant number of queries."""
    rows = session.execute(
        select(Visit, WorksOrder, Firm.name, Worker)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .join(Booking, Booking.visit_id == Visit.id)
        .join(Worker, Worker.id == Booking.worker_id)
        .join(Firm, Firm.id == Booking.firm_id)
        .where(Visit.state == "accepted", Visit.start_at >= now, Booking.state == "confirmed")
        .order_by(Visit.start_at, Visit.id, Worker.first_name, Worker.id)
    ).all()
    starts = [visit.start_at for visit, _, _, _ in rows if visit.start_at is not None]
    if not starts:
        return []
    force = load_workforce(
        session,
        first_on=local_day(min(starts)),
        last_on=local_day(max(starts)),
        case_ids={order.case_id for _, order, _, _ in rows},
        region_codes={order.region_code for _, order, _, _ in rows},
    )
    people = {person.worker_id: person for person in force.people}
    found: dict[uuid.UUID, tuple[Visit, WorksOrder, str, list[str]]] = {}
    for visit, order, firm, worker in rows:
        why = _why(force, people.get(worker.id), visit, order, worker)
        if why:
            found.setdefault(visit.id, (visit, order, firm, []))[3].append(f"{worker.first_name}: {why}")
    return [_row(*each) for each in found.values()]


def _why(
    force: Workforce, person: Person | None, visit: Visit, order: WorksOrder, worker: Worker
) -> str | None:
    """Why this worker cannot go; people who are missing from the workforce have stopped, or their firm left the region."""
    if not worker.active:
        return STOPPED
    if person is None:
        return "the firm does not work in the region any more"
    if visit.start_at is None:
        return None
    rule = obstacle(
        force,
        person,
        case_id=order.case_id,
        trade=visit.trade,
        region_code=order.region_code,
        on=local_day(visit.start_at),
    )
    return WHY[rule] if rule else None


def _row(visit: Visit, order: WorksOrder, firm: str, reasons: list[str]) -> CannotRow:
    return CannotRow(
        id=visit.id,
        code=visit.code,
        order_id=order.id,
        order_code=order.code,
        trade=visit.trade,
        region=places.region(order.region_code).name,
        firm=firm,
        start_at=visit.start_at,
        end_at=visit.end_at,
        due_at=visit.due_at,
        reasons=tuple(reasons),
    )
