"""Who of a firm goes to the visits of an offer: the workers proposed, and those who could take their place."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.steps.offers.making.candidates import free_people
from worksorders.steps.offers.moves import live_bookings
from worksorders.steps.offers.settings import load_settings
from worksorders.steps.people.workforce import Person
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit


@dataclass(frozen=True)
class Seat:
    """One place in a visit's crew; `choices` are pairs of worker id and first name, the proposed one first.

    `name` is the form field's name; `proposed` is None where nobody of the firm is free any more.
    """

    name: str
    visit_id: uuid.UUID
    proposed: uuid.UUID | None
    choices: tuple[tuple[uuid.UUID, str], ...]


def find_seats(session: Session, offer: Offer, visits: Sequence[Visit], now: datetime) -> list[Seat]:
    """The seats of all the visits of an offer, in a fixed order."""
    held: dict[uuid.UUID, list[uuid.UUID]] = {visit.id: [] for visit in visits}
    for booking in live_bookings(session, list(held)):
        if booking.firm_id == offer.firm_id:
            held[booking.visit_id].append(booking.worker_id)
    seats = []
    for visit in sorted(visits, key=lambda visit: (visit.start_at or now, visit.position)):
        others = _others(session, offer, visit, now)
        proposed: Sequence[uuid.UUID | None] = held[visit.id] or _first_free(others, visit.crew)
        names = {person.worker_id: person.first_name for person in others}
        for place, worker_id in enumerate(proposed):
            first = [worker_id] if worker_id in names else []
            rest = [other for other in names if other != worker_id]
            choices = tuple((one, names[one]) for one in (*first, *rest))
            seats.append(Seat(f"worker-{visit.id}-{place}", visit.id, worker_id, choices))
    return seats


def _others(session: Session, offer: Offer, visit: Visit, now: datetime) -> list[Person]:
    """Everybody of the firm who is cleared and free for the visit; those it holds already count as free."""
    settings = load_settings(session)
    start_at = visit.start_at or now
    people = free_people(session, visit, start_at, settings, at_once=offer.urgent, firm_id=offer.firm_id)
    return sorted(people, key=lambda person: (person.first_name, person.worker_id))


def _first_free(people: Sequence[Person], crew: int) -> list[uuid.UUID | None]:
    """Those with the fewest bookings; None for a seat that nobody is left for."""
    rested = sorted(people, key=lambda person: len(person.booked))
    ids: list[uuid.UUID | None] = [person.worker_id for person in rested[:crew]]
    return ids + [None] * (crew - len(ids))


def choose(seats: Sequence[Seat], chosen: Mapping[str, uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Each visit's crew, the proposed worker wherever no other is named.

    Raises FaultsError at a seat whose worker may not or can not go, or sits there twice.
    """
    crews: dict[uuid.UUID, list[uuid.UUID]] = {}
    faults = Faults()
    for seat in seats:
        worker_id = chosen.get(seat.name) or seat.proposed
        crew = crews.setdefault(seat.visit_id, [])
        if worker_id is None:
            faults.add(seat.name, "Name the worker who goes.")
        elif worker_id not in {choice for choice, _ in seat.choices}:
            faults.add(seat.name, "This worker is not cleared or not free at that time: name another one.")
        elif worker_id in crew:
            faults.add(seat.name, "This worker is named twice for the same visit: name another one.")
        else:
            crew.append(worker_id)
    faults.raise_if_any()
    return crews
