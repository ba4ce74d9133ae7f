"""The alerts that coordinators watch: who is unsafe or asks for somebody, until it is acknowledged."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from worksorders.steps.site import notes
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.offers import VisitNote
from worksorders.store.tables.work.orders import Visit, WorksOrder


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
