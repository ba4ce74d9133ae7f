"""The figures that ordering works with: the planned cost of a home, the length of a day, the region's centre."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy.orm import Session

from worksorders.domain.order.deadlines import Place
from worksorders.gateways import places
from worksorders.store.tables.work.catalogue import Setting

ORDERING = "ordering"


@dataclass(frozen=True)
class OrderSettings:
    """Cents before GST, minutes of a working day, days after which an order on hold is looked at again.

    `variation_limit_cents` is by how much the variations of an order may raise it by rule, without a person;
    `urgent_variation_cents` where the home cannot be left secure otherwise.
    """

    planned_home_cents: int = 364_700
    variation_limit_cents: int = 15_000
    urgent_variation_cents: int = 150_000
    day_minutes: int = 480
    review_days: int = 7


def load_settings(session: Session) -> OrderSettings:
    """The defaults with what the operator changed in the setting `ordering`."""
    known = {field.name for field in fields(OrderSettings)}
    row = session.get(Setting, ORDERING)
    changed = row.value if row else {}
    return OrderSettings(**{name: value for name, value in changed.items() if name in known})


def place_of(region_code: str) -> Place:
    """The region's centre, for sunset and for the local day."""
    region = places.region(region_code)
    return Place(region.latitude, region.longitude, region.time_zone)
