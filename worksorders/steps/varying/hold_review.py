"""Warns on the morning of the day on which an order on hold is to be looked at again."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day, start_of_day
from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.tell.api import notify_user
from worksorders.store.tables.work.orders import WorksOrder

REVIEW = "order.hold_review"
MORNING = timedelta(hours=8)


def watch_hold(session: Session, actor: Actor, order: WorksOrder, review_on: date) -> None:
    """Set the timer: whoever put the order on hold is told at eight on that day."""
    payload = {"order_id": str(order.id), "user_id": str(actor.user_id)}
    outbox.send(session, REVIEW, payload, at=start_of_day(review_on) + MORNING)


@handles(REVIEW)
def warn(job: Job) -> Effect:
    """The day has come: warn, unless the order goes on again or was given a later day."""
    order_id, user_id = uuid.UUID(job.payload["order_id"]), uuid.UUID(job.payload["user_id"])

    def effect(session: Session, now: datetime) -> None:
        order = session.get(WorksOrder, order_id)
        if order is None or order.state != "on_hold" or order.review_on is None:
            return
        if order.review_on > local_day(now):
            return
        audit.record(session, None, "order.hold_review_due", ("works_order", order.id))
        notify_user(session, user_id, "task", now)

    return effect
