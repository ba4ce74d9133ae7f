"""The figures that offers work with: how long each class may be answered, and when an address may be read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from worksorders.domain.disclosure.offer import EXPIRY_MINUTES, LEAST_DWELLINGS, expires_at
from worksorders.domain.disclosure.policy import ADDRESS_WINDOW
from worksorders.domain.order.deadlines import Urgency
from worksorders.store.tables.work.catalogue import Setting

NAME = "offers"


@dataclass(frozen=True)
class OfferSettings:
    """Minutes, hours and days as named; the operator's setting `offers` comes on top of these estimates.

    `answer_before_start_minutes` is how long before the visit an answer is wanted at the latest, and
    `least_answer_minutes` what a firm gets in any case. `again_minutes` is how long a firm that declined an urgent
    visit is left alone, `recent_days` the time over which work is shared fairly, `travel_buffer_minutes` what is
    kept free between two visits of a worker.
    """

    p1_answer_minutes: int = EXPIRY_MINUTES[Urgency.P1]
    p2_answer_minutes: int = EXPIRY_MINUTES[Urgency.P2]
    p3_answer_minutes: int = EXPIRY_MINUTES[Urgency.P3]
    p4_answer_minutes: int = EXPIRY_MINUTES[Urgency.P4]
    answer_before_start_minutes: int = 120
    least_answer_minutes: int = 15
    again_minutes: int = 30
    recent_days: int = 28
    travel_buffer_minutes: int = 30
    address_window_hours: int = int(ADDRESS_WINDOW / timedelta(hours=1))
    area_dwellings: int = LEAST_DWELLINGS

    def lapses_at(self, urgency: str, now: datetime, first_start_at: datetime | None) -> datetime:
        """When an offer made now lapses: by its class, but in time before the first visit.

        The minutes of P1 are for the make-safe that nobody plans; its planned visits, which come on later days,
        may be answered as long as those of P2.
        """
        if first_start_at is not None and urgency == Urgency.P1:
            urgency = Urgency.P2
        minutes = {each: int(getattr(self, f"{each.lower()}_answer_minutes")) for each in Urgency}
        in_time = first_start_at
        if first_start_at is not None:
            soonest = now + timedelta(minutes=self.least_answer_minutes)
            wanted = first_start_at - timedelta(minutes=self.answer_before_start_minutes)
            in_time = min(first_start_at, max(soonest, wanted))
        return expires_at(Urgency(urgency), now, in_time, minutes)

    @property
    def address_window(self) -> timedelta:
        """How long before a visit its named worker may read the address."""
        return timedelta(hours=self.address_window_hours)


def load_settings(session: Session) -> OfferSettings:
    """The defaults with what the operator changed."""
    row = session.get(Setting, NAME)
    known = {field.name for field in fields(OfferSettings)}
    return OfferSettings(
        **{name: value for name, value in (row.value if row else {}).items() if name in known}
    )
