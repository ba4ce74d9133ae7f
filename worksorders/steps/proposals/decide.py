"""A coordinator agrees to another time: the visit and its people's time move there and the offer stands for it; or not."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from worksorders.domain.errors import Fault, FaultsError, RefusedError
from worksorders.domain.roles import Role
from worksorders.gateways import places
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.making.opening import LAPSE
from worksorders.steps.offers.moves import lock_offer, release_bookings
from worksorders.steps.offers.own_offer import is_available
from worksorders.steps.offers.settings import load_settings
from worksorders.steps.proposals.able import able_people
from worksorders.steps.proposals.ask import NOBODY_FREE
from worksorders.steps.proposals.place import refuse_unless_possible
from worksorders.steps.tell.api import notify_firm
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.firms.vetting import TimeProposal
from worksorders.store.tables.plans.planning import Booking, PlanStop, VisitPin
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import Visit, WorksOrder

GONE = "The offer is not open any more: it was answered, lapsed or was taken back."


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """An open proposal for coordinators: the time offered and the time proposed."""

    id: uuid.UUID
    order_id: uuid.UUID
    order_code: str
    visit_code: str
    trade: str
    region: str
    firm: str
    worker: str
    offered_at: datetime | None
    start_at: datetime
    due_at: datetime
    expires_at: datetime


def open_proposals(session: Session, now: datetime) -> Sequence[ProposalRow]:
    """Proposals on offers that can still be answered, the first to lapse first."""
    rows = session.execute(
        select(TimeProposal, Offer, Visit, WorksOrder, Firm.name, Worker.first_name)
        .join(Offer, Offer.id == TimeProposal.offer_id)
        .join(Visit, Visit.id == TimeProposal.visit_id)
        .join(WorksOrder, WorksOrder.id == Offer.order_id)
        .join(Firm, Firm.id == Offer.firm_id)
        .join(Worker, Worker.id == TimeProposal.worker_id)
        .where(TimeProposal.state == "open", Offer.state == "open", Offer.expires_at > now)
        .order_by(Offer.expires_at, TimeProposal.id)
    )
    return [
        ProposalRow(
            row.id,
            order.id,
            order.code,
            visit.code,
            visit.trade,
            places.region(order.region_code).name,
            firm,
            worker,
            visit.start_at,
            row.start_at,
            visit.due_at,
            offer.expires_at,
        )
        for row, offer, visit, order, firm, worker in rows
    ]


def find_proposal(session: Session, actor: Actor, proposal_id: uuid.UUID) -> TimeProposal:
    """A proposal, for coordinators alone; raises NotFoundError."""
    row = session.get(TimeProposal, proposal_id)
    if row is None or actor.role is not Role.COORDINATOR:
        raise NotFoundError("There is no such proposal.")
    return row


def agree(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    proposal_id: uuid.UUID,
    now: datetime,
) -> Offer:
    """Move the visit there and give the firm time to accept: the planner's checker has the last word.

    Raises NotFoundError, RefusedError once offer or proposal is not open, FaultsError at `start`; nothing is changed
    then.
    """
    row = find_proposal(session, actor, proposal_id)
    offer, visits = lock_offer(session, row.offer_id)
    _refuse_unless_open(session, row, offer, now)
    visit = next(one for one in visits if one.id == row.visit_id)
    crew = _crew(session, offer, visit, row)
    refuse_unless_possible(session, sessions, cipher, actor, visit, crew, row.start_at, now)
    end_at = row.start_at + timedelta(minutes=visit.minutes)
    _book(session, offer, visit, crew, row.start_at, end_at)
    before, visit.start_at, visit.end_at = visit.start_at, row.start_at, end_at
    session.execute(delete(VisitPin).where(VisitPin.visit_id == visit.id))
    held = session.get_one(OfferVisit, (offer.id, visit.id))
    held.worker_id, held.start_at = crew[0], row.start_at
    _move_in_plan(session, offer, visit, crew)
    starts = [one.start_at for one in visits if one.start_at is not None]
    order = session.get_one(WorksOrder, offer.order_id)
    offer.expires_at = load_settings(session).lapses_at(order.urgency, now, min(starts))
    outbox.send(
        session,
        LAPSE,
        {"offer_id": str(offer.id)},
        at=offer.expires_at,
        dedupe_key=f"{LAPSE}:{offer.id}:{row.id}",
    )
    _close(session, actor, row, "accepted", now)
    audit.record(
        session,
        actor,
        "visit.time_agreed",
        ("visit", visit.id),
        detail={
            "offer": str(offer.id),
            "before": before.isoformat() if before else None,
            "start": row.start_at.isoformat(),
            "workers": [str(worker) for worker in crew],
        },
    )
    notify_firm(session, offer.firm_id, "firm_answer", now, case_id=order.case_id)
    return offer


def decline(session: Session, actor: Actor, proposal_id: uuid.UUID, now: datetime) -> TimeProposal:
    """Do not agree: the offer stands as it was made, and lapses as it would."""
    row = find_proposal(session, actor, proposal_id)
    offer, _ = lock_offer(session, row.offer_id)
    session.refresh(row, with_for_update=True)
    if row.state != "open":
        raise RefusedError(f"This proposal is {row.state} already.", state=row.state, action="decline")
    _close(session, actor, row, "declined", now)
    case_id = session.scalars(select(WorksOrder.case_id).where(WorksOrder.id == offer.order_id)).one()
    notify_firm(session, offer.firm_id, "firm_update", now, case_id=case_id)
    return row


def _refuse_unless_open(session: Session, row: TimeProposal, offer: Offer, now: datetime) -> None:
    session.refresh(row, with_for_update=True)
    if row.state != "open":
        raise RefusedError(f"This proposal is {row.state} already.", state=row.state, action="agree")
    if not is_available(session, offer, now):
        raise RefusedError(GONE, state=offer.state, action="agree")


def _crew(session: Session, offer: Offer, visit: Visit, row: TimeProposal) -> list[uuid.UUID]:
    """The worker proposed and, for a crew, the firm's least booked people beside."""
    people = able_people(session, offer, visit, row.start_at)
    ranked = sorted(
        people, key=lambda person: (person.worker_id != row.worker_id, len(person.booked), person.worker_id)
    )
    if len(ranked) < visit.crew:
        raise FaultsError([Fault("start", NOBODY_FREE)])
    return [person.worker_id for person in ranked[: visit.crew]]


