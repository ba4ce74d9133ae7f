"""Lists of the first page that follow from safety: deadlines warned of, and visits to be planned again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from worksorders.gateways import places
from worksorders.steps.safety.deadlines import ENDED, OVER
from worksorders.steps.site import notes
from worksorders.store.tables.work.offers import VisitNote
from worksorders.store.tables.work.orders import Visit, WorksOrder
from worksorders.store.tables.work.safety import DeadlineWarning

SHOWN = 15
ENDED_EARLY = ("no_access", "aborted")
WENT_WRONG = (notes.NO_ACCESS_KIND, notes.STOPPED, notes.UNSAFE)


@dataclass(frozen=True, slots=True)
class WarnedRow:
    """A permanent deadline that runs and was warned of: the highest step reached."""

    order_id: uuid.UUID
    order_code: str
    urgency: str
    region: str
    level: int
    raised_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class AgainRow:
    """A visit that ended without its work and is not arranged again; `decided` where it waits for a plan already."""

    visit_id: uuid.UUID
    visit_code: str
    order_id: uuid.UUID
    order_code: str
    region: str
    trade: str
    reason: str
    at: datetime
    due_at: datetime
    decided: bool


def warned(session: Session) -> list[WarnedRow]:
    """Deadlines that still run, the first to come first; make-safe ones stand among the insecure homes."""
    runs = exists().where(
        Visit.order_id == DeadlineWarning.order_id,
        Visit.due_at == DeadlineWarning.due_at,
        ~Visit.interim,
        Visit.state.not_in(OVER),
    )
    rows = session.execute(
        select(WorksOrder, DeadlineWarning.due_at, func.max(DeadlineWarning.level))
        .join(WorksOrder, WorksOrder.id == DeadlineWarning.order_id)
        .where(DeadlineWarning.link == "permanent", WorksOrder.state.not_in(ENDED), runs)
        .group_by(WorksOrder.id, DeadlineWarning.due_at)
        .order_by(DeadlineWarning.due_at, WorksOrder.id)
        .limit(SHOWN)
    )
    return [
        WarnedRow(
            order.id,
            order.code,
            order.urgency,
            places.region(order.region_code).name,
            level,
            order.raised_at,
            due_at,
        )
        for order, due_at, level in rows
    ]


def to_plan_again(session: Session) -> list[AgainRow]:
    """Visits that ended early, and those back with the planner because of it, by deadline."""
    newest = (
        select(VisitNote.id)
        .where(VisitNote.visit_id == Visit.id, VisitNote.kind.in_(WENT_WRONG))
        .order_by(VisitNote.at.desc(), VisitNote.id)
        .limit(1)
        .correlate(Visit)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Visit, WorksOrder, VisitNote)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .join(VisitNote, VisitNote.id == newest)
        .where(
            or_(Visit.state.in_(ENDED_EARLY), Visit.state == "unplanned"),
            WorksOrder.state.not_in(ENDED),
        )
        .order_by(Visit.due_at, Visit.id)
        .limit(SHOWN)
    )
    return [
        AgainRow(
            visit_id=visit.id,
            visit_code=visit.code,
            order_id=order.id,
            order_code=order.code,
            region=places.region(order.region_code).name,
            trade=visit.trade,
            reason=notes.label_of(note.kind, note.reason),
            at=note.at,
            due_at=visit.due_at,
            decided=visit.state == "unplanned",
        )
        for visit, order, note in rows
    ]
