"""What coordinators see of the end of the work: defects, reviews, and one order's way to its closing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from worksorders.gateways import places
from worksorders.steps.actor import NotFoundError
from worksorders.steps.aftercare.closing import Missing
from worksorders.steps.aftercare.monitoring import FOLLOW_ON, follow_on_of, in_place_on, needs_monitoring
from worksorders.steps.aftercare.settings import load_settings
from worksorders.steps.site.accept_work import missing_to_close
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.aftercare import (
    Defect,
    Inspection,
    Monitoring,
    Review,
)
from worksorders.store.tables.work.completion import KeyEntry, LinePaper
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

T = TypeVar("T")


@dataclass(frozen=True)
class Link:
    """Another order, with what its page is called."""

    id: uuid.UUID
    code: str
    state: str


@dataclass(frozen=True)
class Closing:
    """One order on its way to the end."""

    order: WorksOrder
    missing: tuple[Missing, ...]
    visits: tuple[tuple[Visit, str], ...]
    inspections: tuple[Inspection, ...]
    defects: tuple[Defect, ...]
    keys: tuple[KeyEntry, ...]
    papers: tuple[LinePaper, ...]
    follows: Link | None
    followed_by: Link | None
    can_follow: bool
    monitoring: Monitoring | None
    reviews: tuple[Review, ...]


@dataclass(frozen=True)
class ReviewRow:
    """A review that comes up."""

    id: uuid.UUID
    order_id: uuid.UUID
    order_code: str
    region: str
    months: int
    due_on: date


def find_closing(session: Session, order_id: uuid.UUID) -> Closing:
    """One order in a constant number of queries; raises NotFoundError."""
    order = session.scalar(
        select(WorksOrder)
        .where(WorksOrder.id == order_id)
        .options(
            selectinload(WorksOrder.visits),
            selectinload(WorksOrder.lines).joinedload(WorksLine.visit),
            selectinload(WorksOrder.lines).joinedload(WorksLine.opening),
        )
    )
    if order is None:
        raise NotFoundError("There is no such order.")
    ids = [visit.id for visit in order.visits]
    firms = dict(
        session.execute(
            select(Firm.id, Firm.name).where(Firm.id.in_([v.firm_id for v in order.visits if v.firm_id]))
        ).all()
    )
    return Closing(
        order=order,
        missing=missing_to_close(session, order),
        visits=tuple(
            (visit, firms.get(visit.firm_id, "") if visit.firm_id else "") for visit in order.visits
        ),
        inspections=_rows(
            session, select(Inspection).where(Inspection.visit_id.in_(ids)).order_by(Inspection.asked_at)
        ),
        defects=_rows(
            session,
            select(Defect)
            .where(Defect.order_id == order_id)
            .options(joinedload(Defect.line), joinedload(Defect.repair_line).joinedload(WorksLine.visit))
            .order_by(Defect.found_at, Defect.id),
        ),
        keys=_rows(
            session,
            select(KeyEntry)
            .join(Visit, Visit.id == KeyEntry.visit_id)
            .where(KeyEntry.visit_id.in_(ids), KeyEntry.firm_id == Visit.firm_id)
            .options(joinedload(KeyEntry.line))
            .order_by(KeyEntry.recorded_at, KeyEntry.key_number),
        ),
        papers=_rows(
            session,
            select(LinePaper)
            .join(Visit, Visit.id == LinePaper.visit_id)
            .where(LinePaper.visit_id.in_(ids), LinePaper.firm_id == Visit.firm_id)
            .options(joinedload(LinePaper.line))
            .order_by(LinePaper.stored_at, LinePaper.id),
        ),
        follows=_link(session.get(WorksOrder, order.follows_id) if order.follows_id else None),
        followed_by=_link(follow_on_of(session, order_id)),
        can_follow=order.kind != FOLLOW_ON
        and order.state in {"issued", "closed"}
        and in_place_on(order) is not None
        and follow_on_of(session, order_id) is None
        and needs_monitoring(session, order),
        monitoring=session.get(Monitoring, order_id),
        reviews=_rows(session, select(Review).where(Review.order_id == order_id).order_by(Review.months)),
    )


def _rows(session: Session, query: Select[T]) -> tuple[T, ...]:
    return tuple(session.scalars(query))


def _link(order: WorksOrder | None) -> Link | None:
    return Link(order.id, order.code, order.state) if order is not None else None


def open_defects(session: Session) -> Sequence[Defect]:
    """Defects that are not mended, by their deadline."""
    return session.scalars(
        select(Defect)
        .where(Defect.state.in_(("found", "returned")))
        .options(joinedload(Defect.line), joinedload(Defect.order))
        .order_by(Defect.due_at, Defect.id)
    ).all()


def find_defect(session: Session, defect_id: uuid.UUID) -> Defect:
    """One defect with its order and line; raises NotFoundError."""
    row = session.scalar(
        select(Defect)
        .where(Defect.id == defect_id)
        .options(joinedload(Defect.line), joinedload(Defect.order), joinedload(Defect.repair_line))
    )
    if row is None:
        raise NotFoundError("There is no such defect.")
    return row


def reviews_near(session: Session, today: date) -> list[ReviewRow]:
    """Reviews that are due or come up within the time that the settings say, of orders that are not cancelled."""
    until = today + timedelta(days=load_settings(session).review_shown_days)
    rows = session.execute(
        select(Review, WorksOrder.code, WorksOrder.region_code)
        .join(WorksOrder, WorksOrder.id == Review.order_id)
        .where(
            Review.done_at.is_(None),
            Review.due_on <= until,
            WorksOrder.state.not_in(("cancelled", "superseded")),
        )
        .order_by(Review.due_on, Review.id)
    )
    return [
        ReviewRow(row.id, row.order_id, code, places.region(region).name, row.months, row.due_on)
        for row, code, region in rows
    ]


def find_review(session: Session, review_id: uuid.UUID) -> Review:
    """One review with its order; raises NotFoundError."""
    row = session.scalar(select(Review).where(Review.id == review_id).options(joinedload(Review.order)))
    if row is None:
        raise NotFoundError("There is no such review.")
    return row
