"""A firm that would take an offered visit at another time proposes it; its offer stands meanwhile, and lapses as it would."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.own_offer import is_known_to, own_open_offer
from worksorders.steps.proposals.able import able_people
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.firms.vetting import TimeProposal
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit

NOTICE = timedelta(hours=1)
FARTHEST = timedelta(days=60)
NOBODY_FREE = "Nobody of your firm is cleared and free at that time: propose another one."


@dataclass(frozen=True, slots=True)
class OwnProposal:
    """A proposal as its firm sees it."""

    id: uuid.UUID
    visit_id: uuid.UUID
    worker: str
    start_at: datetime
    state: str


def propose(
    session: Session,
    actor: Actor,
    offer_id: uuid.UUID,
    visit_id: uuid.UUID,
    start_at: datetime,
    now: datetime,
) -> TimeProposal:
    """Propose another start for a visit of an open offer; an earlier proposal for it is replaced.

    Raises NotFoundError, NoLongerAvailableError, RefusedError for an urgent offer, FaultsError at `start`.
    """
    offer, visits = own_open_offer(session, actor, offer_id, now)
    if offer.urgent:
        raise RefusedError(
            "An urgent visit waits for no other time: say in how many minutes you can be there.",
            state=offer.state,
            action="propose",
        )
    visit = next((one for one in visits if one.id == visit_id), None)
    if visit is None:
        raise NotFoundError("There is no such visit.")
    _check_start(visit, start_at, now)
    people = able_people(session, offer, visit, start_at)
    if len(people) < visit.crew:
        raise FaultsError([Fault("start", NOBODY_FREE)])
    _close_earlier(session, actor, offer.id, visit_id, now)
    row = TimeProposal(
        id=uuid.uuid4(),
        offer_id=offer.id,
        visit_id=visit_id,
        worker_id=min(people, key=lambda person: (len(person.booked), person.worker_id)).worker_id,
        start_at=start_at,
        state="open",
        asked_at=now,
        asked_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "proposal.made",
        ("time_proposal", row.id),
        moved=(None, "open"),
        detail={"offer": str(offer.id)},
    )
    return row


def _check_start(visit: Visit, start_at: datetime, now: datetime) -> None:
    if start_at < now + NOTICE:
        raise FaultsError([Fault("start", "Give a time that is at least an hour ahead.")])
    if start_at > now + FARTHEST:
        raise FaultsError([Fault("start", f"Give a day within {FARTHEST.days} days.")])
    if start_at == visit.start_at:
        raise FaultsError([Fault("start", "This is the time that is offered: accept it instead.")])
    if local_day(start_at) < visit.ready_on:
        raise FaultsError([Fault("start", "The visit cannot be that early: propose a later day.")])


def _close_earlier(
    session: Session, actor: Actor, offer_id: uuid.UUID, visit_id: uuid.UUID, now: datetime
) -> None:
    session.execute(
        update(TimeProposal)
        .where(
            TimeProposal.offer_id == offer_id,
            TimeProposal.visit_id == visit_id,
            TimeProposal.state == "open",
        )
        .values(state="withdrawn", decided_at=now, decided_by=actor.user_id)
    )


def own_proposals(session: Session, actor: Actor, offer_id: uuid.UUID) -> Sequence[OwnProposal]:
    """What the firm proposed for an offer of its own, the newest first."""
    rows = session.execute(
        select(TimeProposal, Worker.first_name)
        .join(Offer, Offer.id == TimeProposal.offer_id)
        .join(Worker, Worker.id == TimeProposal.worker_id)
        .where(TimeProposal.offer_id == offer_id, is_known_to(actor))
        .order_by(TimeProposal.asked_at.desc(), TimeProposal.id)
    )
    return [OwnProposal(row.id, row.visit_id, name, row.start_at, row.state) for row, name in rows]


def own_proposal(session: Session, actor: Actor, proposal_id: uuid.UUID) -> TimeProposal:
    """A proposal of the actor's firm; raises NotFoundError."""
    row = session.scalar(
        select(TimeProposal)
        .join(Offer, Offer.id == TimeProposal.offer_id)
        .where(TimeProposal.id == proposal_id, is_known_to(actor))
    )
    if row is None:
        raise NotFoundError("There is no such proposal.")
    return row


def withdraw(session: Session, actor: Actor, proposal_id: uuid.UUID, now: datetime) -> TimeProposal:
    """The firm takes its proposal back; the offer stands as it was made."""
    row = own_proposal(session, actor, proposal_id)
    session.refresh(row, with_for_update=True)
    if row.state != "open":
        raise RefusedError(f"This proposal is {row.state} already.", state=row.state, action="withdraw")
    row.state, row.decided_at, row.decided_by = "withdrawn", now, actor.user_id
    audit.record(session, actor, "proposal.withdrawn", ("time_proposal", row.id), moved=("open", row.state))
    return row
