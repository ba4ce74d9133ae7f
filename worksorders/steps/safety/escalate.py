"""Calls the person on duty, and the advocate where the reason asks for it, when a note of a visit alerts."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.reasons import ABORT, NO_ACCESS
from worksorders.steps.actor import Actor
from worksorders.steps.duty.alerts import acknowledge_alert, key_of
from worksorders.steps.tell.api import alert_duty, call_off, raise_call_task
from worksorders.store.tables.work.duty import DutyAlert
from worksorders.store.tables.work.offers import VisitNote
from worksorders.store.tables.work.orders import Visit

NO_ACCESS_KIND = "no_access"
STOPPED = "stopped"
UNSAFE = "unsafe"
LEFT_UNSAFE = "left_unsafe"
ALERTS = {
    UNSAFE: LEFT_UNSAFE,
    "insecure": "insecure",
    "locked_in": "safety",
    NO_ACCESS_KIND: "no_access",
    STOPPED: "safety",
    "nobody_free": "nobody_accepts",
}
CALLS = {NO_ACCESS_KIND: "no_access", UNSAFE: LEFT_UNSAFE}


def escalate(session: Session, actor: Actor | None, visit: Visit, note: VisitNote, now: datetime) -> None:
    """Alert duty about a note that alerts; an advocate is called about no access and about leaving unsafe."""
    if note.kind not in ALERTS or not _alerts(note):
        return
    key = key_of(note.id)
    alert_duty(session, ALERTS[note.kind], visit.order_id, visit.id, now, actor=actor, dedupe_key=key)
    if note.kind in CALLS:
        raise_call_task(
            session, visit.order_id, CALLS[note.kind], now, visit_id=visit.id, actor=actor, dedupe_key=key
        )


def _alerts(note: VisitNote) -> bool:
    if note.kind == NO_ACCESS_KIND:
        return NO_ACCESS.knows(note.reason) and NO_ACCESS.get(note.reason).alerts
    if note.kind == STOPPED:
        return ABORT.knows(note.reason) and ABORT.get(note.reason).alerts
    return True


def call_duty_off(session: Session, actor: Actor, note_id: uuid.UUID, now: datetime) -> None:
    """The note's reason is gone: nobody more is called for it."""
    alert_id = session.scalar(select(DutyAlert.id).where(DutyAlert.dedupe_key == key_of(note_id)))
    if alert_id is not None:
        call_off(session, alert_id, now, actor=actor)


def acknowledge_duty(session: Session, actor: Actor, note_id: uuid.UUID, now: datetime) -> None:
    """Whoever acknowledges the note takes the duty alert too, so that nobody else is called."""
    alert_id = session.scalar(select(DutyAlert.id).where(DutyAlert.dedupe_key == key_of(note_id)))
    if alert_id is not None:
        acknowledge_alert(session, actor, alert_id, now)