def _book(
    session: Session,
    offer: Offer,
    visit: Visit,
    crew: Sequence[uuid.UUID],
    start_at: datetime,
    end_at: datetime,
) -> None:
    release_bookings(session, [visit.id])
    try:
        with session.begin_nested():
            for worker_id in crew:
                session.add(
                    Booking(
                        worker_id=worker_id,
                        firm_id=offer.firm_id,
                        visit_id=visit.id,
                        during=Range(start_at, end_at),
                        state="held",
                    )
                )
            session.flush()
    except IntegrityError:
        raise FaultsError([Fault("start", "The worker has been booked for that time meanwhile.")]) from None


def _move_in_plan(session: Session, offer: Offer, visit: Visit, crew: Sequence[uuid.UUID]) -> None:
    """The plan that the offer came from shows the visit where it is now."""
    if offer.plan_id is None or visit.start_at is None or visit.end_at is None:
        return
    session.execute(delete(PlanStop).where(PlanStop.plan_id == offer.plan_id, PlanStop.visit_id == visit.id))
    session.add_all(
        PlanStop(
            plan_id=offer.plan_id,
            visit_id=visit.id,
            worker_id=worker,
            start_at=visit.start_at,
            end_at=visit.end_at,
        )
        for worker in crew
    )
    session.flush()


def _close(session: Session, actor: Actor, row: TimeProposal, state: str, now: datetime) -> None:
    row.state, row.decided_at, row.decided_by = state, now, actor.user_id
    session.flush()
    audit.record(session, actor, f"proposal.{state}", ("time_proposal", row.id), moved=("open", state))
