"""Whether a confirmation still holds: it is for one crew, one firm and one time, and for no other."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.domain.order.deadlines import Urgency
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.duty.alerts import alert_duty
from worksorders.steps.tell.calls import raise_call_task, withdraw_calls
from worksorders.steps.tell.settings import load_settings
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.orders import Visit, WorksOrder
from worksorders.store.tables.work.telling import ClientConfirmation

KIND = "client_confirmation"
CHANGED = "worker_or_time_changed"
TAKEN_BACK = "visit_taken_back"
NOT_TOLD = (
    "The client has not been told yet who comes: do not go there. The coordinator tells them first; "
    "call the coordinator if it is time to leave."
)


def crews_of(session: Session, visit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """The confirmed workers of each visit as sorted ids in text."""
    found: dict[uuid.UUID, list[str]] = {visit_id: [] for visit_id in visit_ids}
    for visit_id, worker_id in session.execute(
        select(Booking.visit_id, Booking.worker_id).where(
            Booking.visit_id.in_(visit_ids), Booking.state == "confirmed"
        )
    ):
        found[visit_id].append(str(worker_id))
    return {visit_id: sorted(crew) for visit_id, crew in found.items()}


def live_rows(session: Session, visits: Iterable[Visit]) -> Mapping[uuid.UUID, ClientConfirmation]:
    """By visit, the confirmation that is for its present crew, firm and time, told or only prepared."""
    known = {visit.id: visit for visit in visits}
    crews = crews_of(session, known)
    rows = session.scalars(
        select(ClientConfirmation)
        .where(ClientConfirmation.visit_id.in_(known), ClientConfirmation.voided_at.is_(None))
        .execution_options(populate_existing=True)
    )
    return {row.visit_id: row for row in rows if _is_for(row, known[row.visit_id], crews[row.visit_id])}


def live_row(session: Session, visit: Visit) -> ClientConfirmation | None:
    """The same for one visit."""
    return live_rows(session, [visit]).get(visit.id)


def is_confirmed(session: Session, visit: Visit) -> bool:
    """Whether the client was told of this crew at this time."""
    row = live_row(session, visit)
    return row is not None and row.confirmed_at is not None


def require_confirmed(session: Session, visit: Visit, action: str) -> None:
    """Raise RefusedError unless the client was told: nobody sets out or arrives before."""
    if not is_confirmed(session, visit):
        raise RefusedError(NOT_TOLD, state=visit.state, action=action)


def _is_for(row: ClientConfirmation, visit: Visit, crew: list[str]) -> bool:
    return bool(crew) and row.crew == crew and row.start_at == visit.start_at and row.firm_id == visit.firm_id


def void(
    session: Session, visits: Iterable[Visit], reason: str, now: datetime, actor: Actor | None = None
) -> None:
    """End what was prepared or told of these visits, its code word too, and the calls that waited for it."""
    known = {visit.id: visit for visit in visits}
    rows = session.scalars(
        select(ClientConfirmation)
        .where(ClientConfirmation.visit_id.in_(known), ClientConfirmation.voided_at.is_(None))
        .order_by(ClientConfirmation.id)
        .with_for_update()
    ).all()
    for row in rows:
        row.voided_at, row.void_reason = now, reason
        audit.record(session, actor, "confirmation.voided", ("visit", row.visit_id), reason=reason)
    for visit in known.values():
        withdraw_calls(session, visit.order_id, now, kind=KIND, visit_id=visit.id, actor=actor)
    session.flush()


def crew_named(session: Session, visit: Visit, now: datetime, *, actor: Actor | None = None) -> None:
    """The visit has a crew and a time, perhaps new ones: what was told before is void and the client is to be told.

    Call it whenever workers are named or the time moves. The call is due a set time before the visit; for the
    make-safe visit of a P1 order it is due now, and the person on duty is called.
    """
    void(session, [visit], CHANGED, now, actor)
    order = session.get_one(WorksOrder, visit.order_id)
    urgent = order.urgency == Urgency.P1 and visit.interim
    early = timedelta(hours=load_settings(session).tell_client_hours)
    due_at = now if urgent or visit.start_at is None else max(now, visit.start_at - early)
    raise_call_task(session, order.id, KIND, now, due_at=due_at, visit_id=visit.id, actor=actor)
    if urgent:
        alert_duty(session, "tell_client_now", order.id, visit.id, now, actor=actor)
