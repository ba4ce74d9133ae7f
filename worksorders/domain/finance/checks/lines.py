"""Step 5: quantity, rate, unit and arithmetic of each line against its order line."""

from __future__ import annotations

from collections.abc import Iterator

from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.facts import OrderLineFacts
from worksorders.domain.finance.split.case import BoundLine, MatchCase, Room
from worksorders.domain.money import RATE_PLACES, exact, format_cents, format_rate, line_cents


def check(case: MatchCase) -> tuple[MatchException, ...]:
    """M07, Q01-Q03, R01-R05, C04 and, for credit lines, G07; the case must have its rooms."""
    return tuple(found for bound in case.lines for found in _check_line(case, bound))


def _check_line(case: MatchCase, bound: BoundLine) -> Iterator[MatchException]:
    target = bound.order_line
    if target is None or bound.order is None:
        return
    room = case.rooms.get(bound.line.line_id)
    if room is None:
        yield _unit(bound, target)
        return
    yield from _shortfalls(bound, room, f"{bound.order.code}/{target.number}")
    if not case.invoice.is_credit:
        yield from _over_accepted(bound, room, target)
        yield from _dearer(bound, room, target)
        yield from _below(bound)
        yield from _cheaper(bound, target)


def _unit(bound: BoundLine, target: OrderLineFacts) -> MatchException:
    return MatchException(
        "R03",
        f"a quantity in {target.unit}",
        f"a quantity in {bound.line.unit or 'no unit'}",
        bound.line.line_id,
        bound.claimed_cents,
    )


def _shortfalls(bound: BoundLine, room: Room, name: str) -> Iterator[MatchException]:
    """One exception for each code that takes something; two of one code become one with the sum."""
    for code in dict.fromkeys(short.code for short in room.shortfalls):
        same = [short for short in room.shortfalls if short.code == code]
        cents = sum(short.cents for short in same)
        yield MatchException(
            code,
            same[0].expected,
            same[0].actual,
            bound.line.line_id,
            cents,
            (name,),
            stops=((bound.line.line_id, cents),),
        )


def _over_accepted(bound: BoundLine, room: Room, target: OrderLineFacts) -> Iterator[MatchException]:
    """More accepted than ordered is reported even where this claim stays below both."""
    if target.accepted_quantity <= target.contracted_quantity:
        return
    if any(short.code == "Q02" for short in room.shortfalls):
        return
    yield MatchException(
        "Q02",
        f"at most {target.contracted_quantity.normalize():f} {target.unit} ordered with variations",
        f"{target.accepted_quantity.normalize():f} {target.unit} accepted",
        bound.line.line_id,
        target.accepted_cents - target.contracted_cents,
        stops=(),
    )


def _below(bound: BoundLine) -> Iterator[MatchException]:
    """A line that claims less than it multiplies out to is held whole: what was meant is not known."""
    line = bound.line
    due = line_cents(line.quantity, line.unit_rate) + line.uplift.cents - line.discount.cents
    if line.net.cents < due:
        yield MatchException(
            "R04",
            f"{line.quantity.normalize():f} × {format_rate(line.unit_rate)} = {format_cents(due)}",
            format_cents(line.net.cents),
            line.line_id,
            line.net.cents - due,
            about="below",
        )


def _dearer(bound: BoundLine, room: Room, target: OrderLineFacts) -> Iterator[MatchException]:
    """A rate above the card is told even where it takes no cent: a line of nothing, or less than half a cent."""
    stated = exact(round(bound.line.unit_rate, RATE_PLACES), "rate")
    if stated > target.rate and not any(short.code == "R01" for short in room.shortfalls):
        yield MatchException(
            "R01",
            f"at most {format_rate(target.rate, target.unit)}",
            format_rate(stated),
            bound.line.line_id,
            0,
            stops=(),
        )


def _cheaper(bound: BoundLine, target: OrderLineFacts) -> Iterator[MatchException]:
    line = bound.line
    if line.unit_rate < target.rate:
        yield MatchException(
            "R02",
            format_rate(target.rate, target.unit),
            format_rate(line.unit_rate),
            line.line_id,
            line_cents(line.quantity, line.unit_rate) - line_cents(line.quantity, target.rate),
        )
