"""The 21 days of a landlord: warned at day 15, overdue after day 21, each by a timer that looks again first.

Source: Residential Tenancies Act 1986 s42A. The timer makes a call task for the person who was asked, through the
gate like every other contact, and a row of the trail; for somebody who may not be reached any more it does nothing.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from worksorders.domain.local_time import start_of_day
from worksorders.domain.people.consent import ANSWER_DAYS, WARN_AFTER_DAYS
from worksorders.steps import audit, outbox
from worksorders.steps.consents import reach
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.store.tables.confidential.interests import ConsentAnswer, ConsentRequest, ConsentRequestLine
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

SOON = "consent.answer_soon"
OVERDUE = "consent.answer_overdue"
WAITING_STATES = ("draft", "consent_pending", "approval_pending", "ready", "issued", "on_hold")
CALL_HOURS = timedelta(hours=9)
ALLOWED = timedelta(days=1)


def start(session: Session, request: ConsentRequest) -> None:
    """Set both timers of a request, at nine in the morning of their day."""
    soon, overdue = (
        start_of_day(request.asked_on + timedelta(days=days)) + CALL_HOURS
        for days in (WARN_AFTER_DAYS, ANSWER_DAYS + 1)
    )
    outbox.send(session, SOON, {"request_id": str(request.id)}, at=soon, dedupe_key=f"{SOON}:{request.id}")
    outbox.send(
        session, OVERDUE, {"request_id": str(request.id)}, at=overdue, dedupe_key=f"{OVERDUE}:{request.id}"
    )


@handles(SOON)
def warn(job: Job) -> Effect:
    """Six days are left: call, unless everything was answered meanwhile."""
    return _call(job, SOON)


@handles(OVERDUE)
def tell_overdue(job: Job) -> Effect:
    """The 21 days are over without an answer: call, and the measure stands as overdue."""
    return _call(job, OVERDUE)


def _call(job: Job, which: str) -> Effect:
    request_id = uuid.UUID(job.payload["request_id"])

    def effect(session: Session, now: datetime) -> None:
        request = session.get(ConsentRequest, request_id)
        if request is None or not _waits(session, request):
            return
        audit.record(session, None, which, ("works_order", request.order_id))
        if reach.may_be_contacted(session, request.interest_id):
            reach.call(
                session,
                None,
                request.order_id,
                request.interest_id,
                "landlord_reminder",
                due_at=now + ALLOWED,
                dedupe_key=f"{which}:{request.id}",
                now=now,
            )

    return effect


def _waits(session: Session, request: ConsentRequest) -> bool:
    """Whether the order still lives and one of the measures asked about has no answer from this person."""
    order = session.get_one(WorksOrder, request.order_id)
    if order.state not in WAITING_STATES:
        return False
    answered = exists().where(
        ConsentAnswer.line_id == ConsentRequestLine.line_id,
        ConsentAnswer.interest_id == request.interest_id,
    )
    open_line = (
        select(ConsentRequestLine.line_id)
        .join(WorksLine, WorksLine.id == ConsentRequestLine.line_id)
        .where(ConsentRequestLine.request_id == request.id, WorksLine.removed_at.is_(None), ~answered)
    )
    return bool(session.scalar(select(exists(open_line))))
