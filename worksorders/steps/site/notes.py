"""What happened at a visit beside its lines; some of it alerts the coordinator until somebody acknowledges it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.reasons import ABORT, NO_ACCESS
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.store.tables.offers import VisitNote
from worksorders.store.tables.orders import Visit

NO_ACCESS_KIND = "no_access"
STOPPED = "stopped"
UNSAFE = "unsafe"
INSECURE = "insecure"
OVERRUN = "overrun"
URGENT_CHANGE = "urgent_change"
LEFT_INSECURE = "The visit ended before the opening was secure."
_ALERTING = {
    NO_ACCESS_KIND: [reason.code for reason in NO_ACCESS.reasons if reason.alerts],
    STOPPED: [reason.code for reason in ABORT.reasons if reason.alerts],
}


def add_note(
    session: Session, actor: Actor, visit: Visit, kind: str, reason: str, *, now: datetime
) -> VisitNote:
    """Write the note; whether it alerts follows from kind and reason."""
    note = VisitNote(id=uuid.uuid4(), visit_id=visit.id, kind=kind, reason=reason, at=now, by=actor.user_id)
    session.add(note)
    audit.record(session, actor, f"visit.noted_{kind}", ("visit", visit.id), detail={"note": str(note.id)})
    return note


def alerts() -> ColumnElement[bool]:
    """The condition for notes that alert, acknowledged or not."""
    by_reason = [
        and_(VisitNote.kind == kind, VisitNote.reason.in_(reasons)) for kind, reasons in _ALERTING.items()
    ]
    return or_(VisitNote.kind.in_((UNSAFE, INSECURE, OVERRUN, URGENT_CHANGE)), *by_reason)


def label_of(kind: str, reason: str) -> str:
    """A note in words."""
    if kind == NO_ACCESS_KIND:
        return f"No access: {NO_ACCESS.label(reason).lower()}"
    if kind in {STOPPED, UNSAFE}:
        return ABORT.label(reason)
    if kind == OVERRUN:
        return f"Visit grew by a variation: {reason}"
    if kind == URGENT_CHANGE:
        return f"Approved at once, the home could not be left secure without it: {reason}"
    return f"Opening left insecure: {reason}"


def ended_because(state: str, reason: str | None) -> str | None:
    """Why a visit ended early, in words; None for any other."""
    if reason is None or state not in {"no_access", "aborted"}:
        return None
    return label_of(NO_ACCESS_KIND if state == "no_access" else STOPPED, reason)
