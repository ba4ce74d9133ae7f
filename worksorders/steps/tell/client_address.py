"""Opens a client's safe number or address at the moment of sending, if it is still the safe way and a safe time."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.disclosure.policy import Purpose
from worksorders.domain.roles import Role
from worksorders.domain.telling.safe_times import is_safe_time, next_safe_time
from worksorders.steps import disclose
from worksorders.steps.actor import Actor
from worksorders.steps.jobs import Effect, Job
from worksorders.steps.tell.calls import raise_call_task
from worksorders.steps.tell.client import CALL_INSTEAD
from worksorders.steps.tell.messages import MAIL, send_at
from worksorders.steps.tell.safe_way import SAFE_MAIL, SAFE_NUMBER, safe_way_of
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.telling import OutgoingMessage

NOT_SAFE = "not_safe"


def way_to_client(job: Job, message: OutgoingMessage) -> str | Effect:
    """The number or mail address, or the effect to be had instead: wait for a safe time, or send nothing and call."""
    case_id, author_id = message.case_id, message.written_by
    if case_id is None or author_id is None:
        return _stop(message.id)
    with job.sessions() as session:
        way = safe_way_of(session, case_id)
        user = session.get_one(AppUser, author_id)
        actor = Actor(user.id, Role(user.role), user.display_name, f"message:{message.id}")
    if way.message_channel != message.channel:
        return _stop(message.id)
    if not is_safe_time(way.hours, job.now()):
        later = next_safe_time(way.hours, job.now())
        return _stop(message.id) if later is None else _later(message.id, later)
    kind = SAFE_MAIL if message.channel == MAIL else SAFE_NUMBER
    found = disclose.read(
        job.sessions,
        job.cipher,
        actor,
        case_ids=[case_id],
        kinds=[kind],
        purpose="message to the client",
        under=Purpose.CONTACT_CLIENT,
    )
    return found.of(case_id, kind) or _stop(message.id)


def _stop(message_id: uuid.UUID) -> Effect:
    """Nothing is sent: somebody has to call instead."""

    def effect(session: Session, now: datetime) -> None:
        message = session.get_one(OutgoingMessage, message_id, with_for_update=True)
        message.state, message.state_reason = "stopped", NOT_SAFE
        order_id = session.scalars(
            select(WorksOrder.id)
            .where(WorksOrder.case_id == message.case_id)
            .order_by(WorksOrder.raised_at.desc(), WorksOrder.id)
            .limit(1)
        ).one()
        raise_call_task(session, order_id, CALL_INSTEAD, now, dedupe_key=f"{CALL_INSTEAD}:{message_id}")

    return effect


def _later(message_id: uuid.UUID, at: datetime) -> Effect:
    """The safe hours are over: it waits for the next ones."""

    def effect(session: Session, _now: datetime) -> None:
        message = session.get_one(OutgoingMessage, message_id, with_for_update=True)
        message.wanted_at = at
        send_at(session, message_id, at, f"{at:%Y-%m-%dT%H:%M}")

    return effect
