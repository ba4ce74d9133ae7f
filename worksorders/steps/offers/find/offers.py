"""What a firm may see of the offers made to it: never more than the disclosure rule lets through."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from worksorders.domain.disclosure.offer import OfferedVisit, ShownOffer, shown_offer
from worksorders.domain.order.deadlines import Urgency
from worksorders.gateways import places
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.moves import WORKED_ON
from worksorders.steps.offers.own_offer import GONE, is_available, is_known_to
from worksorders.steps.offers.respond import arrival_choices
from worksorders.steps.offers.seats import Seat, find_seats
from worksorders.steps.offers.settings import load_settings
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import Visit, WorksOrder

PAST_SHOWN = 10
STILL_MINE = ("accepted", "en_route", "on_site", "done")


@dataclass(frozen=True)
class OpenOffer:
    """An offer that can be answered, as its firm sees it."""

    id: uuid.UUID
    shown: ShownOffer


@dataclass(frozen=True)
class PastOffer:
    """An offer that was answered or is gone: its code and what became of it, nothing else."""

    id: uuid.UUID
    code: str
    outcome: str
    at: datetime


@dataclass(frozen=True)
class OfferPage:
    """One offer; `shown`, `seats` and `arrivals` (minutes from now, urgent offers only) while it can be answered.

    `outcome` is "open", "accepted", "declined" or "gone"; `visit_ids` those that the firm has accepted and holds.
    """

    id: uuid.UUID
    code: str
    outcome: str
    shown: ShownOffer | None = None
    seats: tuple[Seat, ...] = ()
    arrivals: tuple[int, ...] = ()
    visit_ids: tuple[uuid.UUID, ...] = ()
    starts: Mapping[uuid.UUID, datetime | None] = field(default_factory=dict)


def find_open(session: Session, actor: Actor, now: datetime) -> list[OpenOffer]:
    """Offers to the actor's firm that can be answered now, the first to lapse first."""
    firm_id = actor.require_firm()
    barred = exists().where(NeverSend.case_id == WorksOrder.case_id, NeverSend.firm_id == firm_id)
    rows = session.scalars(
        select(Offer)
        .join(WorksOrder, WorksOrder.id == Offer.order_id)
        .where(
            is_known_to(actor),
            Offer.state == "open",
            Offer.expires_at > now,
            WorksOrder.state.in_(WORKED_ON),
            ~barred,
        )
        .options(*_with_visits())
        .order_by(Offer.expires_at, Offer.id)
    ).all()
    k = load_settings(session).area_dwellings
    return [OpenOffer(offer.id, _shown(offer, k)) for offer in rows]


def find_past(session: Session, actor: Actor, now: datetime) -> list[PastOffer]:
    """The firm's latest offers that cannot be answered any more, newest first."""
    rows = session.scalars(
        select(Offer)
        .where(is_known_to(actor), (Offer.state != "open") | (Offer.expires_at <= now))
        .order_by(Offer.opened_at.desc(), Offer.id)
        .limit(PAST_SHOWN)
    )
    return [
        PastOffer(row.id, row.code, _outcome(row.state), row.responded_at or row.expires_at) for row in rows
    ]


def find_offer(session: Session, actor: Actor, offer_id: uuid.UUID, now: datetime) -> OfferPage:
    """One offer that is known to the actor; raises NotFoundError for any other, whether it exists or not."""
    offer = session.scalar(
        select(Offer).where(Offer.id == offer_id, is_known_to(actor)).options(*_with_visits())
    )
    if offer is None:
        raise NotFoundError(GONE)
    visits = [row.visit for row in offer.visits]
    if is_available(session, offer, now):
        seats = tuple(find_seats(session, offer, visits, now))
        shown = _shown(offer, load_settings(session).area_dwellings)
        arrivals = arrival_choices(offer, visits, now)
        starts = {visit.id: visit.start_at for visit in visits}
        return OfferPage(offer.id, offer.code, "open", shown, seats, arrivals, starts=starts)
    in_order = sorted(visits, key=lambda visit: (visit.start_at or now, visit.position))
    held = [visit.id for visit in in_order if visit.firm_id == offer.firm_id and visit.state in STILL_MINE]
    return OfferPage(offer.id, offer.code, _outcome(offer.state), visit_ids=tuple(held))


def _outcome(state: str) -> str:
    return state if state in {"accepted", "declined"} else "gone"


def _with_visits() -> tuple[ORMOption, ...]:
    return (
        selectinload(Offer.visits).selectinload(OfferVisit.visit).selectinload(Visit.lines),
        selectinload(Offer.order),
    )


def _shown(offer: Offer, k: int) -> ShownOffer:
    visits = sorted(
        (row.visit for row in offer.visits),
        key=lambda visit: (visit.start_at or offer.expires_at, visit.position),
    )
    return shown_offer(
        offer.code,
        area_code=offer.order.area_code,
        areas=places.offer_areas(),
        visits=[_offered(visit, urgent=offer.urgent) for visit in visits],
        price_cents=offer.price_cents,
        expires_at=offer.expires_at,
        urgency=Urgency.P1 if offer.urgent else Urgency.P3,
        k=k,
    )


def _offered(visit: Visit, *, urgent: bool) -> OfferedVisit:
    end_at = visit.due_at if urgent or visit.end_at is None else visit.end_at
    names = tuple(line.offer_name for line in visit.lines if line.removed_at is None)
    return OfferedVisit(
        visit.trade, visit.crew, visit.minutes, None if urgent else visit.start_at, end_at, names
    )
