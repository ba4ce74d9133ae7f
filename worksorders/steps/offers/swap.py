"""A firm sends another of its cleared workers to a visit that it has accepted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, RefusedError
from worksorders.domain.lifecycle.machine import words
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.booking import book_crew
from worksorders.steps.offers.moves import lock_offer
from worksorders.steps.offers.seats import Seat, choose, find_seats
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import Visit


def find_swap(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> list[Seat]:
    """The seats of an accepted visit with everybody of the firm who could take them; raises NotFoundError."""
    offer, visit = _accepted(session, actor, visit_id)
    return find_seats(session, offer, [visit], now)


def swap(
    session: Session, actor: Actor, visit_id: uuid.UUID, chosen: Mapping[str, uuid.UUID], now: datetime
) -> Visit:
    """Name the crew anew; whoever is not in it any more loses the address in this same transaction.

    Raises NotFoundError, RefusedError once somebody has set out, FaultsError at a seat's name.
    """
    offer, _ = _accepted(session, actor, visit_id)
    lock_offer(session, offer.id)
    offer, visit = _accepted(session, actor, visit_id)
    if visit.state != "accepted":
        raise RefusedError(
            f"This visit is {words(visit.state)}: its workers cannot be changed any more.",
            state=visit.state,
            action="swap",
        )
    seats = find_seats(session, offer, [visit], now)
    before = [str(seat.proposed) for seat in seats]
    crew = choose(seats, chosen)[visit_id]
    try:
        with session.begin_nested():
            book_crew(session, offer, visit, crew, now)
    except IntegrityError:
        message = "This worker has been booked for that time meanwhile: name another one."
        raise FaultsError([Fault(seats[0].name, message)]) from None
    detail = {"before": before, "workers": [str(worker) for worker in crew]}
    audit.record(session, actor, "visit.crew_changed", ("visit", visit.id), detail=detail)
    return visit


def _accepted(session: Session, actor: Actor, visit_id: uuid.UUID) -> tuple[Offer, Visit]:
    """The offer by which the actor's firm holds the visit."""
    row = session.execute(
        select(Offer, Visit)
        .join(OfferVisit, OfferVisit.offer_id == Offer.id)
        .join(Visit, Visit.id == OfferVisit.visit_id)
        .where(
            Visit.id == visit_id,
            Visit.firm_id == actor.require_firm(),
            Offer.firm_id == Visit.firm_id,
            Offer.state == "accepted",
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such visit.")
    return row[0], row[1]
