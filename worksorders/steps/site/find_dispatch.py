"""What coordinators watch: offers without an answer, alerts, today's visits, and work that waits to be accepted."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.reasons import SUSPEND
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.gateways import places
from worksorders.steps.offers.making.cascade import REFUSED_BY_ALL
from worksorders.steps.offers.making.opening import URGENT
from worksorders.steps.offers.moves import WORKED_ON
from worksorders.steps.site import notes
from worksorders.steps.site.find.visits import crews
from worksorders.store.tables.contractors import Firm
from worksorders.store.tables.offers import OfferVisit, VisitNote
from worksorders.store.tables.orders import Visit, WorksOrder
from worksorders.store.tables.people import AppUser

LIVE = ("accepted", "en_route", "on_site")
ENDED_EARLY = ("no_access", "aborted")


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


@dataclass(frozen=True)
class AlertRow:
    """A note that alerts; by the clock where `reported_by` is None; `acknowledged_by` is None while it waits."""

    note_id: uuid.UUID
    at: datetime
    what: str
    reported_by: str | None
    visit_id: uuid.UUID
    visit_code: str
    order_id: uuid.UUID
    order_code: str
    acknowledged_by: str | None


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


def refused_visits(session: Session) -> list[RefusedRow]:
    """Visits that all firms refused, and urgent ones that nobody could be asked for, by deadline."""
    asked = (
        select(func.count())
        .select_from(OfferVisit)
        .where(OfferVisit.visit_id == Visit.id)
        .correlate(Visit)
        .scalar_subquery()
    )
    urgent = and_(WorksOrder.urgency == URGENT, Visit.interim)
    rows = session.execute(
        select(Visit, WorksOrder, asked)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(
            Visit.state.in_(("unplanned", "planned")),
            WorksOrder.state.in_(WORKED_ON),
            or_(Visit.state_reason == REFUSED_BY_ALL, urgent),
        )
        .order_by(Visit.due_at, Visit.id)
    )
    return [
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
        for visit, order, count in rows
    ]


def find_alerts(session: Session, now: datetime) -> list[AlertRow]:
    """Alerts that nobody has acknowledged, unsafe workers and then oldest first; then those acknowledged within a day."""
    reporter, taker = AppUser.__table__.alias("reporter"), AppUser.__table__.alias("taker")
    waiting = VisitNote.alert_acknowledged_at.is_(None)
    rows = session.execute(
        select(VisitNote, Visit, WorksOrder, reporter.c.display_name, taker.c.display_name)
        .join(Visit, Visit.id == VisitNote.visit_id)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .outerjoin(reporter, reporter.c.id == VisitNote.by)
        .outerjoin(taker, taker.c.id == VisitNote.alert_acknowledged_by)
        .where(notes.alerts(), or_(waiting, VisitNote.alert_acknowledged_at > now - timedelta(days=1)))
        .order_by(waiting.desc(), (VisitNote.kind == notes.UNSAFE).desc(), VisitNote.at, VisitNote.id)
    )
    return [
        AlertRow(
            note.id, note.at, notes.label_of(note.kind, note.reason), by, visit.id, visit.code, order.id,
            order.code, taken_by,
        )
        for note, visit, order, by, taken_by in rows
    ]  # fmt: skip


def count_alerts(session: Session) -> int:
    """How many alerts wait for somebody."""
    waiting = select(func.count()).select_from(VisitNote)
    return session.scalar(waiting.where(notes.alerts(), VisitNote.alert_acknowledged_at.is_(None))) or 0


def visits_of_today(session: Session, now: datetime) -> list[DayRow]:
    """Visits that start today or are under way, and those that ended early and are not planned again, by start."""
    today = start_of_day(local_day(now))
    tomorrow = start_of_day(local_day(now) + timedelta(days=1))
    of_today = and_(Visit.start_at >= today, Visit.start_at < tomorrow, Visit.state.in_((*LIVE, "done")))
    under_way = and_(Visit.state.in_(LIVE), Visit.start_at < today)
    rows = session.execute(
        select(Visit, WorksOrder, Firm.name)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .outerjoin(Firm, Firm.id == Visit.firm_id)
        .where(or_(of_today, under_way, Visit.state.in_(ENDED_EARLY)))
        .order_by(Visit.start_at, Visit.id)
    ).all()
    named = crews(session, [visit.id for visit, _, _ in rows])
    return [
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
    ]


def _is_late(visit: Visit, now: datetime) -> bool:
    """Not there at the start, or still there an hour after the end."""
    if visit.state in {"accepted", "en_route"}:
        return visit.start_at is not None and visit.start_at < now
    overtime = timedelta(hours=1)
    return visit.state == "on_site" and visit.end_at is not None and visit.end_at + overtime < now


def paused_orders(session: Session) -> list[PausedRow]:
    """Orders on which nobody may work because somebody was unsafe, the oldest first."""
    rows = session.scalars(
        select(WorksOrder)
        .where(WorksOrder.state == "suspended")
        .order_by(WorksOrder.permanent_due_at, WorksOrder.id)
    )
    return [
        PausedRow(
            row.id,
            row.code,
            places.region(row.region_code).name,
            SUSPEND.label(row.state_reason) if SUSPEND.knows(row.state_reason) and row.state_reason else "",
            row.permanent_due_at,
        )
        for row in rows
    ]
