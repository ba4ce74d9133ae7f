"""Ends a visit that was carried out: evidence is complete, every opening has its state, an insecure one an alarm."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.steps import outbox
from worksorders.steps.actor import Actor
from worksorders.steps.completion import exits as ways_out
from worksorders.steps.completion.missing import find_missing
from worksorders.steps.completion.proof import load_proofs
from worksorders.steps.duty.inside import check_out
from worksorders.steps.offers.moves import move_visit
from worksorders.steps.site import notes
from worksorders.steps.site.checklist import checklist_lines, on_site_visit
from worksorders.steps.site.openings import check_openings, set_states, touched_openings
from worksorders.steps.varying.moves import pending_of
from worksorders.store.tables.work.offers import LineDone
from worksorders.store.tables.work.orders import Visit

DRAW_INSPECTION = "inspection.draw"
NOTHING_SAID: Mapping[uuid.UUID, str] = MappingProxyType({})


def leave(
    session: Session,
    actor: Actor,
    visit_id: uuid.UUID,
    states: Mapping[uuid.UUID, str],
    *,
    exits: Mapping[uuid.UUID, str] = NOTHING_SAID,
    escalation: str = "",
    now: datetime,
) -> Visit:
    """End the visit; from here on its address is closed to everybody of the firm.

    `states` gives each touched opening's state by its id, `exits` whether each way out opens from inside without a
    key (see `completion.exits.ANSWERS`). Raises FaultsError at `line-<id>-<field>`, `opening-<id>`, `exit-<id>` or
    `escalation` with everything that is missing, RefusedError while a variation waits for its answer.
    """
    visit = on_site_visit(session, actor, visit_id, "leave")
    if any(one.visit_id == visit_id for one in pending_of(session, visit.order_id)):
        raise RefusedError(
            "A variation waits for its answer: the visit cannot end before it is decided.",
            state=visit.order.state,
            action="leave",
        )
    proofs, openings = load_proofs(session, [visit_id]), touched_openings(session, visit_id)
    faults = Faults()
    for field, message in find_missing(checklist_lines(visit), proofs):
        faults.add(field, message)
    check_openings(openings, states, escalation, faults)
    ways_out.check_exits(openings, exits, escalation, faults)
    faults.raise_if_any()
    if set_states(session, actor, visit, states, escalation=escalation, now=now):
        notes.add_note(session, actor, visit, notes.INSECURE, escalation.strip(), now=now)
    if ways_out.keep_exits(session, actor, visit, openings, exits, now):
        notes.add_note(session, actor, visit, notes.LOCKED_IN, escalation.strip(), now=now)
    _charges_done(session, actor, visit, proofs.done, now)
    move_visit(session, visit, "finish", actor)
    visit.left_at = now
    check_out(session, actor, visit, now)
    outbox.send(
        session, DRAW_INSPECTION, {"visit_id": str(visit.id)}, dedupe_key=f"{DRAW_INSPECTION}:{visit.id}"
    )
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
