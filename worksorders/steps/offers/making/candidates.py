"""Which firms could take a visit at a time, the one with the least recent work first."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.disclosure.offer import FirmShare, next_firms
from worksorders.steps.offers.moves import live_bookings
from worksorders.steps.offers.rates import prices_by_firm
from worksorders.steps.offers.settings import OfferSettings
from worksorders.steps.people.eligibility import eligible_workers
from worksorders.steps.people.workforce import LOCAL, Person
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit

URGENT_TRAVEL_MINUTES = 60


@dataclass(frozen=True)
class Candidate:
    """A firm with everybody of it who could go, and what it would be paid for the visit (cents before GST).

    `turn` says in words which turn it has and by what: the trail keeps it beside the offer.
    """

    firm_id: uuid.UUID
    people: tuple[Person, ...]
    price_cents: int
    turn: str = ""


def find_candidates(
    session: Session,
    visit: Visit,
    start_at: datetime,
    settings: OfferSettings,
    *,
    now: datetime,
    without: Collection[uuid.UUID] = (),
    at_once: bool = False,
) -> list[Candidate]:
    """Firms other than `without` that have a whole crew cleared and free then and a rate for every line.

    `at_once` asks who is free from now on, at work or on call; otherwise the time lies within working hours. Firms
    and workers that must never learn of the case are not among them. The order is that of next_firms: the least
    work lately for its size first.
    """
    prices = prices_by_firm(session, visit.id)
    by_firm: dict[uuid.UUID, list[Person]] = defaultdict(list)
    for person in free_people(session, visit, start_at, settings, at_once=at_once):
        if person.firm_id in prices and person.firm_id not in without:
            by_firm[person.firm_id].append(person)
    able = {firm: people for firm, people in by_firm.items() if len(people) >= visit.crew}
    shares = recent_shares(session, able, now - timedelta(days=settings.recent_days), settings.recent_days)
    ranked = next_firms(shares, already_asked=map(str, without), offer_code=visit.code)
    return [
        Candidate(firm, _by_load(able[firm]), prices[firm], _turn(place, len(ranked), settings))
        for place, firm in enumerate(map(uuid.UUID, ranked), start=1)
    ]


def _turn(place: int, firms: int, settings: OfferSettings) -> str:
    """Which turn a firm has among those that could make the visit, and why: fair shares."""
    if firms == 1:
        return "the only firm that could go"
    return f"{place} of {firms} in turn: least work accepted in {settings.recent_days} days for its size"


def free_people(
    session: Session,
    visit: Visit,
    start_at: datetime,
    settings: OfferSettings,
    *,
    at_once: bool = False,
    firm_id: uuid.UUID | None = None,
) -> list[Person]:
    """Everybody (of one firm, where named) cleared for the visit on its day and free then, with room to travel.

    What the visit itself holds of somebody's time does not count against them, and between two visits of one order
    nobody travels.
    """
    minutes = visit.minutes + (URGENT_TRAVEL_MINUTES if at_once else 0)
    end_at = start_at + timedelta(minutes=minutes)
    buffer = timedelta(minutes=0 if at_once else settings.travel_buffer_minutes)
    on = start_at.astimezone(LOCAL).date()
    people = eligible_workers(
        session, case_id=visit.order.case_id, trade=visit.trade, region_code=visit.order.region_code, on=on
    )
    of_order = live_bookings(session, [one.id for one in visit.order.visits])
    holding = {booking.worker_id for booking in of_order if booking.visit_id == visit.id}
    here = {(booking.during.lower, booking.during.upper) for booking in of_order}
    return [
        person
        for person in people
        if firm_id in {None, person.firm_id}
        and not any(first <= on <= last for first, last in person.absences)
        and (
            person.worker_id in holding
            or (
                person.is_free(start_at, end_at)
                and _without(person, here).is_free(start_at - buffer, end_at + buffer)
                and (person.works_during(start_at, end_at) or (at_once and person.on_call))
            )
        )
    ]


def _without(person: Person, spans: Collection[tuple[datetime | None, datetime | None]]) -> Person:
    """The person as if these bookings were none."""
    return replace(person, booked=tuple(span for span in person.booked if span not in spans))


def recent_shares(
    session: Session, firms: Mapping[uuid.UUID, Sequence[Person]], since: datetime, days: int
) -> list[FirmShare]:
    """Of each firm what it was offered and what it accepted since then, beside what its people could work."""
    offers = select(Offer.firm_id, func.count()).where(Offer.firm_id.in_(firms), Offer.opened_at >= since)
    minutes = select(Visit.firm_id, func.sum(Visit.minutes)).where(
        Visit.firm_id.in_(firms), Visit.start_at >= since
    )
    made = {row[0]: int(row[1]) for row in session.execute(offers.group_by(Offer.firm_id))}
    taken = {row[0]: int(row[1]) for row in session.execute(minutes.group_by(Visit.firm_id))}
    return [
        FirmShare(str(firm), taken.get(firm, 0), _available(people, days), made.get(firm, 0))
        for firm, people in firms.items()
    ]


def _available(people: Sequence[Person], days: int) -> int:
    """Minutes of work in so many days; somebody who is only on call counts as a little."""
    weekly = sum(
        closes - opens for person in people for day in person.hours.values() for opens, closes in day
    )
    return max(1, weekly * days // 7)


def _by_load(people: Sequence[Person]) -> tuple[Person, ...]:
    return tuple(sorted(people, key=lambda person: (len(person.booked), person.worker_id)))
