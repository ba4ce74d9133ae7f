"""Calls the person on duty, and the next one where nobody acknowledges, until somebody takes care."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.roles import Role
from worksorders.domain.telling.alerts import kind_of
from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.tell.messages import notify_user
from worksorders.steps.tell.settings import load_settings
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.duty import DutyAlert, DutyCall, DutyTurn
from worksorders.store.tables.work.offers import VisitNote
from worksorders.store.tables.work.orders import WorksOrder

CALL = "duty.call"
NOTE = "note:"
MAY_ACKNOWLEDGE = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})


def alert_duty(
    session: Session,
    kind: str,
    order_id: uuid.UUID | None,
    visit_id: uuid.UUID | None,
    at: datetime,
    *,
    actor: Actor | None = None,
    dedupe_key: str | None = None,
) -> uuid.UUID:
    """Call whoever is on duty at `at` for the order's region and give the alert's id; one key is one alert.

    `kind` is a key of domain.telling.alerts.KINDS (ValueError otherwise). Where nobody is on duty, every
    administrator is called at once.
    """
    kind_of(kind)
    alert_id: uuid.UUID | None = session.scalar(
        insert(DutyAlert)
        .values(
            id=uuid.uuid4(),
            kind=kind,
            order_id=order_id,
            visit_id=visit_id,
            raised_at=at,
            dedupe_key=dedupe_key,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(DutyAlert.id)
    )
    if alert_id is None:
        return session.scalars(select(DutyAlert.id).where(DutyAlert.dedupe_key == dedupe_key)).one()
    detail = {
        "kind": kind,
        "order": str(order_id) if order_id else None,
        "visit": str(visit_id) if visit_id else None,
    }
    audit.record(session, actor, "duty.alerted", ("duty_alert", alert_id), detail=detail)
    _call_next(session, lock_alert(session, alert_id), at)
    return alert_id


@handles(CALL)
def call_next(job: Job) -> Effect:
    """Nobody has acknowledged in time: the next one is called."""
    alert_id = uuid.UUID(job.payload["alert_id"])
    return lambda session, now: _call_next(session, lock_alert(session, alert_id), now)


def _call_next(session: Session, alert: DutyAlert, now: datetime) -> None:
    if alert.acknowledged_at is not None or alert.called_off_at is not None:
        return
    called = session.execute(
        select(DutyCall.user_id, DutyCall.round).where(DutyCall.alert_id == alert.id)
    ).all()
    already = {user_id for user_id, _ in called}
    number = max((number for _, number in called), default=0) + 1
    ladder = [user_id for user_id in on_duty(session, _region(session, alert), now) if user_id not in already]
    if ladder:
        _call(session, alert, ladder[:1], number, now)
        wait = load_settings(session).acknowledge_within
        payload = {"alert_id": str(alert.id)}
        outbox.send(session, CALL, payload, at=now + wait, dedupe_key=f"{CALL}:{alert.id}:{number}")
        return
    _call(session, alert, [one for one in _administrators(session) if one not in already], number, now)


def _call(
    session: Session, alert: DutyAlert, user_ids: Sequence[uuid.UUID], number: int, now: datetime
) -> None:
    for user_id in user_ids:
        session.add(DutyCall(alert_id=alert.id, user_id=user_id, round=number, called_at=now))
        key = f"duty:{alert.id}:{user_id}"
        notify_user(session, user_id, "duty_call", now, urgent=True, dedupe_key=key)
    session.flush()
    detail = {"round": number, "users": [str(user_id) for user_id in user_ids]}
    audit.record(session, None, "duty.called", ("duty_alert", alert.id), detail=detail)


def on_duty(session: Session, region_code: str | None, at: datetime) -> list[uuid.UUID]:
    """Who is on duty at an instant, in the order of calling: by rank, the region's own before those for all."""
    regions: list[ColumnElement[bool]] = [DutyTurn.region_code.is_(None)]
    if region_code is not None:
        regions.append(DutyTurn.region_code == region_code)
    rows = session.scalars(
        select(DutyTurn.user_id)
        .join(AppUser, AppUser.id == DutyTurn.user_id)
        .where(
            DutyTurn.removed_at.is_(None),
            DutyTurn.starts_at <= at,
            DutyTurn.ends_at > at,
            AppUser.disabled_at.is_(None),
            or_(*regions),
        )
        .order_by(DutyTurn.rank, DutyTurn.region_code.asc().nulls_last(), DutyTurn.starts_at, DutyTurn.id)
    )
    return list(dict.fromkeys(rows))


def acknowledge_alert(session: Session, actor: Actor, alert_id: uuid.UUID, now: datetime) -> DutyAlert:
    """Somebody takes care, of the visit's note too that called; the first one's name stays.

    Raises NotFoundError, also for other roles.
    """
    if actor.role not in MAY_ACKNOWLEDGE:
        raise NotFoundError("There is no such alert.")
    note = _lock_note(session, alert_id)
    alert = lock_alert(session, alert_id)
    if alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by = now, actor.user_id
        session.flush()
        audit.record(session, actor, "duty.acknowledged", ("duty_alert", alert.id))
    if note is not None and note.alert_acknowledged_at is None:
        acknowledge_note(session, actor, note, now)
    return alert


def key_of(note_id: uuid.UUID) -> str:
    """What joins a visit's note to its duty alert and its call."""
    return f"{NOTE}{note_id}"


def acknowledge_note(session: Session, actor: Actor, note: VisitNote, now: datetime) -> None:
    """Write who takes care of a note that is locked."""
    note.alert_acknowledged_at, note.alert_acknowledged_by = now, actor.user_id
    session.flush()
    audit.record(
        session, actor, "alert.acknowledged", ("visit", note.visit_id), detail={"note": str(note.id)}
    )


def _lock_note(session: Session, alert_id: uuid.UUID) -> VisitNote | None:
    """The note that an alert came from, locked before the alert as everywhere; None for any other alert."""
    key = session.scalar(select(DutyAlert.dedupe_key).where(DutyAlert.id == alert_id))
    if key is None or not key.startswith(NOTE):
        return None
    note_id = uuid.UUID(key.removeprefix(NOTE))
    return session.scalar(select(VisitNote).where(VisitNote.id == note_id).with_for_update())


def call_off(session: Session, alert_id: uuid.UUID, now: datetime, *, actor: Actor | None = None) -> None:
    """The reason of an alert is gone: nobody more is called for it."""
    alert = lock_alert(session, alert_id)
    if alert.called_off_at is None:
        alert.called_off_at = now
        session.flush()
        audit.record(session, actor, "duty.called_off", ("duty_alert", alert.id))


def lock_alert(session: Session, alert_id: uuid.UUID) -> DutyAlert:
    """The alert, locked; raises NotFoundError."""
    alert = session.scalar(select(DutyAlert).where(DutyAlert.id == alert_id).with_for_update())
    if alert is None:
        raise NotFoundError("There is no such alert.")
    return alert


def _region(session: Session, alert: DutyAlert) -> str | None:
    if alert.order_id is None:
        return None
    return session.scalar(select(WorksOrder.region_code).where(WorksOrder.id == alert.order_id))


def _administrators(session: Session) -> list[uuid.UUID]:
    rows = session.scalars(
        select(AppUser.id)
        .where(AppUser.role == Role.ADMINISTRATOR.value, AppUser.disabled_at.is_(None))
        .order_by(AppUser.sign_in_name, AppUser.id)
    )
    return list(rows)
