"""Records that a person was asked about measures, and what they said, measure by measure."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalogue.item import ConsentNeeded
from worksorders.domain.errors import Faults
from worksorders.domain.local_time import local_day
from worksorders.domain.people.consent import (
    How,
    Outcome,
    answer_due,
    check_answer,
    who_to_ask,
)
from worksorders.domain.people.interests import Channel
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.consents import clock, reach
from worksorders.steps.consents.standing import needing
from worksorders.store.tables.confidential.interests import (
    ConsentAnswer,
    ConsentRequest,
    ConsentRequestLine,
    HomeInterest,
)
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

LONGEST = 500
CHANNEL_OF = {How.LETTER: Channel.LETTER, How.MAIL: Channel.MESSAGE}


def ask(
    session: Session,
    actor: Actor,
    order_id: uuid.UUID,
    *,
    interest_id: uuid.UUID,
    line_ids: Collection[uuid.UUID],
    how: str,
    asked_on: date | None,
    contact_id: uuid.UUID | None = None,
    now: datetime,
) -> ConsentRequest:
    """Record that somebody was asked; the 21 days run from there, with warnings by timer.

    FaultsError at `how`, `asked_on` or `lines`; NotPermittedError for somebody who may not be reached.
    """
    order = _order(session, actor, order_id)
    _concerned(session, order, interest_id, CHANNEL_OF.get(How(how), Channel.CALL_TASK) if how else None)
    faults = Faults()
    faults.require(how in list(How), "how", "Choose how they were asked.")
    lines = _lines(order, line_ids, faults)
    faults.require(asked_on, "asked_on", "Enter the day of the asking.")
    if asked_on is not None and asked_on > local_day(now):
        faults.add("asked_on", f"{asked_on:%d/%m/%Y} is in the future: give the day of the asking.")
    faults.raise_if_any()
    assert asked_on is not None
    row = ConsentRequest(
        id=uuid.uuid4(),
        order_id=order.id,
        interest_id=interest_id,
        asked_on=asked_on,
        how=how,
        answer_due_on=answer_due(asked_on),
        contact_id=contact_id,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    session.add_all(ConsentRequestLine(request_id=row.id, line_id=line.id) for line in lines)
    session.flush()
    clock.start(session, row)
    detail = {"items": sorted(line.item_code for line in lines), "how": how, "interest_id": str(interest_id)}
    audit.record(session, actor, "consent.asked", ("works_order", order.id), detail=detail)
    return row


def record_answer(
    session: Session,
    actor: Actor,
    order_id: uuid.UUID,
    *,
    interest_id: uuid.UUID,
    line_ids: Collection[uuid.UUID],
    outcome: str,
    how: str,
    answered_on: date | None,
    conditions: str = "",
    reinstatement: bool = False,
    reason: str = "",
    now: datetime,
) -> tuple[ConsentAnswer, ...]:
    """Record what somebody said to measures; FaultsError at `outcome`, `how`, `answered_on`, `lines`, `conditions` or `reason`.

    By phone only for locks (RTA s46: at the time, or a reasonable time before). A refusal and a dispute carry a reason.
    """
    order = _order(session, actor, order_id)
    _concerned(session, order, interest_id, Channel.CALL_TASK)
    faults = Faults()
    faults.require(outcome in list(Outcome), "outcome", "Choose what they said.")
    faults.require(how in list(How), "how", "Choose how the answer was given.")
    lines = _lines(order, line_ids, faults)
    for name, text in (("conditions", conditions), ("reason", reason)):
        if len(text) > LONGEST:
            faults.add(name, f"Write at most {LONGEST} letters; this has {len(text)}.")
    faults.raise_if_any()
    _check_whose(session, order, interest_id, lines)
    check_answer(
        [ConsentNeeded(line.consent_group) for line in lines],
        Outcome(outcome),
        How(how),
        asked_on=_asked_on(session, interest_id, lines),
        answered_on=answered_on,
        reason=reason,
        today=local_day(now),
    )
    at = _after_earlier(session, order, now)
    rows = tuple(
        ConsentAnswer(
            id=uuid.uuid4(),
            order_id=order.id,
            interest_id=interest_id,
            line_id=line.id,
            outcome=outcome,
            how=how,
            answered_on=answered_on,
            conditions=conditions.strip(),
            reinstatement=reinstatement,
            reason=reason.strip(),
            recorded_at=at,
            recorded_by=actor.user_id,
        )
        for line in lines
    )
    session.add_all(rows)
    session.flush()
    detail = {
        "items": sorted(line.item_code for line in lines),
        "outcome": outcome,
        "how": how,
        "interest_id": str(interest_id),
    }
    audit.record(session, actor, f"consent.{outcome}", ("works_order", order.id), detail=detail)
    return rows


def _order(session: Session, actor: Actor, order_id: uuid.UUID) -> WorksOrder:
    order = session.scalar(
        select(WorksOrder)
        .where(WorksOrder.id == order_id)
        .with_for_update(of=WorksOrder)
        .execution_options(populate_existing=True)
    )
    if actor.role is not Role.COORDINATOR or order is None:
        raise NotFoundError("There is no such order.")
    return order


def _concerned(
    session: Session, order: WorksOrder, interest_id: uuid.UUID, channel: Channel | None
) -> HomeInterest:
    row = reach.require(session, interest_id, channel or Channel.CALL_TASK)
    if row.case_id != order.case_id:
        raise NotFoundError("There is no such person.")
    return row


def _lines(order: WorksOrder, line_ids: Collection[uuid.UUID], faults: Faults) -> list[WorksLine]:
    wanted = set(line_ids)
    found = [line for line in needing(order.lines) if line.id in wanted]
    if len(found) != len(wanted):
        faults.add("lines", "One of the measures is not on this order any more: choose again.")
    faults.require(wanted, "lines", "Choose the measures that this is about.")
    return found


def _check_whose(
    session: Session, order: WorksOrder, interest_id: uuid.UUID, lines: Collection[WorksLine]
) -> None:
    """Only the answer of somebody with a say in a measure counts for it: say so instead of keeping it in vain."""
    people = [
        reach.person_of(row)
        for row in session.scalars(select(HomeInterest).where(HomeInterest.case_id == order.case_id))
    ]
    faults = Faults()
    for group in dict.fromkeys(ConsentNeeded(line.consent_group) for line in lines):
        if str(interest_id) not in {person.id for person in who_to_ask(group, people)}:
            what = "locks" if group is ConsentNeeded.LOCKS else "the owner’s measures"
            faults.add("lines", f"This person has no say in {what}: ask whoever lets or owns the home.")
    faults.raise_if_any()


def _after_earlier(session: Session, order: WorksOrder, now: datetime) -> datetime:
    """Now, or a moment after the latest answer of the order: the last one counts, also within one instant."""
    latest = session.scalar(
        select(func.max(ConsentAnswer.recorded_at)).where(ConsentAnswer.order_id == order.id)
    )
    return now if latest is None or latest < now else latest + timedelta(microseconds=1)


def _asked_on(session: Session, interest_id: uuid.UUID, lines: Collection[WorksLine]) -> date | None:
    """The first day on which the person was asked about one of the measures."""
    return session.scalar(
        select(ConsentRequest.asked_on)
        .join(ConsentRequestLine, ConsentRequestLine.request_id == ConsentRequest.id)
        .where(
            ConsentRequest.interest_id == interest_id,
            ConsentRequestLine.line_id.in_([line.id for line in lines]),
        )
        .order_by(ConsentRequest.asked_on)
        .limit(1)
    )
