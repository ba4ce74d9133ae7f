"""Finds the visits of a day, those that ended without their work, and orders on which nobody may work."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.reasons import SUSPEND
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.gateways import places
from worksorders.steps.lists.part import Part, cut, place_in
from worksorders.steps.site import notes
from worksorders.steps.site.find.visits import crews
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.orders import Visit, WorksOrder

LIVE = ("accepted", "en_route", "on_site")
ENDED_EARLY = ("no_access", "aborted")


@dataclass(frozen=True)
class DayRow:
    """A visit of today, or one that ended without its work and waits to be planned again."""

    id: uuid.UUID
    code: str
    order_id: uuid.UUID
    order_code: str
    state: str
    reason: str | None
    trade: str
    region: str
    firm: str
    workers: tuple[str, ...]
    start_at: datetime | None
    end_at: datetime | None
    arrived_at: datetime | None
    due_at: datetime
    late: bool


@dataclass(frozen=True)
class PausedRow:
    """An order suspended for safety; its deadlines keep running."""

    order_id: uuid.UUID
    order_code: str
    region: str
    reason: str
    due_at: datetime


def visits_of_today(session: Session, now: datetime, page: int = 1) -> Part[DayRow]:
    """A page of the visits that start today, or began before and are under way, by start."""
    today = start_of_day(local_day(now))
    tomorrow = start_of_day(local_day(now) + timedelta(days=1))
    of_today = and_(Visit.start_at >= today, Visit.start_at < tomorrow, Visit.state.in_((*LIVE, "done")))
    under_way = and_(Visit.state.in_(LIVE), Visit.start_at < today)
    return _part(
        session, _visits().where(or_(of_today, under_way)).order_by(Visit.start_at, Visit.id), now, page
    )


def ended_early(session: Session, now: datetime, page: int = 1) -> Part[DayRow]:
    """A page of the visits that ended without their work and are not planned again, by deadline."""
    listed = _visits().where(Visit.state.in_(ENDED_EARLY))
    return _part(session, listed.order_by(Visit.due_at, Visit.id), now, page)


def _visits() -> Select[Visit, WorksOrder, str]:
    return (
        select(Visit, WorksOrder, Firm.name)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .outerjoin(Firm, Firm.id == Visit.firm_id)
    )


def _part(session: Session, listed: Select[Visit, WorksOrder, str], now: datetime, page: int) -> Part[DayRow]:
    place = place_in(session, listed, page)
    rows = session.execute(cut(listed, place)).all()
    named = crews(session, [visit.id for visit, _, _ in rows])
    return place.of(
        DayRow(
            id=visit.id,
            code=visit.code,
            order_id=order.id,
            order_code=order.code,
            state=visit.state,
            reason=notes.ended_because(visit.state, visit.state_reason),
            trade=visit.trade,
            region=places.region(order.region_code).name,
            firm=firm or "",
            workers=tuple(name for _, name in named.get(visit.id, [])),
            start_at=visit.start_at,
            end_at=visit.end_at,
            arrived_at=visit.arrived_at,
            due_at=visit.due_at,
            late=_is_late(visit, now),
        )
        for visit, order, firm in rows
    )


def _is_late(visit: Visit, now: datetime) -> bool:
    """Not there at the start, or still there an hour after the end."""
    if visit.state in {"accepted", "en_route"}:
        return visit.start_at is not None and visit.start_at < now
    overtime = timedelta(hours=1)
    return visit.state == "on_site" and visit.end_at is not None and visit.end_at + overtime < now


def paused_orders(session: Session, page: int = 1) -> Part[PausedRow]:
    """A page of the orders on which nobody may work because somebody was unsafe, by deadline."""
    listed = (
        select(WorksOrder)
        .where(WorksOrder.state == "suspended")
        .order_by(WorksOrder.permanent_due_at, WorksOrder.id)
    )
    place = place_in(session, listed, page)
    return place.of(
        PausedRow(
            row.id,
            row.code,
            places.region(row.region_code).name,
            SUSPEND.label(row.state_reason) if SUSPEND.knows(row.state_reason) and row.state_reason else "",
            row.permanent_due_at,
        )
        for row in session.scalars(cut(listed, place))
    )
