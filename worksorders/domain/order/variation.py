"""Changes asked for on site: each line keeps its original, its latest and its version, so that none overwrites another."""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.money import round_cents

_CENTS = Decimal(100)
_MOST = Decimal(999)
_PLACES = -4


class Change(StrEnum):
    """What is asked."""

    CHANGE = "change"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class VariedLine:
    """A line's item, rate (NZD before GST) and quantities; version 1 is the line as issued."""

    line_id: str
    item_code: str
    rate: Decimal
    original_quantity: Decimal
    quantity: Decimal
    version: int
    done_quantity: Decimal = Decimal(0)

    @property
    def net_cents(self) -> int:
        return round_cents(self.rate * self.quantity * _CENTS)


@dataclass(frozen=True, slots=True)
class VariationRequest:
    """One asked change, the version of the line that the asker saw (0 for a new one), and the reason with photos.

    `urgent` says that the home cannot be left secure without it; then nobody waits for a photo.
    """

    change: Change
    line_id: str
    seen_version: int
    quantity: Decimal
    reason: str
    photos: int
    urgent: bool = False


class Decision(StrEnum):
    """What becomes of a request at once."""

    BY_RULE = "approved_by_rule"
    NEEDS_PERSON = "needs_person"


def check_request(request: VariationRequest, line: VariedLine | None) -> None:
    """Refuse an incomplete request: FaultsError at `quantity`, `reason`, `photos` or `line_id`.

    A removed line keeps what is done already; less than what is done cannot be asked.
    """
    faults = Faults()
    faults.require(request.reason.strip(), "reason", "Say why the work has to change.")
    faults.require(request.photos > 0 or request.urgent, "photos", "Add at least one photo that shows why.")
    if (line is None) is not (request.change is Change.ADD):
        faults.add("line_id", "Choose a line of this order to change or remove, or add a new item.")
    if not _good(request.quantity, request.change):
        faults.add(
            "quantity",
            f"The quantity {request.quantity} is not above 0 and at most {_MOST}, with 4 decimals.",
        )
    elif line is not None and request.quantity < line.done_quantity:
        faults.add(
            "quantity",
            f"{line.done_quantity.normalize():f} is done already: the quantity cannot be "
            f"{request.quantity.normalize():f}.",
        )
    elif line is not None and request.quantity == line.quantity:
        faults.add("quantity", f"This is {line.quantity.normalize():f} already: nothing would change.")
    faults.raise_if_any()


def _good(quantity: Decimal, change: Change) -> bool:
    if not quantity.is_finite() or quantity > _MOST:
        return False
    exponent = quantity.normalize().as_tuple().exponent
    fine_enough = isinstance(exponent, int) and exponent >= _PLACES
    return fine_enough and (quantity == 0 if change is Change.REMOVE else quantity > 0)


def difference_cents(line: VariedLine | None, rate: Decimal, quantity: Decimal) -> int:
    """What the change adds to the order's net cost (less than 0 where it saves), in whole cents."""
    before = 0 if line is None else line.net_cents
    return round_cents(rate * quantity * _CENTS) - before


def extra_minutes(minutes_of_one: int, before: Decimal, after: Decimal) -> int:
    """By how many minutes the visit grows (less than 0: shrinks), each quantity rounded up to whole minutes."""
    return _whole(minutes_of_one * after) - _whole(minutes_of_one * before)


def _whole(minutes: Decimal) -> int:
    return int(minutes.to_integral_value(rounding=ROUND_CEILING))


def decide(difference: int, varied_before_cents: int, vary_limit_cents: int) -> Decision:
    """By rule while all increases of the order together stay inside the limit; so splitting one gains nothing.

    `varied_before_cents` is the sum of increases already approved by rule on this order; a saving never needs
    a person, and does not make room for an increase.
    """
    if difference <= 0 or varied_before_cents + difference <= vary_limit_cents:
        return Decision.BY_RULE
    return Decision.NEEDS_PERSON


def apply(line: VariedLine, request: VariationRequest) -> VariedLine:
    """The line's next version; RefusedError where somebody else changed the line since it was seen."""
    if request.seen_version != line.version:
        raise RefusedError(
            f"{line.item_code} was changed meanwhile: it is now {line.quantity.normalize():f} (version "
            f"{line.version}, this was asked on version {request.seen_version}). Look again and ask anew.",
            state=f"version {line.version}",
            action=str(request.change),
        )
    return replace(line, quantity=request.quantity, version=line.version + 1)
