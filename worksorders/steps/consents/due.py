"""Requests that wait for an answer and refusals that wait for somebody, for the coordinators' list."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from worksorders.domain.people.consent import ANSWER_DAYS, WARN_AFTER_DAYS
from worksorders.gateways import places
from worksorders.steps.consents.find import label
from worksorders.store.tables.confidential.interests import (
    ConsentAnswer,
    ConsentRequest,
    ConsentRequestLine,
    HomeInterest,
)
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

LIVE = ("draft", "consent_pending", "approval_pending", "ready", "issued", "on_hold", "variation_pending")
SOON = timedelta(days=ANSWER_DAYS - WARN_AFTER_DAYS)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class AnswerDue:
    """Somebody was asked and has not said anything to `measures` measures yet."""

    order_id: uuid.UUID
    order_code: str
    urgency: str
    region_code: str
    region: str
    who: str
    may_call: bool
    asked_on: date
    due_on: date
    measures: int
    is_soon: bool
    is_overdue: bool


def answers_due(session: Session, today: date) -> tuple[AnswerDue, ...]:
    """Open requests of live orders, what is due first on top; one query."""
    answered = exists().where(
        ConsentAnswer.line_id == ConsentRequestLine.line_id,
        ConsentAnswer.interest_id == ConsentRequest.interest_id,
    )
    rows = session.execute(
        select(ConsentRequest, HomeInterest, WorksOrder, func.count(ConsentRequestLine.line_id))
        .join(ConsentRequestLine, ConsentRequestLine.request_id == ConsentRequest.id)
        .join(WorksLine, WorksLine.id == ConsentRequestLine.line_id)
        .join(HomeInterest, HomeInterest.id == ConsentRequest.interest_id)
        .join(WorksOrder, WorksOrder.id == ConsentRequest.order_id)
        .where(
            WorksOrder.state.in_(LIVE),
            WorksLine.removed_at.is_(None),
            HomeInterest.ended_at.is_(None),
            ~answered,
        )
        .group_by(ConsentRequest.id, HomeInterest.id, WorksOrder.id)
        .order_by(ConsentRequest.answer_due_on, ConsentRequest.id)
        .limit(LONGEST)
    )
    return tuple(
        AnswerDue(
            order_id=order.id,
            order_code=order.code,
            urgency=order.urgency,
            region_code=order.region_code,
            region=places.region(order.region_code).name,
            who=label(person),
            may_call=person.screening == "cleared",
            asked_on=request.asked_on,
            due_on=request.answer_due_on,
            measures=count,
            is_soon=request.answer_due_on - SOON <= today,
            is_overdue=request.answer_due_on < today,
        )
        for request, person, order, count in rows
    )


def count_late(session: Session, today: date) -> int:
    """How many requests are overdue or due within a week."""
    return sum(1 for row in answers_due(session, today) if row.is_soon)
