"""A firm's answer to an offer: of two who accept at the same moment one gets it, the other is told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.steps.actor import Actor
from worksorders.steps.finance import ledger
from worksorders.steps.offers.booking import book_crew
from worksorders.steps.offers.conflict import CONFLICT, never_again
from worksorders.steps.offers.dependants import release_dependants
from worksorders.steps.offers.making.cascade import pass_on
from worksorders.steps.offers.making.urgent import after_urgent_refusal
from worksorders.steps.offers.moves import lock_order, move_offer, move_visit
from worksorders.steps.offers.own_offer import own_open_offer
from worksorders.steps.offers.rates import take_rates
from worksorders.steps.offers.seats import choose, find_seats
from worksorders.steps.offers.withdraw import withdraw_others
from worksorders.steps.planning.around import solve_around
from worksorders.steps.safety.missing import somebody_goes
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit

ARRIVAL_MINUTES = (30, 45, 60, 90, 120, 180)


def arrival_choices(offer: Offer, visits: Sequence[Visit], now: datetime) -> tuple[int, ...]:
    """Minutes from now within which a worker may say to arrive: those that keep the deadline, or the soonest one."""
    if not offer.urgent:
        return ()
    due_at = min(visit.due_at for visit in visits)
    in_time = tuple(m for m in ARRIVAL_MINUTES if now + timedelta(minutes=m) <= due_at)
    return in_time or ARRIVAL_MINUTES[:1]


def accept(
    session: Session,
    actor: Actor,
    offer_id: uuid.UUID,
    now: datetime,
    *,
    chosen: Mapping[str, uuid.UUID] | None = None,
    arrive_in_minutes: int | None = None,
) -> Offer:
    """Take the offer: its visits are confirmed for the named workers, at the time held or, urgent, from now on.

    `chosen` names a worker by seat (see find_seats) where it is another than the proposed one. Raises
    NotFoundError, NoLongerAvailableError, or FaultsError at `arrive_in_minutes` or a seat's name.
    """
    offer, visits = own_open_offer(session, actor, offer_id, now)
    seats = find_seats(session, offer, visits, now)
    crews = choose(seats, chosen or {})
    if offer.urgent:
        _set_times(offer, visits, arrive_in_minutes, now)
    try:
        with session.begin_nested():
            for visit in visits:
                book_crew(session, offer, visit, crews[visit.id], now)
    except IntegrityError:
        message = "A worker has been booked for that time meanwhile: name another one."
        raise FaultsError([Fault(seats[0].name, message)]) from None
    move_offer(session, offer, "accept", actor)
    offer.responded_at, offer.responded_by = now, actor.user_id
    for visit in visits:
        visit.firm_id = offer.firm_id
        workers = [str(worker) for worker in crews[visit.id]]
        move_visit(session, visit, "accept", actor, detail={"offer": str(offer.id), "workers": workers})
    take_rates(session, [visit.id for visit in visits], offer.firm_id)
    withdraw_others(session, offer, visits, now)
    if offer.urgent:
        solve_around(session, offer.order_id, offer.id)
        somebody_goes(session, actor, visits, now)
    ledger.recommit_visits(session, actor, [visit.id for visit in visits], now)
    if offer.urgent:
        for visit in visits:
            release_dependants(session, [visit.id], now, starting_before=visit.end_at)
    session.flush()
    return offer


def _set_times(offer: Offer, visits: Sequence[Visit], minutes: int | None, now: datetime) -> None:
    allowed = arrival_choices(offer, visits, now)
    if minutes not in allowed:
        shown = ", ".join(str(choice) for choice in allowed)
        message = f"Say in how many minutes the worker will be there: one of {shown}."
        raise FaultsError([Fault("arrive_in_minutes", message)])
    for visit in visits:
        visit.start_at = now + timedelta(minutes=minutes)
        visit.end_at = visit.start_at + timedelta(minutes=visit.minutes)


def decline(session: Session, actor: Actor, offer_id: uuid.UUID, reason: str, now: datetime) -> Offer:
    """Say no, with a reason of the list; the visits go to the next firm at once.

    A firm that says that it has a conflict is never sent this case again, and is asked nothing about it.
    """
    offer, visits = own_open_offer(session, actor, offer_id, now)
    move_offer(session, offer, "decline", actor, reason=reason)
    offer.responded_at, offer.responded_by, offer.decline_reason = now, actor.user_id, reason
    session.flush()
    order = lock_order(session, offer.order_id)
    if reason == CONFLICT:
        never_again(session, actor, order, now)
    if offer.urgent:
        after_urgent_refusal(session, actor, order, visits, now)
    else:
        pass_on(session, actor, order, visits, plan_id=offer.plan_id, now=now)
    session.flush()
    return offer
