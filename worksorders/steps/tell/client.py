"""Tells a client that there is news: by the safe channel in the safe hours, or not at all and somebody is to call."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.telling.safe_times import next_safe_time
from worksorders.domain.telling.templates import Audience, template_of
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.tell.calls import raise_call_task
from worksorders.steps.tell.messages import send_at
from worksorders.steps.tell.safe_way import safe_way_of
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.telling import OutgoingMessage

CALL_INSTEAD = "client_update"


def notify_client(
    session: Session, actor: Actor, order_id: uuid.UUID, at: datetime, template: str = "client_update"
) -> bool:
    """Write the message for the next safe time and give True; else raise a call task, send nothing, give False.

    `actor` is in whose name the number is opened when it is sent. ValueError for a template of another audience.
    """
    if template_of(template).audience is not Audience.CLIENT:
        raise ValueError(f"{template!r} is not written for clients.")
    case_id = session.scalars(select(WorksOrder.case_id).where(WorksOrder.id == order_id)).one()
    way = safe_way_of(session, case_id)
    channel, wanted_at = way.message_channel, next_safe_time(way.hours, at)
    if channel is None or wanted_at is None:
        raise_call_task(session, order_id, CALL_INSTEAD, at, actor=actor)
        return False
    message = OutgoingMessage(
        id=uuid.uuid4(),
        case_id=case_id,
        channel=channel,
        template=template,
        state="waiting",
        written_at=at,
        written_by=actor.user_id,
        wanted_at=wanted_at,
    )
    session.add(message)
    session.flush()
    audit.record(
        session,
        actor,
        "client.told_by_message",
        ("works_order", order_id),
        detail={"message": str(message.id)},
    )
    send_at(session, message.id, wanted_at if wanted_at > at else None, "first")
    return True
