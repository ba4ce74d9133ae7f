"""Takes back the visits that come after one that has lost its time: nothing stays planned before what it waits for."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.steps.offers.moves import lock_visits, move_visit
from worksorders.steps.offers.withdraw import withdraw_visits
from worksorders.steps.tell.api import notify_firm
from worksorders.store.tables.work.orders import Visit, VisitDependency, WorksOrder

WAITS = "waits_for_earlier"
ACTIONS = {"planned": "unplan", "published": "unplan", "offered": "release", "accepted": "reassign"}


def release_dependants(
    session: Session,
    visit_ids: Collection[uuid.UUID],
    now: datetime,
    *,
    starting_before: datetime | None = None,
) -> Sequence[Visit]:
    """Unplan what comes after these visits and has a time, what comes after that, and so on; returns them.

    With `starting_before` only what starts before that instant. A worker who has set out is never turned round: who
    is under way has been let in after all that had to come before. Firms that lose an accepted visit are told to look.
    """
    released: list[Visit] = []
    ahead, seen = set(visit_ids), set(visit_ids)
    while ahead:
        after = select(VisitDependency.after_id).where(VisitDependency.before_id.in_(ahead))
        query = select(Visit.id).where(Visit.id.in_(after), Visit.state.in_(ACTIONS), Visit.id.not_in(seen))
        if starting_before is not None:
            query = query.where(Visit.start_at < starting_before)
        ahead = set(session.scalars(query))
        seen |= ahead
        released += [visit for visit in lock_visits(session, ahead) if visit.state in ACTIONS]
    for visit in released:
        _release(session, visit, now)
    session.flush()
    return released


def _release(session: Session, visit: Visit, now: datetime) -> None:
    firm_id = visit.firm_id if visit.state == "accepted" else None
    move_visit(session, visit, ACTIONS[visit.state], None, reason=WAITS)
    withdraw_visits(session, None, [visit], now)
    if firm_id is not None:
        case_id = session.scalars(select(WorksOrder.case_id).where(WorksOrder.id == visit.order_id)).one()
        notify_firm(session, firm_id, "firm_update", now, case_id=case_id)
