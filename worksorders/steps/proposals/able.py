"""Who of a firm could make an offered visit at another time: cleared then, at work then, and free but for this visit."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day
from worksorders.steps.offers.moves import live_bookings
from worksorders.steps.offers.settings import load_settings
from worksorders.steps.people.eligibility import eligible_workers
from worksorders.steps.people.workforce import Person
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit


def able_people(session: Session, offer: Offer, visit: Visit, start_at: datetime) -> list[Person]:
    """Everybody of the offer's firm; what the visit itself holds of their time now does not count against them."""
    end_at = start_at + timedelta(minutes=visit.minutes)
    buffer = timedelta(minutes=load_settings(session).travel_buffer_minutes)
    held = {(row.worker_id, row.during.lower, row.during.upper) for row in live_bookings(session, [visit.id])}
    people = eligible_workers(
        session,
        case_id=visit.order.case_id,
        trade=visit.trade,
        region_code=visit.order.region_code,
        on=local_day(start_at),
    )
    mine = [without_time(person, held) for person in people if person.firm_id == offer.firm_id]
    return [
        person
        for person in mine
        if person.works_during(start_at, end_at) and person.is_free(start_at - buffer, end_at + buffer)
    ]


def without_time(person: Person, held: set[tuple[uuid.UUID, datetime | None, datetime | None]]) -> Person:
    """The person as if these bookings were not theirs: worker, begin and end of each."""
    booked = tuple(span for span in person.booked if (person.worker_id, *span) not in held)
    return replace(person, booked=booked)
