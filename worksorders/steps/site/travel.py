"""On the way and at the door: setting out and arriving."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.steps.actor import Actor
from worksorders.steps.confirm.holding import require_confirmed
from worksorders.steps.duty.inside import check_in
from worksorders.steps.offers.moves import move_visit
from worksorders.steps.offers.settings import load_settings
from worksorders.steps.safety.barrier import begin_if_possible
from worksorders.steps.site.own_visit import attending_visit
from worksorders.store.tables.work.orders import Visit


def set_out(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> Visit:
    """The named worker is on the way; not before the address may be read, nor before the client knows who comes."""
    visit = attending_visit(session, actor, visit_id, now)
    require_confirmed(session, visit, "set_out")
    _not_too_early(session, visit, "set_out", now)
    move_visit(session, visit, "set_out", actor)
    return visit


def arrive(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> Visit:
    """The named worker is at the home; a crew arrives with the first of them.

    Work that takes a door or window out begins with it only where all that closes it again fits the day.
    """
    visit = attending_visit(session, actor, visit_id, now)
    require_confirmed(session, visit, "arrive")
    _not_too_early(session, visit, "arrive", now)
    move_visit(session, visit, "arrive", actor)
    visit.arrived_at = now
    check_in(session, visit, now)
    begin_if_possible(session, actor, visit, now)
    return visit


def _not_too_early(session: Session, visit: Visit, action: str, now: datetime) -> None:
    window = load_settings(session).address_window
    if visit.start_at is not None and now < visit.start_at - window:
        raise RefusedError(
            "This visit is too far ahead to start now: wait until its day.", state=visit.state, action=action
        )
