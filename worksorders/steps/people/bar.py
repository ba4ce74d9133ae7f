"""Bars a firm or worker from a case and takes from them, in the same transaction, what they were sent of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day
from worksorders.steps.actor import Actor
from worksorders.steps.offers.making.cascade import pass_on
from worksorders.steps.offers.moves import lock_offer, lock_order, lock_visits
from worksorders.steps.offers.take_back import take_back
from worksorders.steps.people import never_send
from worksorders.steps.people.eligibility import eligible_workers
from worksorders.steps.site.office import plan_again
from worksorders.steps.vetting.pins import clear_pins
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import Visit, WorksOrder

HELD = ("published", "offered")
ACCEPTED = ("accepted", "en_route")
INSIDE = "on_site"


@dataclass(frozen=True, slots=True)
class TakenAway:
    """Codes of visits: released before anyone said yes, taken from whoever had accepted, and those under way in the home."""

    released: tuple[str, ...]
    reassigned: tuple[str, ...]
    inside: tuple[str, ...]
    offers: int


@dataclass(frozen=True, slots=True)
class _Barred:
    """Either a firm, or a worker with the firm that the worker belongs to."""

    firm_id: uuid.UUID
    worker_id: uuid.UUID | None


def bar(
    session: Session,
    actor: Actor,
    case_id: uuid.UUID,
    *,
    firm_id: uuid.UUID | None = None,
    worker_id: uuid.UUID | None = None,
    source: str = "coordinator",
    now: datetime,
) -> TakenAway:
    """Bar them and take back open offers and held or accepted visits, which are offered or planned again.

    A worker in the home at this moment is not moved: the visit's code is told. Raises what never_send.add raises.
    """
    never_send.add(session, actor, case_id, firm_id=firm_id, worker_id=worker_id, source=source, now=now)
    session.flush()
    clear_pins(session, actor, firm_id=firm_id, worker_id=worker_id, case_id=case_id)
    who = _Barred(firm_id or session.get_one(Worker, worker_id).firm_id, worker_id)
    released: set[str] = set()
    reassigned: set[str] = set()
    inside: set[str] = set()
    offers = 0
    for order_id in session.scalars(
        select(WorksOrder.id).where(WorksOrder.case_id == case_id).order_by(WorksOrder.id)
    ).all():
        order = lock_order(session, order_id)
        lock_visits(session, session.scalars(select(Visit.id).where(Visit.order_id == order_id)).all())
        for visit in _theirs(session, order, who, (*ACCEPTED, INSIDE)):
            if visit.state == INSIDE:
                inside.add(visit.code)
            else:
                plan_again(session, actor, visit.id, now)
                reassigned.add(visit.code)
        for offer_id in _open_offers(session, order, who, now):
            released.update(visit.code for visit in take_back(session, actor, offer_id, now))
            offers += 1
        left = _theirs(session, order, who, HELD)
        pass_on(session, actor, order, left, plan_id=None, now=now)
        released.update(visit.code for visit in left)
        session.flush()
    return TakenAway(tuple(sorted(released)), tuple(sorted(reassigned)), tuple(sorted(inside)), offers)


def _theirs(session: Session, order: WorksOrder, who: _Barred, states: Sequence[str]) -> Sequence[Visit]:
    """Visits of the order in these states for which their time is taken."""
    mine = Booking.worker_id == who.worker_id if who.worker_id is not None else Booking.firm_id == who.firm_id
    booked = select(Booking.visit_id).where(Booking.state != "released", mine)
    return session.scalars(
        select(Visit)
        .where(Visit.order_id == order.id, Visit.state.in_(states), Visit.id.in_(booked))
        .order_by(Visit.id)
    ).all()


def _open_offers(session: Session, order: WorksOrder, who: _Barred, now: datetime) -> list[uuid.UUID]:
    """The firm's open offers of the order: all of them, or those that count on the worker."""
    rows = session.scalars(
        select(Offer.id)
        .where(Offer.order_id == order.id, Offer.firm_id == who.firm_id, Offer.state == "open")
        .order_by(Offer.id)
    ).all()
    return [row for row in rows if who.worker_id is None or _counts_on(session, order, row, who, now)]


def _counts_on(session: Session, order: WorksOrder, offer_id: uuid.UUID, who: _Barred, now: datetime) -> bool:
    """Whether the worker is proposed or held for a visit of the offer, or the firm has nobody else to send."""
    booked = select(Booking.visit_id).where(Booking.state != "released", Booking.worker_id == who.worker_id)
    named = session.scalar(
        select(OfferVisit.visit_id)
        .where(
            OfferVisit.offer_id == offer_id,
            or_(OfferVisit.worker_id == who.worker_id, OfferVisit.visit_id.in_(booked)),
        )
        .limit(1)
    )
    if named is not None:
        return True
    _, visits = lock_offer(session, offer_id)
    for visit in visits:
        people = eligible_workers(
            session,
            case_id=order.case_id,
            trade=visit.trade,
            region_code=order.region_code,
            on=local_day(visit.start_at or now),
        )
        if sum(person.firm_id == who.firm_id for person in people) < visit.crew:
            return True
    return False


def still_there(session: Session, actor: Actor, case_id: uuid.UUID) -> Sequence[tuple[str, str]]:
    """Codes and states of visits that somebody barred still holds, for coordinators alone."""
    barred = never_send.of_case(session, actor, case_id)
    theirs = select(Booking.visit_id).where(
        Booking.state != "released",
        or_(
            Booking.firm_id.in_([row.firm_id for row in barred if row.firm_id]),
            Booking.worker_id.in_([row.worker_id for row in barred if row.worker_id]),
        ),
    )
    rows = session.execute(
        select(Visit.code, Visit.state)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(
            WorksOrder.case_id == case_id,
            Visit.state.in_((*HELD, *ACCEPTED, INSIDE)),
            Visit.id.in_(theirs),
        )
        .order_by(Visit.code)
    )
    return [(row.code, row.state) for row in rows]


def choices(session: Session) -> list[tuple[str, str]]:
    """Every firm and every worker, as `firm:<id>` or `worker:<id>` with a name, to choose from."""
    firms = session.execute(select(Firm.id, Firm.name).order_by(func.lower(Firm.name), Firm.id))
    found = [(f"firm:{row.id}", f"{row.name} (the whole firm)") for row in firms]
    workers = session.execute(
        select(Worker.id, Firm.name, Worker.first_name, Worker.last_name)
        .join(Firm, Firm.id == Worker.firm_id)
        .order_by(func.lower(Firm.name), Worker.first_name, Worker.last_name, Worker.id)
    )
    found += [(f"worker:{row.id}", f"{row.name}: {row.first_name} {row.last_name}") for row in workers]
    return found
