"""How much of each line may be paid: a fall of caps in which each cent not paid belongs to one code.

The entitlement for a quantity is round(quantity × rate) over everything claimed of the order line so far,
so that claiming in parts never pays more than claiming at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from worksorders.domain.finance.facts import OrderLineFacts
from worksorders.domain.finance.split.case import BoundLine, MatchCase, Room, Shortfall
from worksorders.domain.finance.split.credit import credit_rooms
from worksorders.domain.finance.split.units import same_unit
from worksorders.domain.money import Rounding, exact, format_cents, format_rate, line_cents, round_cents

_ZERO = Decimal(0)


def find_rooms(case: MatchCase, stopped: Collection[str]) -> Mapping[str, Room]:
    """The room of every bound line in line order; lines that are stopped whole use none of it up."""
    if case.invoice.is_credit:
        return credit_rooms(case)
    used: dict[str, tuple[Decimal, int]] = {}
    rooms: dict[str, Room] = {}
    for bound in case.lines:
        target = bound.order_line
        if target is None or not same_unit(bound.line.unit, target.unit):
            continue
        before = used.get(target.line_id) or (target.invoiced_quantity, target.invoiced_cents)
        room = _room(case, bound, target, before)
        rooms[bound.line.line_id] = room
        if bound.line.line_id not in stopped:
            used[target.line_id] = (before[0] + room.payable_quantity, before[1] + room.payable_cents)
    return rooms


@dataclass(frozen=True, slots=True)
class _Cap:
    code: str
    quantity: Decimal
    expected: str


def _caps(line: OrderLineFacts, unit: str) -> Iterator[_Cap]:
    """The quantities that may not be passed, in the order in which they are held against a claim."""
    if line.accepted_quantity <= 0:
        yield _Cap("M07", _ZERO, "work that was accepted")
    accepted = min(line.accepted_quantity, line.done_quantity)
    yield _Cap("Q01", accepted, f"at most {_plain(accepted)} {unit} accepted in all")
    contracted = line.contracted_quantity
    yield _Cap("Q02", contracted, f"at most {_plain(contracted)} {unit} ordered with variations")
    delegated = line.delegated_quantity
    yield _Cap("C04", delegated, f"at most {_plain(delegated)} {unit} approved within the limit")
    if line.measured_quantity is not None:
        measured = line.measured_quantity
        yield _Cap("Q03", measured, f"at most {_plain(measured)} {unit} measured")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


class _Fall:
    """Runs an amount down through caps and notes what each takes; the document's allowance goes last."""

    def __init__(self, cents: int, allowance_cents: int) -> None:
        self.cents = cents
        self.shortfalls: list[Shortfall] = []
        self._allowance = allowance_cents

    def to(self, cents: int, code: str, expected: str, actual: str) -> None:
        lower = max(0, min(self.cents, cents))
        lost = self._after_allowance(self.cents) - self._after_allowance(lower)
        if lost:
            self.shortfalls.append(Shortfall(code, lost, expected, actual))
        self.cents = lower

    def _after_allowance(self, cents: int) -> int:
        return max(0, cents - self._allowance)

    @property
    def payable_cents(self) -> int:
        return self._after_allowance(self.cents)

    def clip(self, cents: int) -> int:
        return self._after_allowance(cents)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A claim on one order line after `before` units were paid: its units and the rate it is paid at."""

    target: OrderLineFacts
    before: Decimal
    before_cents: int
    units: Decimal
    paid_rate: Decimal
    uplift: _Uplift

    def worth(self, part: Decimal, *, at_most: bool = False) -> int:
        """Cents for so many units on top of those before, at the paid rate and never above the frozen one."""
        all_paid = line_cents(self.before + part, self.target.rate) - self.before_cents
        frozen = max(0, min(all_paid, self._step(part, self.target.rate)))
        return self.uplift.on(frozen if at_most else min(frozen, self._step(part, self.paid_rate)))

    def _step(self, part: Decimal, unit_rate: Decimal) -> int:
        return line_cents(self.before + part, unit_rate) - line_cents(self.before, unit_rate)


@dataclass(frozen=True, slots=True)
class _Uplift:
    """The charge on top of a base amount: as claimed, and at most the agreement's fraction of the base."""

    claimed_cents: int
    fraction: Decimal

    def on(self, base_cents: int) -> int:
        allowed = round_cents(Decimal(base_cents) * self.fraction, Rounding.DOWN)
        return base_cents + max(0, min(self.claimed_cents, allowed))


def _room(case: MatchCase, bound: BoundLine, target: OrderLineFacts, before: tuple[Decimal, int]) -> Room:
    line = bound.line
    units = max(_ZERO, exact(line.quantity))
    agreement = case.agreement_of(bound)
    fraction = sum((term.fraction for term in agreement.uplifts), _ZERO) if agreement else _ZERO
    uplift = _Uplift(line.uplift.cents, fraction)
    before_discount = line.net.cents + line.discount.cents
    fall = _Fall(before_discount, before_discount - bound.claimed_cents)
    base = line_cents(units, line.unit_rate)

    extra = uplift.claimed_cents - (uplift.on(base) - base)
    fall.to(
        fall.cents - max(0, extra),
        "R05",
        f"a charge of at most {format_cents(uplift.claimed_cents - extra)}",
        format_cents(uplift.claimed_cents),
    )
    fall.to(
        uplift.on(base),
        "R04",
        f"{_plain(units)} × {format_rate(line.unit_rate)} = {format_cents(uplift.on(base) - line.discount.cents)}",
        format_cents(line.net.cents),
    )
    paid_rate = min(line.unit_rate, target.rate)
    fall.to(
        uplift.on(line_cents(units, paid_rate)),
        "R01",
        f"{format_rate(target.rate, target.unit)} (rate card {target.rate_card_version or 'of the order'})",
        format_rate(line.unit_rate),
    )
    return _through_quantities(fall, _Claim(target, *before, units, paid_rate, uplift))


def _through_quantities(fall: _Fall, claim: _Claim) -> Room:
    target, unit = claim.target, claim.target.unit
    fall.to(
        claim.worth(claim.units),
        "R04",
        "the rounding of everything claimed on the line so far",
        "this part rounded by itself",
    )
    left = entitled = claim.units
    for cap in _caps(target, unit):
        claimed_in_all = f"{_plain(claim.before + left)} {unit} claimed in all"
        left = max(_ZERO, min(left, cap.quantity - claim.before))
        fall.to(claim.worth(left), cap.code, cap.expected, claimed_in_all)
        entitled = entitled if cap.code == "Q03" else left
    entitled_cents = fall.clip(claim.worth(entitled, at_most=True))
    return Room(left, fall.payable_cents, entitled, entitled_cents, tuple(fall.shortfalls))
