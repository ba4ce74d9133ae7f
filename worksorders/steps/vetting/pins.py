"""Lets go of pins that hold visits to somebody who may not go any more: a plan never waits for them."""

from __future__ import annotations

import uuid

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.plans.planning import VisitPin
from worksorders.store.tables.work.orders import Visit, WorksOrder


def clear_pins(
    session: Session,
    actor: Actor | None,
    *,
    firm_id: uuid.UUID | None = None,
    worker_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
) -> int:
    """Remove the pins to the worker, or to everybody of the firm, of one case or of all; gives how many.

    Each leaves the row that any unpinning leaves, without a word why.
    """
    whom = [worker_id] if worker_id else select(Worker.id).where(Worker.firm_id == firm_id)
    gone = delete(VisitPin).where(VisitPin.worker_id.in_(whom))
    if case_id is not None:
        of_case = select(Visit.id).join(WorksOrder, WorksOrder.id == Visit.order_id)
        gone = gone.where(VisitPin.visit_id.in_(of_case.where(WorksOrder.case_id == case_id)))
    visits = session.scalars(gone.returning(VisitPin.visit_id)).all()
    for visit_id in sorted(visits):
        audit.record(session, actor, "visit.unpinned", ("visit", visit_id))
    return len(visits)
