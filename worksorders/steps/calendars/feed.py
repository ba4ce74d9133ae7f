"""Makes, ends and reads a worker's calendar feed; the address is a secret, kept as a hash and shown once."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from worksorders.domain.errors import NotPermittedError
from worksorders.domain.telling.calendar import CalendarVisit, calendar
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.plans.places import CalendarFeed
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.orders import Visit, WorksOrder

LASTS = timedelta(days=90)
BACK, AHEAD = timedelta(days=7), timedelta(days=60)
# Once the work is done a visit leaves the calendar, as it leaves the portal.
SHOWN = ("accepted", "en_route", "on_site")
MOST_VISITS = 500
GONE = "There is no such calendar."


def present_feed(session: Session, actor: Actor, now: datetime) -> CalendarFeed | None:
    """The feed that the actor has, unless it ended."""
    return session.scalar(
        select(CalendarFeed).where(
            CalendarFeed.user_id == actor.user_id,
            CalendarFeed.ended_at.is_(None),
            CalendarFeed.expires_at > now,
        )
    )


def make_feed(session: Session, actor: Actor, now: datetime) -> str:
    """A new feed of the actor's own visits, which ends the one before; gives its token, which nobody can read again.

    Raises NotPermittedError for an account that is no worker's.
    """
    if actor.worker_id is None:
        raise NotPermittedError("A calendar shows a worker’s own visits; this account is no worker’s.")
    end_feeds(session, actor.user_id, now)
    token = secrets.token_urlsafe(32)
    row = CalendarFeed(
        id=uuid.uuid4(),
        user_id=actor.user_id,
        token_hash=_hash(token),
        made_at=now,
        expires_at=now + LASTS,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "calendar.made", ("calendar_feed", row.id))
    return token


def end_feed(session: Session, actor: Actor, now: datetime) -> bool:
    """End the actor's own feed; gives whether there was one."""
    ended = end_feeds(session, actor.user_id, now)
    for feed_id in ended:
        audit.record(session, actor, "calendar.ended", ("calendar_feed", feed_id))
    return bool(ended)


def end_feeds(session: Session, user_id: uuid.UUID, now: datetime) -> list[uuid.UUID]:
    """End whatever feed an account has, as when the account is closed or its authenticators are taken away."""
    return list(
        session.scalars(
            update(CalendarFeed)
            .where(CalendarFeed.user_id == user_id, CalendarFeed.ended_at.is_(None))
            .values(ended_at=now)
            .returning(CalendarFeed.id)
        )
    )


def read_feed(session: Session, token: str, now: datetime) -> str:
    """The calendar file behind a token; NotFoundError for one that ended, lapsed or never was, or whose owner left."""
    found = session.execute(
        select(AppUser.id, AppUser.worker_id, AppUser.firm_id)
        .join(CalendarFeed, CalendarFeed.user_id == AppUser.id)
        .join(Worker, Worker.id == AppUser.worker_id)
        .join(Firm, Firm.id == Worker.firm_id)
        .where(
            CalendarFeed.token_hash == _hash(token),
            CalendarFeed.ended_at.is_(None),
            CalendarFeed.expires_at > now,
            AppUser.disabled_at.is_(None),
            AppUser.role == "contractor",
            AppUser.firm_id == Worker.firm_id,
            Worker.active,
            Firm.active,
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError(GONE)
    user_id, worker_id, firm_id = found
    barred = exists().where(
        NeverSend.case_id == WorksOrder.case_id,
        or_(NeverSend.firm_id == firm_id, NeverSend.worker_id == worker_id),
    )
    rows = session.execute(
        select(Visit.id, Visit.version, Visit.start_at, Visit.end_at, WorksOrder.code)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .join(Booking, Booking.visit_id == Visit.id)
        .where(
            Booking.worker_id == worker_id,
            Booking.state == "confirmed",
            Visit.firm_id == firm_id,
            Visit.state.in_(SHOWN),
            Visit.start_at.between(now - BACK, now + AHEAD),
            Visit.end_at.is_not(None),
            ~barred,
        )
        .order_by(Visit.start_at, Visit.id)
        .limit(MOST_VISITS)
    )
    visits = [
        CalendarVisit(
            f"{uuid.uuid5(user_id, str(row.id))}@visits", row.code, row.start_at, row.end_at, row.version
        )
        for row in rows
    ]
    return calendar(visits, now)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
