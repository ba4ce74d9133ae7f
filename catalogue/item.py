"""The catalogue's items and the rules from a finding to items, as frozen values."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from catalogue.trade import TradeExpression

AFTER_EVERYTHING = "*"


class Kind(StrEnum):
    """What a line is: work in the home, a check made there, a charge, or a subscription."""

    WORK = "work"
    CHECK = "check"
    CHARGE = "charge"
    SUBSCRIPTION = "subscription"


class ConsentNeeded(StrEnum):
    """Whose agreement a measure needs: nobody's, the other party's for locks, or the owner's."""

    NONE = "none"
    LOCKS = "locks"
    OWNER = "owner"


class Evidence(StrEnum):
    """What must be handed in before a line counts as done."""

    PHOTO = "photo"
    KEY_REGISTER = "key register"
    SERIAL = "serial number"
    CERTIFICATE_OF_COMPLIANCE = "certificate of compliance"
    ELECTRICAL_SAFETY_CERTIFICATE = "electrical safety certificate"
    LIVE_TEST = "live test reference"
    SIGNAL_STRENGTH = "signal strength"
    LABORATORY_RESULT = "laboratory result"
    SECURE_STATE = "secure state of each opening"
    INSPECTION_SHEET = "inspection sheet"
    NO_ACCESS_REASON = "no-access reason"


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """One measure: minutes of one unit, lead time in working days, price of one unit in NZD before GST."""

    code: str
    measure: str
    offer_name: str
    kind: Kind
    unit: str
    trade: TradeExpression
    crew: int
    minutes: int
    lead_working_days: int
    price: Decimal
    price_basis: str
    after: tuple[str, ...]
    interim_item: str | None
    consent: ConsentNeeded
    evidence: tuple[Evidence, ...]
    rule: str

    @property
    def after_everything(self) -> bool:
        return AFTER_EVERYTHING in self.after

    @property
    def takes_a_visit(self) -> bool:
        """Whether somebody goes to the home for it: charges and subscriptions need no visit of their own."""
        return self.kind in {Kind.WORK, Kind.CHECK}

    @property
    def is_sample(self) -> bool:
        """Whether its lead time is the laboratory's, after the visit, and not a wait before it."""
        return self.unit == "sample"


@dataclass(frozen=True, slots=True)
class FindingRule:
    """A finding at a kind of opening calls for an item.

    Exactly one of `quantity` (fixed) and `measured_in` (what the assessor measures, such as `per sash` or
    `measured m2`) is given; `also` are further items with fixed quantities.
    """

    opening_kind: str
    finding: str
    item_code: str
    quantity: Decimal | None
    measured_in: str | None
    also: tuple[tuple[str, Decimal], ...]
