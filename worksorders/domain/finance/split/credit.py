"""Credit notes: what they take back, first from what was never paid, and G07 when there is nothing to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from worksorders.domain.finance.facts import EarlierClaim, EarlierLine, InvoiceKind
from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.domain.finance.split.case import BoundLine, MatchCase, Room, Shortfall
from worksorders.domain.money import format_cents

_ZERO = Decimal(0)


def credited_claim(case: MatchCase) -> EarlierClaim | None:
    """The supplier's invoice that a credit note names, if it is on record and stands."""
    named = normalise_number(case.invoice.credits_number)
    if not named:
        return None
    for claim in case.facts.earlier.by_number.get((case.invoice.supplier_id, named), ()):
        if claim.standing and claim.kind is InvoiceKind.INVOICE:
            return claim
    return None


def credit_rooms(case: MatchCase) -> Mapping[str, Room]:
    """The room of every line of a credit note: the disputed part of what it credits, then held, then paid."""
    claim = credited_claim(case)
    left = {line.line_id: line for line in claim.lines} if claim else {}
    rooms: dict[str, Room] = {}
    for bound in case.lines:
        credited = _credited_line(bound, left.values())
        room, rest = _take_back(bound, credited)
        rooms[bound.line.line_id] = room
        if rest:
            left[rest.line_id] = rest
    return rooms


def _credited_line(bound: BoundLine, lines: Iterable[EarlierLine]) -> EarlierLine | None:
    if bound.order_line is None:
        return None
    same = [one for one in lines if one.order_line_id == bound.order_line.line_id]
    alike = [one for one in same if one.quantity == -bound.line.quantity]
    best = sorted(alike or same, key=lambda one: _open_cents(one) < -bound.claimed_cents)
    return best[0] if best else None


def _open_cents(line: EarlierLine) -> int:
    return line.disputed_cents + line.held_cents + line.accepted_cents


def _take_back(bound: BoundLine, line: EarlierLine | None) -> tuple[Room, EarlierLine | None]:
    claimed = bound.claimed_cents
    if line is None:
        return Room(_ZERO, claimed, _ZERO, claimed), None
    left = -claimed
    disputed = min(left, line.disputed_cents)
    held = min(left - disputed, line.held_cents)
    paid = min(left - disputed - held, line.accepted_cents)
    excess = left - disputed - held - paid
    unpaid_units = line.quantity - line.accepted_quantity
    units = min(line.accepted_quantity, max(_ZERO, -bound.line.quantity - unpaid_units))
    units = line.accepted_quantity if paid == line.accepted_cents else units
    shortfalls: tuple[Shortfall, ...] = ()
    if excess:
        most = f"at most {format_cents(_open_cents(line))} to take back"
        shortfalls = (Shortfall("G07", -excess, most, format_cents(left)),)
    rest = replace(
        line,
        quantity=line.quantity + bound.line.quantity,
        accepted_quantity=line.accepted_quantity - units,
        accepted_cents=line.accepted_cents - paid,
        held_cents=line.held_cents - held,
        disputed_cents=line.disputed_cents - disputed,
    )
    return Room(-units, -paid, -units, -paid, shortfalls, -held, -disputed, line.line_id), rest
