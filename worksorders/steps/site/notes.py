"""What happened at a visit beside its lines; some of it alerts the coordinator until somebody acknowledges it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.reasons import ABORT, NO_ACCESS, UNSAFE_DETAILS
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.safety.escalate import escalate
from worksorders.store.tables.work.offers import VisitNote
from worksorders.store.tables.work.orders import Visit

NO_ACCESS_KIND = "no_access"
STOPPED = "stopped"
UNSAFE = "unsafe"
INSECURE = "insecure"
NOBODY_FREE = "nobody_free"
UNSAFE_DETAIL = "unsafe_detail"
LOCKED_IN = "locked_in"
OVERRUN = "overrun"
URGENT_CHANGE = "urgent_change"
LEFT_INSECURE = "The visit ended before the opening was secure."
_SAYS = {
    INSECURE: "Opening left insecure",
    LOCKED_IN: "A way out needs a key",
    OVERRUN: "Visit grew by a variation",
    URGENT_CHANGE: "Approved at once, the home could not be left secure without it",
    NOBODY_FREE: "Nobody can go at once",
}
_ALERTING = {
    NO_ACCESS_KIND: [reason.code for reason in NO_ACCESS.reasons if reason.alerts],
    STOPPED: [reason.code for reason in ABORT.reasons if reason.alerts],
}


def add_note(
    session: Session, actor: Actor | None, visit: Visit, kind: str, reason: str, *, now: datetime
) -> VisitNote:
    """Write the note and call whom it alerts; whether it does follows from kind and reason. Nobody: by the clock."""
    by = actor.user_id if actor else None
    note = VisitNote(id=uuid.uuid4(), visit_id=visit.id, kind=kind, reason=reason, at=now, by=by)
    session.add(note)
    audit.record(session, actor, f"visit.noted_{kind}", ("visit", visit.id), detail={"note": str(note.id)})
    session.flush()
    escalate(session, actor, visit, note, now)
    return note


def alerts() -> ColumnElement[bool]:
    """The condition for notes that alert, acknowledged or not."""
    by_reason = [
        and_(VisitNote.kind == kind, VisitNote.reason.in_(reasons)) for kind, reasons in _ALERTING.items()
    ]
    return or_(
        VisitNote.kind.in_((UNSAFE, INSECURE, NOBODY_FREE, LOCKED_IN, OVERRUN, URGENT_CHANGE)), *by_reason
    )


def label_of(kind: str, reason: str) -> str:
    """A note in words."""
    if kind == NO_ACCESS_KIND:
        return f"No access: {NO_ACCESS.label(reason).lower()}"
    if kind in {STOPPED, UNSAFE}:
        return ABORT.label(reason)
    if kind == UNSAFE_DETAIL:
        return ", ".join(
            UNSAFE_DETAILS.label(code) for code in reason.split(",") if UNSAFE_DETAILS.knows(code)
        )
    return f"{_SAYS[kind]}: {reason}"


def ended_because(state: str, reason: str | None) -> str | None:
    """Why a visit ended early, in words; None for any other."""
    if reason is None or state not in {"no_access", "aborted"}:
        return None
    return label_of(NO_ACCESS_KIND if state == "no_access" else STOPPED, reason)
