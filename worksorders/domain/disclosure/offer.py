"""What an offer says, how long it stands, and who is asked next: nothing in it points to a home or to violence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType

from worksorders.domain.order.deadlines import Urgency

LEAST_DWELLINGS = 2_000
NO_LONGER_AVAILABLE = "This offer is no longer available."

EXPIRY_MINUTES: Mapping[Urgency, int] = MappingProxyType(
    {Urgency.P1: 15, Urgency.P2: 2 * 60, Urgency.P3: 24 * 60, Urgency.P4: 48 * 60}
)
"""How long an offer stands, by class; estimates, a setting of the operator."""


@dataclass(frozen=True, slots=True)
class Area:
    """A place that may be named if it holds enough dwellings; `parent` is the larger one around it."""

    code: str
    name: str
    dwellings: int
    parent: str | None


@dataclass(frozen=True, slots=True)
class OfferedVisit:
    """What an offer may know of a visit: trade, minutes, when, and the neutral names of its items."""

    trade: str
    crew: int
    minutes: int
    starts_at: datetime | None
    must_end_by: datetime
    offer_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownOffer:
    """All that a firm sees before it accepts; no other field of the order may reach its page."""

    code: str
    area: str
    visits: tuple[OfferedVisit, ...]
    price_cents: int
    expires_at: datetime
    urgent: bool


def coarse_area(code: str, areas: Mapping[str, Area], k: int = LEAST_DWELLINGS) -> str:
    """The name of the smallest area around the code with at least k dwellings.

    Where even the largest has fewer, or the code is unknown, the whole country is named.
    """
    seen: set[str] = set()
    at: str | None = code
    while at is not None and at in areas and at not in seen:
        seen.add(at)
        area = areas[at]
        if area.dwellings >= k:
            return area.name
        at = area.parent
    return "New Zealand"


def shown_offer(
    code: str,
    *,
    area_code: str,
    areas: Mapping[str, Area],
    visits: Sequence[OfferedVisit],
    price_cents: int,
    expires_at: datetime,
    urgency: Urgency,
    k: int = LEAST_DWELLINGS,
) -> ShownOffer:
    """The offer as the firm sees it: each neutral name once a visit, in alphabetical order so that none stands out."""
    neutral = tuple(
        OfferedVisit(
            visit.trade,
            visit.crew,
            visit.minutes,
            visit.starts_at,
            visit.must_end_by,
            tuple(sorted(set(visit.offer_names))),
        )
        for visit in visits
    )
    area = coarse_area(area_code, areas, k)
    return ShownOffer(code, area, neutral, price_cents, expires_at, urgency is Urgency.P1)


def expires_at(
    urgency: Urgency,
    opened_at: datetime,
    must_answer_by: datetime | None = None,
    minutes: Mapping[Urgency, int] = EXPIRY_MINUTES,
) -> datetime:
    """When the offer lapses: after its class's minutes, or sooner where the slot itself would pass."""
    lapses = opened_at + timedelta(minutes=minutes[urgency])
    return lapses if must_answer_by is None else max(opened_at, min(lapses, must_answer_by))


def is_open(state: str, lapses_at: datetime, now: datetime) -> bool:
    """Whether it can still be accepted; at the very instant of lapsing it cannot."""
    return state == "open" and now < lapses_at


@dataclass(frozen=True, slots=True)
class FirmShare:
    """A firm's figures over the period in which work is shared: minutes accepted, minutes it could work, offers."""

    firm_id: str
    accepted_minutes: int
    available_minutes: int
    offers: int = 0
    acceptances: int = 0


def next_firms(
    firms: Iterable[FirmShare], *, already_asked: Iterable[str] = (), offer_code: str = ""
) -> tuple[str, ...]:
    """The eligible firms in the order in which they are asked: least work for its size first.

    Equal shares are ordered by a hash of firm and offer, so that no firm is always first. Firms asked already
    are left out, and so are firms that could work no minute.
    """
    asked = frozenset(already_asked)
    waiting = [firm for firm in firms if firm.firm_id not in asked and firm.available_minutes > 0]
    return tuple(firm.firm_id for firm in sorted(waiting, key=lambda firm: _turn(firm, offer_code)))


def _turn(firm: FirmShare, offer_code: str) -> tuple[int, int, str]:
    share = firm.accepted_minutes * 1000 // firm.available_minutes
    return share, firm.offers, sha256(f"{offer_code}/{firm.firm_id}".encode()).hexdigest()


def accepted_percent(firm: FirmShare) -> int | None:
    """Of a firm's offers the whole per cent accepted; None before the first offer."""
    return firm.acceptances * 100 // firm.offers if firm.offers else None
