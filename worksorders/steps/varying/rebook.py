"""Gives a visit its new length, and says where that no longer fits: another visit, the worker's day, the safe times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from worksorders.domain.local_time import NEW_ZEALAND
from worksorders.steps.intake.referral import windows_of
from worksorders.steps.offers.moves import live_bookings
from worksorders.steps.offers.settings import load_settings
from worksorders.store.tables.firms.contractors import WorkingHours
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.orders import Visit

LEAST_MINUTES = 1
DAY_MINUTES = 24 * 60


def resize(session: Session, visit: Visit, extra_minutes: int) -> tuple[str, ...]:
    """Lengthen or shorten the visit and its workers' bookings; returns why it does not fit, nothing where it does.

    A booking grows as far as the worker's next one: two never overlap, and somebody has to move the next.
    """
    visit.minutes = max(visit.minutes + extra_minutes, LEAST_MINUTES)
    if visit.start_at is None or visit.end_at is None:
        return ()
    begin_at = max(visit.start_at, visit.arrived_at or visit.start_at)
    before_at, visit.end_at = visit.end_at, begin_at + timedelta(minutes=visit.minutes)
    session.flush()
    found = [
        clash
        for booking in live_bookings(session, [visit.id])
        for clash in _resize_booking(session, booking, visit.end_at)
    ]
    if visit.end_at > before_at and not _is_safe_then(visit, begin_at, visit.end_at):
        found.append("it now ends after the time that is safe for a visit")
    return tuple(dict.fromkeys(found))


def _resize_booking(session: Session, booking: Booking, end_at: datetime) -> list[str]:
    lower, upper = booking.during.lower, booking.during.upper
    if lower is None or upper is None or end_at == upper or end_at <= lower:
        return []
    if end_at < upper:
        booking.during = Range(lower, end_at)
        session.flush()
        return []
    following = _next(session, booking, upper)
    starts_at = following.during.lower if following else None
    fits_until = end_at if starts_at is None else min(end_at, starts_at)
    clashes = _extend(session, booking, fits_until)
    if starts_at is not None:
        buffer = timedelta(minutes=load_settings(session).travel_buffer_minutes)
        if starts_at < end_at + min(buffer, starts_at - upper):
            clashes.append("the worker’s next visit starts too soon after it: plan that one again")
    if not _works_until(session, booking, lower, end_at):
        clashes.append("it now ends after the worker’s hours")
    return clashes


def _extend(session: Session, booking: Booking, until: datetime) -> list[str]:
    try:
        with session.begin_nested():
            booking.during = Range(booking.during.lower, until)
            session.flush()
    except IntegrityError:
        session.refresh(booking)
        return ["the worker was booked for that time meanwhile: plan that visit again"]
    return []


def _next(session: Session, booking: Booking, after: datetime) -> Booking | None:
    """The same worker's next booking that holds time."""
    return session.scalars(
        select(Booking)
        .where(
            Booking.worker_id == booking.worker_id,
            Booking.id != booking.id,
            Booking.state != "released",
            func.lower(Booking.during) >= after,
        )
        .order_by(Booking.during)
        .limit(1)
    ).first()


def _works_until(session: Session, booking: Booking, begin_at: datetime, end_at: datetime) -> bool:
    """Whether the worker's hours hold the whole time; one who came outside of them (on call) has none to pass."""
    rows = session.scalars(
        select(WorkingHours).where(
            WorkingHours.worker_id == booking.worker_id,
            WorkingHours.weekday == begin_at.astimezone(NEW_ZEALAND).weekday(),
        )
    )
    return _holds(((row.opens_minute, row.closes_minute) for row in rows), begin_at, end_at)


def _is_safe_then(visit: Visit, begin_at: datetime, end_at: datetime) -> bool:
    """Whether the safe time in which the visit began holds it to its end; an urgent one began at any time."""
    return _holds(windows_of(visit.order.safe_windows), begin_at, end_at)


def _holds(stretches: Iterable[tuple[int, int]], begin_at: datetime, end_at: datetime) -> bool:
    """Whether the stretch (minutes of the local day) in which it begins holds it; where none does, nothing is passed."""
    start, end = begin_at.astimezone(NEW_ZEALAND), end_at.astimezone(NEW_ZEALAND)
    first = start.hour * 60 + start.minute
    last = (end.date() - start.date()).days * DAY_MINUTES + end.hour * 60 + end.minute
    begun_in = [closes for opens, closes in stretches if opens <= first < closes]
    return not begun_in or any(last <= closes for closes in begun_in)
