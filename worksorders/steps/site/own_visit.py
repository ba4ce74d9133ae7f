"""Finds a visit for the firm that holds it and says how a contractor's user stands to it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from catalogue.trade import parse_trade
from worksorders.domain.disclosure.policy import Field, Moment, Purpose, Refusal, Relation, Viewer, verdict
from worksorders.domain.errors import NotPermittedError, RefusedError
from worksorders.domain.lifecycle.machine import words
from worksorders.domain.local_time import local_day
from worksorders.domain.people.vetting import Check, Holder, may_attend
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.moves import WORKED_ON, lock_order, lock_visits
from worksorders.steps.offers.settings import load_settings
from worksorders.steps.people.check_register import load_register
from worksorders.store.tables.firms.contractors import Firm, VettingCheck, Worker, WorkerTrade
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.orders import Visit, WorksOrder

HELD = ("accepted", "en_route", "on_site", "done")
GONE = "There is no such visit."


def own_visit(session: Session, actor: Actor, visit_id: uuid.UUID) -> Visit:
    """The visit, if the actor's firm holds it; raises NotFoundError for anybody else's, ended or taken away."""
    firm_id = actor.require_firm()
    never = [NeverSend.firm_id == firm_id]
    if actor.worker_id is not None:
        never.append(NeverSend.worker_id == actor.worker_id)
    barred = exists().where(NeverSend.case_id == WorksOrder.case_id, or_(*never))
    visit = session.scalar(
        select(Visit)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(Visit.id == visit_id, Visit.firm_id == firm_id, Visit.state.in_(HELD), ~barred)
    )
    if visit is None:
        raise NotFoundError(GONE)
    return visit


def lock_own_visit(session: Session, actor: Actor, visit_id: uuid.UUID) -> Visit:
    """The same, locked with its order and as it is now."""
    found = own_visit(session, actor, visit_id)
    lock_order(session, found.order_id)
    lock_visits(session, [visit_id])
    return own_visit(session, actor, visit_id)


def crew_of(session: Session, visit_id: uuid.UUID) -> list[uuid.UUID]:
    """The workers who are named for the visit."""
    rows = session.scalars(
        select(Booking.worker_id)
        .where(Booking.visit_id == visit_id, Booking.state == "confirmed")
        .order_by(Booking.created_at, Booking.id)
    )
    return list(rows)


def viewer_of(session: Session, actor: Actor, visit: Visit, now: datetime) -> Viewer:
    """How the actor stands to a visit that the actor's firm holds: named for it or not, checks valid today or not."""
    if actor.worker_id is None or actor.worker_id not in crew_of(session, visit.id):
        return Viewer(Role.CONTRACTOR, Relation.FIRM)
    return Viewer(Role.CONTRACTOR, Relation.NAMED, cleared_today(session, actor.worker_id, visit, now))


def moment_of(visit: Visit, now: datetime) -> Moment:
    """The states and times on which disclosure hangs."""
    return Moment(visit.order.state, visit.state, visit.start_at, now)


def why_hidden(
    session: Session,
    actor: Actor,
    visit: Visit,
    field: Field,
    words_of: Mapping[Refusal, str],
    now: datetime,
) -> str | None:
    """Why the actor does not see a protected field at the visit now, in words; None where it may be asked for.

    `words_of` has a text for each refusal that may be told, with `{hours}` for how long before; else NotFoundError.
    """
    settings = load_settings(session)
    viewer, moment = viewer_of(session, actor, visit, now), moment_of(visit, now)
    answer = verdict(field, viewer, moment, Purpose.ATTEND_VISIT, settings.address_window)
    if answer.allowed:
        return None
    if answer.refusal is None or answer.refusal not in words_of:
        raise NotFoundError(GONE)
    return words_of[answer.refusal].format(hours=settings.address_window_hours)


def cleared_today(session: Session, worker_id: uuid.UUID, visit: Visit, now: datetime) -> bool:
    """Whether the checks of the worker and of the firm that holds the visit allow its trade today.

    A worker or a firm that has been stopped is cleared for nothing.
    """
    at_work = select(Worker.id).join(Firm, Firm.id == Worker.firm_id)
    if session.scalar(at_work.where(Worker.id == worker_id, Worker.active, Firm.active)) is None:
        return False
    checks = [
        Check(row.kind, Holder.WORKER if row.worker_id else Holder.FIRM, row.issued_on, row.expires_on)
        for row in session.scalars(
            select(VettingCheck).where(
                VettingCheck.state == "verified",
                or_(VettingCheck.worker_id == worker_id, VettingCheck.firm_id == visit.firm_id),
            )
        )
    ]
    trades = session.scalars(select(WorkerTrade.trade).where(WorkerTrade.worker_id == worker_id)).all()
    return may_attend(load_register(session), parse_trade(visit.trade), trades, checks, local_day(now))


def named_visit(session: Session, actor: Actor, visit_id: uuid.UUID) -> Visit:
    """The visit, locked, for one of its named workers; raises NotFoundError, or NotPermittedError for a colleague."""
    visit = lock_own_visit(session, actor, visit_id)
    if actor.worker_id is None or actor.worker_id not in crew_of(session, visit.id):
        raise NotPermittedError(
            "Only the worker who is named for this visit does this, with their own account."
        )
    return visit


def attending_visit(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> Visit:
    """The visit of a named worker whose checks are valid today, while the order is live.

    Raises NotFoundError, NotPermittedError for a colleague or somebody whose checks have lapsed, RefusedError for
    an order that is held or suspended.
    """
    visit = named_visit(session, actor, visit_id)
    if not cleared_today(session, crew_member(actor), visit, now):
        raise NotPermittedError("A check of yours or of your firm is not valid today: call the coordinator.")
    if visit.order.state not in WORKED_ON:
        raise RefusedError(
            f"Work at this home is paused ({words(visit.order.state)}): do not go there, call the coordinator.",
            state=visit.order.state,
            action="attend",
        )
    return visit


def crew_member(actor: Actor) -> uuid.UUID:
    """The worker that the account is; raises NotPermittedError for a firm's office account."""
    if actor.worker_id is None:
        raise NotPermittedError("Only a worker's own account does this.")
    return actor.worker_id
