"""Finds visits that nobody took, with how many firms have been asked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from worksorders.gateways import places
from worksorders.steps.lists.part import SIZE, Part, cut, place_in
from worksorders.steps.offers.making.cascade import REFUSED_BY_ALL
from worksorders.steps.offers.making.opening import URGENT
from worksorders.steps.offers.moves import WORKED_ON
from worksorders.store.tables.work.offers import OfferVisit
from worksorders.store.tables.work.orders import Visit, WorksOrder


@dataclass(frozen=True)
class RefusedRow:
    """A visit that nobody took, with how many firms have been asked."""

    visit_id: uuid.UUID
    code: str
    order_id: uuid.UUID
    order_code: str
    trade: str
    region: str
    due_at: datetime
    asked: int
    can_ask_again: bool


def refused_visits(session: Session, page: int = 1, size: int = SIZE) -> Part[RefusedRow]:
    """A page of the visits that all firms refused, and urgent ones that nobody could be asked for, by deadline."""
    asked = (
        select(func.count())
        .select_from(OfferVisit)
        .where(OfferVisit.visit_id == Visit.id)
        .correlate(Visit)
        .scalar_subquery()
    )
    urgent = and_(WorksOrder.urgency == URGENT, Visit.interim)
    listed = (
        select(Visit, WorksOrder, asked)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(
            Visit.state.in_(("unplanned", "planned")),
            WorksOrder.state.in_(WORKED_ON),
            or_(Visit.state_reason == REFUSED_BY_ALL, urgent),
        )
        .order_by(Visit.due_at, Visit.id)
    )
    place = place_in(session, listed, page, size)
    return place.of(
        RefusedRow(
            visit_id=visit.id,
            code=visit.code,
            order_id=order.id,
            order_code=order.code,
            trade=visit.trade,
            region=places.region(order.region_code).name,
            due_at=visit.due_at,
            asked=count,
            can_ask_again=visit.interim and order.urgency == URGENT,
        )
        for visit, order, count in session.execute(cut(listed, place))
    )
