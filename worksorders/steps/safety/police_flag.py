"""Keeps the police's flag on a home: its moves, and a call to police before the day of its review."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.safety.site_flag import (
    MOVE_WORDS,
    WARN_BEFORE,
    Flag,
    FlagMove,
    check_move,
)
from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.tell.api import alert_duty, raise_call_task
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.safety import PoliceFlagEvent

REVIEW = "police_flag.review"


@dataclass(frozen=True)
class FlagEvent:
    """One move for the page."""

    words: str
    happened_on: date
    review_on: date | None
    at: datetime
    by: str


@dataclass(frozen=True)
class FlagToReview:
    """A flag whose day of review is near or past, with an order of its home."""

    order_id: uuid.UUID
    order_code: str
    region_code: str
    review_on: date


def find_flag(session: Session, case_id: uuid.UUID) -> Flag | None:
    """How the flag of a home stands; None where police were never asked."""
    row = session.scalars(
        select(PoliceFlagEvent)
        .where(PoliceFlagEvent.case_id == case_id)
        .order_by(PoliceFlagEvent.at.desc(), PoliceFlagEvent.id.desc())
        .limit(1)
    ).one_or_none()
    return Flag(FlagMove(row.move), row.happened_on, row.review_on) if row else None


def flag_history(session: Session, case_id: uuid.UUID) -> list[FlagEvent]:
    """Every move, the newest first."""
    rows = session.execute(
        select(PoliceFlagEvent, AppUser.display_name)
        .join(AppUser, AppUser.id == PoliceFlagEvent.by)
        .where(PoliceFlagEvent.case_id == case_id)
        .order_by(PoliceFlagEvent.at.desc(), PoliceFlagEvent.id.desc())
    )
    return [
        FlagEvent(MOVE_WORDS[FlagMove(row.move)], row.happened_on, row.review_on, row.at, name)
        for row, name in rows
    ]


def record_move(
    session: Session,
    actor: Actor,
    order_id: uuid.UUID,
    *,
    move: str,
    happened_on: date | None,
    review_on: date | None,
    now: datetime,
) -> PoliceFlagEvent:
    """Record the next move; raises NotFoundError, or FaultsError at `move`, `happened_on`, `review_on`."""
    order = session.get(WorksOrder, order_id)
    if order is None:
        raise NotFoundError("There is no such order.")
    session.execute(select(CaseFile.id).where(CaseFile.id == order.case_id).with_for_update())
    before = find_flag(session, order.case_id)
    after = check_move(before, move, happened_on, review_on, local_day(now))
    assert happened_on is not None
    row = PoliceFlagEvent(
        id=uuid.uuid4(),
        case_id=order.case_id,
        move=after.value,
        happened_on=happened_on,
        review_on=review_on,
        at=now,
        by=actor.user_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        f"police_flag.{after.value}",
        ("case_file", order.case_id),
        moved=(before.move.value if before else None, after.value),
        detail={"order": order.code, "review_on": review_on.isoformat() if review_on else None},
    )
    if review_on is not None:
        _set_timers(session, order.case_id, review_on, now)
    return row


def _set_timers(session: Session, case_id: uuid.UUID, review_on: date, now: datetime) -> None:
    for day in (review_on - WARN_BEFORE, review_on):
        at = start_of_day(day) + timedelta(hours=8)
        outbox.send(
            session,
            REVIEW,
            {"case_id": str(case_id), "review_on": review_on.isoformat(), "day": day.isoformat()},
            at=at if at > now else None,
            dedupe_key=f"{REVIEW}:{case_id}:{review_on}:{day}",
        )


@handles(REVIEW)
def review_comes(job: Job) -> Effect:
    """A week before: a call to make; on the day: duty is alerted as well, unless the flag has moved on."""
    case_id = uuid.UUID(job.payload["case_id"])
    review_on, day = date.fromisoformat(job.payload["review_on"]), date.fromisoformat(job.payload["day"])
    return lambda session, now: warn_of_review(session, case_id, review_on, day, now)


def warn_of_review(session: Session, case_id: uuid.UUID, review_on: date, day: date, now: datetime) -> None:
    """Make the call task (once), and on the day itself the alert."""
    flag = find_flag(session, case_id)
    order = session.scalars(
        select(WorksOrder)
        .where(WorksOrder.case_id == case_id)
        .order_by(WorksOrder.raised_at.desc(), WorksOrder.id)
        .limit(1)
    ).one_or_none()
    if flag is None or flag.review_on != review_on or order is None:
        return
    key = f"{REVIEW}:{case_id}:{review_on}"
    raise_call_task(session, order.id, "police", now, due_at=start_of_day(review_on), dedupe_key=key)
    if day >= review_on:
        alert_duty(session, "police", order.id, None, now, dedupe_key=key)


def flags_to_review(session: Session, now: datetime) -> list[FlagToReview]:
    """Flags that stand and are to be looked at within a week or since, the first to come first; two queries."""
    newest = (
        select(PoliceFlagEvent)
        .ext(distinct_on(PoliceFlagEvent.case_id))
        .order_by(PoliceFlagEvent.case_id, PoliceFlagEvent.at.desc(), PoliceFlagEvent.id.desc())
        .subquery()
    )
    rows = session.execute(
        select(newest.c.review_on, WorksOrder.id, WorksOrder.code, WorksOrder.region_code)
        .ext(distinct_on(newest.c.case_id))
        .join(WorksOrder, WorksOrder.case_id == newest.c.case_id)
        .where(newest.c.review_on <= local_day(now) + WARN_BEFORE)
        .order_by(newest.c.case_id, WorksOrder.raised_at.desc(), WorksOrder.id)
    ).all()
    found = [FlagToReview(row[1], row[2], row[3], row[0]) for row in rows]
    return sorted(found, key=lambda one: (one.review_on, one.order_code))
