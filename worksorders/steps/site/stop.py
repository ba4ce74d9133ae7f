"""Ends a visit that could not be carried out: no access, stopped, or left because it was unsafe."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.lifecycle.reasons import ABORT, NO_ACCESS, UNSAFE_DETAILS
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.duty.inside import check_out
from worksorders.steps.offers.dependants import release_dependants
from worksorders.steps.offers.moves import move_visit, release_bookings
from worksorders.steps.ordering.moves import lock_order
from worksorders.steps.safety.charge import charge
from worksorders.steps.safety.suspend import suspend_home
from worksorders.steps.site import notes
from worksorders.steps.site.openings import is_any_insecure
from worksorders.steps.site.own_visit import named_visit, own_visit
from worksorders.store.tables.work.offers import VisitNote
from worksorders.store.tables.work.orders import Visit

LEFT_UNSAFE = "left_unsafe"
SUSPENDED_FOR = "worker_left_unsafe"
NOT_ENDED = "not_ended"
DETAILS_WITHIN = timedelta(days=1)
REASONS = (
    *NO_ACCESS.choices(),
    *(pair for pair in ABORT.choices() if pair[0] not in {LEFT_UNSAFE, NOT_ENDED}),
)


def stop(session: Session, actor: Actor, visit_id: uuid.UUID, reason: str, now: datetime) -> Visit:
    """No access, or the work cannot be done: the deadline keeps running and a coordinator plans the visit again.

    No access is never a closure; where the rule pays for it, the abortive visit becomes a line of the order. What was
    to come after it on the same day is taken back at once: nobody sets out for a lock whose door was not fitted.

    `reason` is a code of the no-access or the abort list; FaultsError at `reason` for any other.
    """
    if reason not in {code for code, _ in REASONS}:
        raise FaultsError([Fault("reason", "Choose what happened.")])
    lock_order(session, own_visit(session, actor, visit_id).order_id)
    visit = named_visit(session, actor, visit_id)
    kind = notes.NO_ACCESS_KIND if NO_ACCESS.knows(reason) else notes.STOPPED
    action = "report_no_access" if kind == notes.NO_ACCESS_KIND else "abort"
    _end(session, actor, visit, action, reason, now=now)
    notes.add_note(session, actor, visit, kind, reason, now=now)
    if kind == notes.NO_ACCESS_KIND:
        charge(session, actor, visit, reason, now)
    tomorrow = start_of_day(local_day(now) + timedelta(days=1))
    release_dependants(session, [visit.id], now, starting_before=tomorrow)
    return visit


def leave_unsafe(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> Visit:
    """One tap: the visit is over, every visit to the home is paused, and the coordinator is alerted."""
    order = lock_order(session, own_visit(session, actor, visit_id).order_id)
    visit = named_visit(session, actor, visit_id)
    _end(session, actor, visit, "abort", LEFT_UNSAFE, now=now)
    notes.add_note(session, actor, visit, notes.UNSAFE, LEFT_UNSAFE, now=now)
    suspend_home(session, actor, order, SUSPENDED_FOR, now)
    return visit


def add_unsafe_details(session: Session, actor: Actor, codes: Iterable[str], now: datetime) -> VisitNote:
    """What a worker who left unsafe adds afterwards, of UNSAFE_DETAILS, to the last visit so left within a day.

    Raises FaultsError at `details` for none or an unknown one, NotFoundError where there is no such visit.
    """
    chosen = [reason.code for reason in UNSAFE_DETAILS.reasons if reason.code in set(codes)]
    if not chosen:
        raise FaultsError([Fault("details", "Choose at least one.")])
    left = session.scalars(
        select(VisitNote)
        .where(
            VisitNote.kind == notes.UNSAFE, VisitNote.by == actor.user_id, VisitNote.at > now - DETAILS_WITHIN
        )
        .order_by(VisitNote.at.desc(), VisitNote.id)
        .limit(1)
    ).one_or_none()
    if left is None:
        raise NotFoundError("There is no visit to add this to.")
    visit = session.get_one(Visit, left.visit_id)
    return notes.add_note(session, actor, visit, notes.UNSAFE_DETAIL, ",".join(chosen), now=now)


def end_for_worker(session: Session, actor: Actor, visit: Visit, now: datetime) -> None:
    """The office ends a visit whose worker has left but cannot say so; the caller has locked it."""
    _end(session, actor, visit, "abort", NOT_ENDED, now=now)
    notes.add_note(session, actor, visit, notes.STOPPED, NOT_ENDED, now=now)


def _end(session: Session, actor: Actor, visit: Visit, action: str, reason: str, *, now: datetime) -> None:
    """End the visit and, in the same transaction, the right to its address and the hold on the workers' time."""
    was_inside = visit.state == "on_site"
    move_visit(session, visit, action, actor, reason=reason)
    visit.left_at = now
    check_out(session, actor, visit, now)
    release_bookings(session, [visit.id])
    if was_inside and is_any_insecure(session, visit.id):
        notes.add_note(session, actor, visit, notes.INSECURE, notes.LEFT_INSECURE, now=now)
