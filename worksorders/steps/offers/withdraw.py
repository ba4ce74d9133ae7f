"""Takes offers back: from those who were slower, and from everybody when a visit is cancelled or reassigned."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.steps.actor import Actor
from worksorders.steps.confirm.holding import TAKEN_BACK, void
from worksorders.steps.finance import ledger
from worksorders.steps.offers.moves import move_offer, release_bookings
from worksorders.steps.offers.rates import give_rates_back, prices_by_firm
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import Visit


def withdraw_others(session: Session, taken: Offer, visits: Sequence[Visit], now: datetime) -> None:
    """Withdraw every other open offer of these visits; their firms read that it is no longer available."""
    for offer in _live_offers(session, [visit.id for visit in visits]):
        if offer.id != taken.id and offer.state == "open":
            move_offer(session, offer, "withdraw", None)
            offer.responded_at = now


def withdraw_visits(session: Session, actor: Actor | None, visits: Collection[Visit], now: datetime) -> None:
    """Take visits away from whoever was offered or has accepted them; the caller has locked and then moves them.

    Open and accepted offers are withdrawn, the workers' time is released, and with it, in this same transaction,
    every right to read the address.
    """
    ids = {visit.id for visit in visits}
    for offer in _live_offers(session, ids):
        others = [row for row in offer.visits if row.visit_id not in ids]
        if offer.state == "open" and others:
            _shrink(session, offer, ids)
        elif not any(_is_held(row.visit) for row in others):
            # A contractor that gives a visit back does not withdraw the offer: the system does, as a consequence.
            move_offer(session, offer, "withdraw", None if actor and actor.firm_id else actor)
            offer.responded_at = offer.responded_at or now
    release_bookings(session, ids)
    give_rates_back(session, ids)
    void(session, visits, TAKEN_BACK, now, actor)
    for visit in visits:
        visit.firm_id = visit.start_at = visit.end_at = None
    ledger.recommit_visits(session, actor, ids, now)


def _is_held(visit: Visit) -> bool:
    return visit.state in {"accepted", "en_route", "on_site", "done"}


def _shrink(session: Session, offer: Offer, gone: Collection[uuid.UUID]) -> None:
    """Leave some visits out of an offer that still has others."""
    for row in [row for row in offer.visits if row.visit_id in gone]:
        offer.price_cents -= prices_by_firm(session, row.visit_id).get(offer.firm_id, 0)
        offer.visits.remove(row)
        session.delete(row)


def _live_offers(session: Session, visit_ids: Collection[uuid.UUID]) -> Sequence[Offer]:
    """Open and accepted offers of the visits, locked."""
    wanted = select(OfferVisit.offer_id).where(OfferVisit.visit_id.in_(visit_ids))
    return session.scalars(
        select(Offer)
        .where(Offer.id.in_(wanted), Offer.state.in_(("open", "accepted")))
        .order_by(Offer.id)
        .with_for_update(of=Offer)
        .execution_options(populate_existing=True)
    ).all()
