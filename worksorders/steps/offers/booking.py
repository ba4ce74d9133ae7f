"""Confirms the time of a visit's crew; the database's exclusion constraint refuses to book anybody twice."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from worksorders.steps.confirm.holding import crew_named
from worksorders.steps.offers.moves import live_bookings
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit


def book_crew(session: Session, offer: Offer, visit: Visit, crew: Sequence[uuid.UUID], now: datetime) -> None:
    """Confirm what is held, for the workers named; an urgent visit takes their time from now on.

    What the client was told of another crew or time is void.
    """
    held = list(live_bookings(session, [visit.id]))
    for booking in held:
        booking.state = "released"
    session.flush()
    start_at, end_at = visit.start_at or now, visit.end_at or now
    for place, worker_id in enumerate(crew):
        pinned = offer.urgent or (place < len(held) and held[place].pinned)
        session.add(
            Booking(
                worker_id=worker_id,
                firm_id=offer.firm_id,
                visit_id=visit.id,
                during=Range(min(now, start_at) if offer.urgent else start_at, end_at),
                state="confirmed",
                pinned=pinned,
            )
        )
    session.flush()
    crew_named(session, visit, now)
