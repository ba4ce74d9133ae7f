"""Who is on an insecure home: the worker and firm of its next visit, and what of it was escalated."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from worksorders.steps.site import notes
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.offers import Offer, OfferVisit, VisitNote
from worksorders.store.tables.work.orders import Visit, WorksOrder

REPORTS_SHOWN = 12
REPORTED = (
    notes.INSECURE,
    notes.UNSAFE,
    notes.UNSAFE_DETAIL,
    notes.NOBODY_FREE,
    notes.LOCKED_IN,
    notes.NO_ACCESS_KIND,
    notes.STOPPED,
)
ESCALATING = (notes.INSECURE, notes.UNSAFE, notes.NOBODY_FREE, notes.LOCKED_IN)


@dataclass(frozen=True, slots=True)
class OnIt:
    """The next visit's state and start, with firm and first names; `asked` firms where it is only offered."""

    state: str
    start_at: datetime | None
    firm: str
    workers: tuple[str, ...]
    asked: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """The newest note of an order that alerts and that nobody has taken."""

    note_id: uuid.UUID
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """What somebody reported of a visit, in words; the system's own notes name nobody."""

    at: datetime
    by: str
    number: int
    words: str


def reported(session: Session, order: WorksOrder) -> tuple[Reported, ...]:
    """The newest notes of an order's visits, newest first."""
    rows = session.execute(
        select(VisitNote, Visit.position, AppUser.display_name)
        .join(Visit, Visit.id == VisitNote.visit_id)
        .outerjoin(AppUser, AppUser.id == VisitNote.by)
        .where(Visit.order_id == order.id, VisitNote.kind.in_(REPORTED))
        .order_by(VisitNote.at.desc(), VisitNote.id)
        .limit(REPORTS_SHOWN)
    )
    return tuple(
        Reported(note.at, name or "The system", number, notes.label_of(note.kind, note.reason))
        for note, number, name in rows
    )


def who_is_on(session: Session, visits: Iterable[Visit]) -> dict[uuid.UUID, OnIt]:
    """By visit, in two queries; visits that nobody holds or was asked for are left out."""
    rows = {visit.id: visit for visit in visits}
    firms: dict[uuid.UUID, str] = {}
    names: dict[uuid.UUID, list[str]] = defaultdict(list)
    for visit_id, firm, first_name in session.execute(
        select(Booking.visit_id, Firm.name, Worker.first_name)
        .join(Worker, Worker.id == Booking.worker_id)
        .join(Firm, Firm.id == Booking.firm_id)
        .where(Booking.visit_id.in_(rows), Booking.state == "confirmed")
        .order_by(Worker.first_name, Worker.id)
    ):
        firms[visit_id] = firm
        names[visit_id].append(first_name)
    asked = dict(
        session.execute(
            select(OfferVisit.visit_id, func.count())
            .join(Offer, Offer.id == OfferVisit.offer_id)
            .where(OfferVisit.visit_id.in_(rows), Offer.state == "open")
            .group_by(OfferVisit.visit_id)
        ).all()
    )
    return {
        key: OnIt(row.state, row.start_at, firms.get(key, ""), tuple(names[key]), asked.get(key, 0))
        for key, row in rows.items()
        if key in firms or key in asked
    }


def escalated_orders(session: Session) -> frozenset[uuid.UUID]:
    """Every order of which something is escalated that nobody has taken."""
    rows = (
        select(Visit.order_id).join(VisitNote, VisitNote.visit_id == Visit.id).where(_escalating()).distinct()
    )
    return frozenset(session.scalars(rows))


def escalations(session: Session, order_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Escalation]:
    """By order, in one query."""
    rows = session.execute(
        select(Visit.order_id, VisitNote)
        .join(Visit, Visit.id == VisitNote.visit_id)
        .where(Visit.order_id.in_(order_ids), _escalating())
        .order_by(VisitNote.at, VisitNote.id)
    )
    return {
        order_id: Escalation(note.id, notes.label_of(note.kind, note.reason), note.at)
        for order_id, note in rows
    }


def _escalating() -> ColumnElement[bool]:
    return and_(VisitNote.kind.in_(ESCALATING), VisitNote.alert_acknowledged_at.is_(None))
