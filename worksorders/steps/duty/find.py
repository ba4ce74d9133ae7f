"""Read-only: alerts that wait and were answered, one with whom it called, and workers who are in a home."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from worksorders.domain.telling.alerts import DANGER, AlertKind, kind_of
from worksorders.gateways import places
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.duty import CheckIn, DutyAlert, DutyCall
from worksorders.store.tables.work.orders import Visit, WorksOrder

RECENT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert with its order and visit, where it has them; `ended` says how it ended, None while it is open."""

    id: uuid.UUID
    kind: AlertKind
    order_id: uuid.UUID | None
    order_code: str
    visit_id: uuid.UUID | None
    visit_code: str
    region: str
    raised_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    called_off_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether nobody has taken care of it and its reason still stands."""
        return self.acknowledged_at is None and self.called_off_at is None


@dataclass(frozen=True, slots=True)
class Called:
    """One person whom an alert called."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InsideRow:
    """A visit whose workers are in the home."""

    visit_id: uuid.UUID
    visit_code: str
    order_id: uuid.UUID
    order_code: str
    firm: str
    region: str
    arrived_at: datetime
    expected_out_at: datetime
    overdue: bool


def find_alerts(session: Session, now: datetime) -> list[AlertRow]:
    """Open ones, danger first, then oldest first; then those that ended within two days."""
    is_open = DutyAlert.acknowledged_at.is_(None) & DutyAlert.called_off_at.is_(None)
    return _alerts(session, or_(is_open, DutyAlert.raised_at > now - RECENT))


def find_alert(session: Session, alert_id: uuid.UUID) -> tuple[AlertRow, list[Called]]:
    """One alert with everybody whom it called, in order; raises NotFoundError."""
    found = _alerts(session, DutyAlert.id == alert_id)
    if not found:
        raise NotFoundError("There is no such alert.")
    rows = session.execute(
        select(AppUser.display_name, DutyCall.called_at)
        .join(AppUser, AppUser.id == DutyCall.user_id)
        .where(DutyCall.alert_id == alert_id)
        .order_by(DutyCall.round, AppUser.display_name)
    )
    return found[0], [Called(name, at) for name, at in rows]


def alerts_for(session: Session, actor: Actor) -> list[uuid.UUID]:
    """Open alerts for which this person was called, danger first, then oldest: the banner on each page of theirs."""
    rows = session.scalars(
        select(DutyAlert.id)
        .join(DutyCall, DutyCall.alert_id == DutyAlert.id)
        .where(
            DutyCall.user_id == actor.user_id,
            DutyAlert.acknowledged_at.is_(None),
            DutyAlert.called_off_at.is_(None),
        )
        .order_by(DutyAlert.kind.in_(DANGER).desc(), DutyAlert.raised_at, DutyAlert.id)
    )
    return list(rows)


def find_inside(session: Session, now: datetime) -> list[InsideRow]:
    """Who is in a home now, the first to be expected out on top."""
    rows = session.execute(
        select(CheckIn, Visit, WorksOrder, Firm.name)
        .join(Visit, Visit.id == CheckIn.visit_id)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .join(Firm, Firm.id == Visit.firm_id)
        .where(CheckIn.ended_at.is_(None), Visit.state == "on_site")
        .order_by(CheckIn.expected_out_at, CheckIn.id)
    )
    return [
        InsideRow(
            visit.id, visit.code, order.id, order.code, firm, places.region(order.region_code).name,
            row.arrived_at, row.expected_out_at, overdue=row.expected_out_at <= now,
        )
        for row, visit, order, firm in rows
    ]  # fmt: skip


def expected_out(session: Session, visit_id: uuid.UUID) -> datetime | None:
    """When the worker in the home of this visit is expected out; None while nobody is inside."""
    return session.scalar(
        select(func.max(CheckIn.expected_out_at)).where(
            CheckIn.visit_id == visit_id, CheckIn.ended_at.is_(None)
        )
    )


def _alerts(session: Session, condition: object) -> list[AlertRow]:
    taker = aliased(AppUser)
    is_open = DutyAlert.acknowledged_at.is_(None) & DutyAlert.called_off_at.is_(None)
    rows = session.execute(
        select(DutyAlert, WorksOrder.code, WorksOrder.region_code, Visit.code, taker.display_name)
        .outerjoin(WorksOrder, WorksOrder.id == DutyAlert.order_id)
        .outerjoin(Visit, Visit.id == DutyAlert.visit_id)
        .outerjoin(taker, taker.id == DutyAlert.acknowledged_by)
        .where(condition)  # type: ignore[arg-type]
        .order_by(is_open.desc(), DutyAlert.kind.in_(DANGER).desc(), DutyAlert.raised_at, DutyAlert.id)
    )
    return [
        AlertRow(
            id=row.id,
            kind=kind_of(row.kind),
            order_id=row.order_id,
            order_code=order_code or "",
            visit_id=row.visit_id,
            visit_code=visit_code or "",
            region=places.region(region).name if region else "",
            raised_at=row.raised_at,
            acknowledged_by=who,
            acknowledged_at=row.acknowledged_at,
            called_off_at=row.called_off_at,
        )
        for row, order_code, region, visit_code, who in rows
    ]
