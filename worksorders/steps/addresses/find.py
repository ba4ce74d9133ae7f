"""Finds addresses as they are typed, in the operator's own list or by the operator's own geocoder, and keeps nothing of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from worksorders.domain.address_words import fold, number_of, query_of
from worksorders.domain.errors import DomainError
from worksorders.gateways import places
from worksorders.gateways.addresses.geocode import Geocoder
from worksorders.gateways.addresses.geocoded import GeocoderError
from worksorders.gateways.addresses.nearest import nearest_town

MOST_FOUND = 8
LONGEST_TYPED = 200
FIND = text("SELECT street, suburb, town, latitude, longitude FROM gazetteer.find(:query, :number, :most)")


class NoAnswerError(DomainError):
    """The operator's geocoder does not answer just now; the sentence tells what to do instead."""


@dataclass(frozen=True, slots=True)
class FoundAddress:
    """An address that was found: what goes into the form (a town's code) and how it is shown."""

    street: str = field(repr=False)
    town: str
    latitude: Decimal = field(repr=False)
    longitude: Decimal = field(repr=False)
    label: str = field(repr=False)


def find_addresses(session: Session, typed: str, geocoder: Geocoder | None = None) -> list[FoundAddress]:
    """At most eight addresses for what was typed so far, the house number that was typed first.

    Nothing is found for fewer than three letters. A geocoder is asked only where the list knows none; raises
    NoAnswerError where it does not answer.
    """
    query = query_of(typed[:LONGEST_TYPED])
    if not query:
        return []
    values = {"query": query, "number": number_of(typed), "most": MOST_FOUND}
    rows = session.execute(FIND, values)
    found = [_found(row.street, row.suburb, row.town, row.latitude, row.longitude) for row in rows]
    if found or geocoder is None:
        return found
    try:
        answers = geocoder.search(typed[:LONGEST_TYPED], MOST_FOUND)
    except GeocoderError as error:
        raise NoAnswerError(
            "The address search does not answer just now. Type the address and choose the town."
        ) from error
    return [_found(one.street, one.suburb, one.town, one.latitude, one.longitude) for one in answers]


def has_list(session: Session) -> bool:
    """Whether there is any address to find."""
    return bool(session.execute(text("SELECT EXISTS (SELECT FROM address)")).scalar_one())


def _found(street: str, suburb: str, town: str, latitude: Decimal, longitude: Decimal) -> FoundAddress:
    near = nearest_town(float(latitude), float(longitude), town)
    # The suburb is part of what is typed where the nearest town is another place.
    line = street if fold(suburb) in {"", fold(near.name)} else f"{street}, {suburb}"
    ending = town if fold(town) not in {"", fold(suburb)} else ""
    shown = ", ".join(part for part in (street, suburb, ending) if part)
    return FoundAddress(
        line, near.code, latitude, longitude, f"{shown} ({places.region(near.region_code).name})"
    )
