"""Passes visits that a firm did not take to the next one, or back to the planner when nobody is left."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.offers.dependants import release_dependants
from worksorders.steps.offers.making.candidates import Candidate, find_candidates
from worksorders.steps.offers.making.opening import Proposal, ask_at_once, open_offer
from worksorders.steps.offers.moves import WORKED_ON, move_visit, release_bookings
from worksorders.steps.offers.settings import OfferSettings, load_settings
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import Visit, WorksOrder

REFUSED_BY_ALL = "refused_by_all"


def pass_on(
    session: Session,
    actor: Actor | None,
    order: WorksOrder,
    visits: Iterable[Visit],
    *,
    plan_id: uuid.UUID | None,
    now: datetime,
) -> list[Offer]:
    """Free the time that was held and offer each visit, at its time, to the next firm that could make it.

    Firms that were asked for a visit of this plan before are not asked again. A visit that nobody is left for is
    unplanned, with `refused_by_all` as its state's reason. The visits are locked, offered or published.
    """
    left: list[tuple[Visit, datetime]] = []
    for visit in visits:
        start_at = visit.start_at
        release_bookings(session, [visit.id])
        _release(session, actor, visit)
        if start_at is not None:
            left.append((visit, start_at))
    return offer_next(session, order, left, plan_id=plan_id, now=now)


def offer_next(
    session: Session,
    order: WorksOrder,
    visits: Iterable[tuple[Visit, datetime]],
    *,
    plan_id: uuid.UUID | None,
    now: datetime,
) -> list[Offer]:
    """Offer unplanned visits at their times to the next firms, one offer for each firm; see pass_on.

    A firm that is asked for one of them is asked for the others that it could make too: the fewer strangers come to
    a home the better, and what belongs to one day stays in one hand.

    A P1's make-safe visit that has no place then does not wait for the next plan: everybody free is asked at once.
    """
    settings = load_settings(session)
    found: dict[uuid.UUID, list[Proposal]] = defaultdict(list)
    left: list[Visit] = []
    for visit, start_at in visits:
        if start_at <= now or order.state not in WORKED_ON:
            left.append(visit)
            continue
        placed = _place(session, visit, start_at, settings, plan_id=plan_id, now=now, along=found)
        if placed is None:
            _note_refused_by_all(session, visit)
            left.append(visit)
        else:
            firm_id, proposal = placed
            found[firm_id].append(proposal)
    if any(visit.interim for visit in left):
        ask_at_once(session, order)
    release_dependants(session, [visit.id for visit in left], now)
    return [
        open_offer(session, order, firm_id, proposals, plan_id=plan_id, now=now)
        for firm_id, proposals in found.items()
    ]


def _release(session: Session, actor: Actor | None, visit: Visit) -> None:
    """Back to unplanned, without a time."""
    move_visit(session, visit, "unplan" if visit.state == "published" else "release", actor)
    visit.start_at = visit.end_at = visit.firm_id = None


def _place(
    session: Session,
    visit: Visit,
    start_at: datetime,
    settings: OfferSettings,
    *,
    plan_id: uuid.UUID | None,
    now: datetime,
    along: Collection[uuid.UUID],
) -> tuple[uuid.UUID, Proposal] | None:
    """Hold the time of the first candidate whose time is still free when it comes to it, firms of `along` first."""
    asked = asked_before(session, visit.id, plan_id)
    ranked = find_candidates(session, visit, start_at, settings, now=now, without=asked)
    for candidate in sorted(ranked, key=lambda one: one.firm_id not in along):
        crew = candidate.people[: visit.crew]
        if _hold(session, visit, start_at, candidate):
            visit.start_at, visit.end_at = start_at, start_at + timedelta(minutes=visit.minutes)
            return candidate.firm_id, Proposal(
                visit, candidate.price_cents, crew[0].worker_id, start_at, candidate.turn
            )
    return None


def asked_before(session: Session, visit_id: uuid.UUID, plan_id: uuid.UUID | None) -> set[uuid.UUID]:
    """Firms that were offered this visit in this plan."""
    rows = session.scalars(
        select(Offer.firm_id)
        .join(OfferVisit, OfferVisit.offer_id == Offer.id)
        .where(OfferVisit.visit_id == visit_id, Offer.plan_id.is_not_distinct_from(plan_id))
    )
    return set(rows)


def _hold(session: Session, visit: Visit, start_at: datetime, candidate: Candidate) -> bool:
    """Book a crew of the firm; False where somebody else has booked one of them in the meantime."""
    during = Range(start_at, start_at + timedelta(minutes=visit.minutes))
    try:
        with session.begin_nested():
            for person in candidate.people[: visit.crew]:
                session.add(
                    Booking(
                        worker_id=person.worker_id,
                        firm_id=candidate.firm_id,
                        visit_id=visit.id,
                        during=during,
                        state="held",
                    )
                )
            session.flush()
    except IntegrityError:
        return False
    return True


def _note_refused_by_all(session: Session, visit: Visit) -> None:
    visit.state_reason = REFUSED_BY_ALL
    audit.record(session, None, "visit.refused_by_all", ("visit", visit.id), reason=REFUSED_BY_ALL)
