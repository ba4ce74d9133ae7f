"""Finds the offers that wait for an answer, each with why that firm was asked then."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from worksorders.gateways import places
from worksorders.steps.lists.part import SIZE, Part, cut, place_in
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import WorksOrder


@dataclass(frozen=True)
class OfferRow:
    """An offer that waits for its firm's answer."""

    id: uuid.UUID
    order_id: uuid.UUID
    order_code: str
    firm: str
    trades: tuple[str, ...]
    region: str
    urgent: bool
    opened_at: datetime
    expires_at: datetime
    turn: str


@dataclass(frozen=True, slots=True)
class LapsingOffer:
    """An open offer as far as the first page tells of it."""

    order_id: uuid.UUID
    order_code: str
    firm: str
    region: str
    opened_at: datetime
    expires_at: datetime


def next_to_lapse(session: Session, most: int) -> Part[LapsingOffer]:
    """The open offers that lapse first, so many at the most, and how many there are in all; one query."""
    rows = session.execute(
        select(
            func.count().over(),
            Offer.order_id,
            WorksOrder.code,
            Firm.name,
            WorksOrder.region_code,
            Offer.opened_at,
            Offer.expires_at,
        )
        .join(Firm, Firm.id == Offer.firm_id)
        .join(WorksOrder, WorksOrder.id == Offer.order_id)
        .where(Offer.state == "open")
        .order_by(Offer.expires_at, Offer.id)
        .limit(most)
    ).all()
    offers = (LapsingOffer(row[1], row[2], row[3], places.region(row[4]).name, *row[5:]) for row in rows)
    return Part(tuple(offers), rows[0][0] if rows else 0)


def open_offers(session: Session, page: int = 1, size: int = SIZE) -> Part[OfferRow]:
    """A page of the open offers, the first to lapse first."""
    listed = (
        select(Offer, Firm.name)
        .join(Firm, Firm.id == Offer.firm_id)
        .where(Offer.state == "open")
        .options(selectinload(Offer.order), selectinload(Offer.visits).selectinload(OfferVisit.visit))
        .order_by(Offer.expires_at, Offer.id)
    )
    place = place_in(session, listed, page, size)
    rows = session.execute(cut(listed, place)).all()
    turns = _turns(session, [offer.id for offer, _ in rows])
    return place.of(
        OfferRow(
            id=offer.id,
            order_id=offer.order_id,
            order_code=offer.order.code,
            firm=firm,
            trades=tuple(sorted({row.visit.trade for row in offer.visits})),
            region=places.region(offer.order.region_code).name,
            urgent=offer.urgent,
            opened_at=offer.opened_at,
            expires_at=offer.expires_at,
            turn=turns.get(offer.id) or "",
        )
        for offer, firm in rows
    )


def _turns(session: Session, offer_ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Why each firm was asked then, as the trail has it."""
    rows = session.execute(
        select(AuditEvent.subject_id, AuditEvent.detail["turn"].astext).where(
            AuditEvent.subject_table == "offer",
            AuditEvent.subject_id.in_(offer_ids),
            AuditEvent.action == "offer.opened",
        )
    )
    return {row[0]: row[1] for row in rows}
