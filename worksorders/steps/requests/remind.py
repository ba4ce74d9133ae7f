"""Reminds officers of a request that waits, some working days before its last day: timers in the outbox, each done once."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import Text, exists, func, select
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.requests import REQUEST
from worksorders.domain.local_time import start_of_day
from worksorders.domain.privacy.requests import remind_on
from worksorders.domain.roles import Role
from worksorders.steps import audit, outbox
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.tell.api import notify_users
from worksorders.store.tables.confidential.forgetting import PrivacyRequest
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import OutboxMessage

REMIND = "request.remind"
HOUR_OF_DAY = timedelta(hours=8)


def schedule(session: Session, row: PrivacyRequest, now: datetime) -> None:
    """Set the timers of a request; of those that have passed the last is sent at once."""
    days = {on: start_of_day(on) + HOUR_OF_DAY for on in remind_on(row.due_on)}
    passed = [on for on, at in days.items() if at <= now]
    for on, at in days.items():
        if at > now:
            _send(session, row, on, at)
    if passed:
        _send(session, row, max(passed), now)


def schedule_missing(session: Session, now: datetime) -> int:
    """Set the timers of open requests that have none, from before there were timers; gives how many requests."""
    timer = exists().where(
        OutboxMessage.dedupe_key.startswith(
            func.concat(
                f"{REMIND}:", PrivacyRequest.id.cast(Text), ":", PrivacyRequest.due_on.cast(Text), ":"
            )
        )
    )
    rows = session.scalars(
        select(PrivacyRequest)
        .where(PrivacyRequest.state.not_in(REQUEST.final), ~timer)
        .order_by(PrivacyRequest.id)
    ).all()
    for row in rows:
        schedule(session, row, now)
    return len(rows)


def _send(session: Session, row: PrivacyRequest, on: date, at: datetime) -> None:
    payload = {"privacy_request_id": str(row.id), "day": row.due_on.isoformat()}
    outbox.send(session, REMIND, payload, at=at, dedupe_key=f"{REMIND}:{row.id}:{row.due_on}:{on}")


@handles(REMIND)
def remind_in_time(job: Job) -> Effect:
    """Remind the officers, unless the request was answered or its last day put off."""
    request_id, due_on = (
        uuid.UUID(job.payload["privacy_request_id"]),
        date.fromisoformat(job.payload["day"]),
    )
    return lambda session, now: _remind(session, request_id, due_on, now)


def _remind(session: Session, request_id: uuid.UUID, due_on: date, now: datetime) -> None:
    """Tell whoever has to act next: the privacy officers, and administrators too where a proposal waits."""
    row = session.get(PrivacyRequest, request_id)
    if row is None or row.due_on != due_on or not REQUEST.is_open(row.state):
        return
    roles = [Role.PRIVACY_OFFICER.value]
    if row.state == "proposed":
        roles.append(Role.ADMINISTRATOR.value)
    asked = (
        select(AppUser.id).where(AppUser.role.in_(roles), AppUser.disabled_at.is_(None)).order_by(AppUser.id)
    )
    notify_users(session, session.scalars(asked), "task", now)
    audit.record(
        session, None, "request.reminded", ("privacy_request", row.id), detail={"due_on": due_on.isoformat()}
    )
