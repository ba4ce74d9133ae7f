"""Ends a visit that was carried out: evidence is complete, every opening has its state, an insecure one an alarm."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.steps.actor import Actor
from worksorders.steps.offers.moves import move_visit
from worksorders.steps.site import notes
from worksorders.steps.site.checklist import checklist_lines, lines_done, on_site_visit
from worksorders.steps.site.evidence import find_missing
from worksorders.steps.site.openings import check_openings, set_states, touched_openings
from worksorders.store.tables.offers import LineDone, Photo
from worksorders.store.tables.orders import Visit


def leave(
    session: Session,
    actor: Actor,
    visit_id: uuid.UUID,
    states: Mapping[uuid.UUID, str],
    *,
    escalation: str = "",
    now: datetime,
) -> Visit:
    """End the visit; from here on its address is closed to everybody of the firm.

    `states` gives each touched opening's state by its id. Raises FaultsError at `checklist`, `opening-<id>` or
    `escalation` with everything that is missing, RefusedError while a variation waits for its answer.
    """
    visit = on_site_visit(session, actor, visit_id, "leave")
    if visit.order.state == "variation_pending":
        raise RefusedError(
            "A variation waits for its answer: the visit cannot end before it is decided.",
            state=visit.order.state,
            action="leave",
        )
    lines, done = checklist_lines(visit), lines_done(session, visit)
    photographed = session.scalars(
        select(Photo.line_id).where(Photo.visit_id == visit_id, Photo.firm_id == visit.firm_id)
    ).all()
    faults = Faults()
    find_missing(lines, done, frozenset(line for line in photographed if line), faults=faults)
    check_openings(touched_openings(session, visit_id), states, escalation, faults)
    faults.raise_if_any()
    insecure = set_states(session, actor, visit, states, escalation=escalation, now=now)
    if insecure:
        notes.add_note(session, actor, visit, notes.INSECURE, escalation.strip(), now=now)
    _charges_done(session, actor, visit, done, now)
    move_visit(session, visit, "finish", actor)
    visit.left_at = now
    session.flush()
    return visit


def _charges_done(
    session: Session, actor: Actor, visit: Visit, done: Mapping[uuid.UUID, LineDone], now: datetime
) -> None:
    """A call-out and the like are done with their visit."""
    on_list = checklist_lines(visit)
    for line in visit.lines:
        if line.id in on_list or line.id in done or line.removed_at is not None:
            continue
        session.add(
            LineDone(
                line_id=line.id,
                visit_id=visit.id,
                firm_id=actor.require_firm(),
                done_quantity=line.quantity,
                done_at=now,
                done_by=actor.user_id,
            )
        )
