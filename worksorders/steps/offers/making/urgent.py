"""A P1 order's make-safe visit waits for no plan: every firm with somebody free or on call is asked at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.offers.dependants import release_dependants
from worksorders.steps.offers.making.candidates import find_candidates
from worksorders.steps.offers.making.cascade import REFUSED_BY_ALL
from worksorders.steps.offers.making.opening import AGAIN, URGENT, Proposal, open_offer
from worksorders.steps.offers.moves import WORKED_ON, lock_order, lock_visits, move_visit
from worksorders.steps.offers.settings import OfferSettings, load_settings
from worksorders.steps.safety.missing import tell_nobody
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import Visit, WorksOrder

FREE = ("unplanned", "planned")


@handles("order.issued")
def offer_issued_order(job: Job) -> Effect:
    """Offer the make-safe visits of a P1 order at once; other orders wait for a plan."""
    order_id = uuid.UUID(job.payload["order_id"])
    return lambda session, now: _offer(session, order_id, now)


@handles(AGAIN)
def offer_again(job: Job) -> Effect:
    """Ask once more, for as long as nobody has taken the visit."""
    order_id = uuid.UUID(job.payload["order_id"])
    return lambda session, now: _offer(session, order_id, now)


def _offer(session: Session, order_id: uuid.UUID, now: datetime) -> None:
    offer_urgently(session, order_id, now)


def offer_urgently(session: Session, order_id: uuid.UUID, now: datetime, *, also_recent: bool = False) -> int:
    """Offer each make-safe visit that nobody holds to every firm that could go now; returns the number of offers.

    A visit that nobody can go to, or that everybody has declined, is tried again after the setting `again_minutes`;
    duty is alerted with what is missing, and it stands among the refused ones meanwhile. `also_recent` asks firms that have just declined too.
    """
    order = lock_order(session, order_id)
    if order.urgency != URGENT or order.state not in WORKED_ON:
        return 0
    wanted = session.scalars(
        select(Visit.id).where(Visit.order_id == order_id, Visit.interim, Visit.state.in_(FREE))
    ).all()
    settings = load_settings(session)
    since = None if also_recent else now - timedelta(minutes=settings.again_minutes)
    opened = [
        _offer_visit(session, order, visit, settings, now=now, quiet_since=since)
        for visit in lock_visits(session, wanted)
        if visit.state in FREE
    ]
    if not all(opened):
        ask_again(session, order_id, now + timedelta(minutes=settings.again_minutes))
    return sum(opened)


def ask_again(session: Session, order_id: uuid.UUID, at: datetime) -> None:
    """Set the timer for another round; rounds wanted for the same minute are one."""
    key = f"{AGAIN}:{order_id}:{at:%Y-%m-%dT%H:%M}"
    outbox.send(session, AGAIN, {"order_id": str(order_id)}, at=at, dedupe_key=key)


def _offer_visit(
    session: Session,
    order: WorksOrder,
    visit: Visit,
    settings: OfferSettings,
    *,
    now: datetime,
    quiet_since: datetime | None,
) -> int:
    quiet = _asked_since(session, visit.id, quiet_since) if quiet_since else ()
    candidates = find_candidates(session, visit, now, settings, now=now, without=quiet, at_once=True)
    for candidate in candidates:
        proposal = Proposal(visit, candidate.price_cents, turn="urgent: every firm that could go is asked")
        open_offer(session, order, candidate.firm_id, [proposal], plan_id=None, now=now)
    if not candidates:
        tell_nobody(session, visit, now, declined=bool(quiet))
    return len(candidates)


def _asked_since(session: Session, visit_id: uuid.UUID, since: datetime) -> set[uuid.UUID]:
    """Firms that have answered no, let an offer of this visit lapse or given it back, since then.

    A firm that was only slower than another one has refused nothing: its offer was withdrawn without an answer.
    """
    rows = session.scalars(
        select(Offer.firm_id)
        .join(OfferVisit, OfferVisit.offer_id == Offer.id)
        .where(
            OfferVisit.visit_id == visit_id,
            Offer.responded_at > since,
            (Offer.state == "lapsed") | Offer.responded_by.is_not(None),
        )
    )
    return set(rows)


def after_urgent_refusal(
    session: Session, actor: Actor | None, order: WorksOrder, visits: Iterable[Visit], now: datetime
) -> None:
    """Once no firm is left that could still accept: ask whoever is free by now, else wait and ask again."""
    refused = [visit for visit in visits if visit.state == "offered" and not _still_open(session, visit)]
    if not refused:
        return
    for visit in refused:
        move_visit(session, visit, "release", actor)
        visit.start_at = visit.end_at = None
        visit.state_reason = REFUSED_BY_ALL
        audit.record(session, None, "visit.refused_by_all", ("visit", visit.id), reason=REFUSED_BY_ALL)
        release_dependants(session, [visit.id], now, starting_before=visit.due_at)
    session.flush()
    offer_urgently(session, order.id, now)


def _still_open(session: Session, visit: Visit) -> bool:
    """Whether another firm may still say yes."""
    found = session.scalar(
        select(func.count())
        .select_from(Offer)
        .join(OfferVisit, OfferVisit.offer_id == Offer.id)
        .where(OfferVisit.visit_id == visit.id, Offer.state == "open")
    )
    return bool(found)
