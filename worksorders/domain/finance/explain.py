"""The explanation of each payable cent: order line, acceptance, rate version and tax, summing exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from worksorders.domain.finance.decision import Decision, LineDecision
from worksorders.domain.finance.facts import AcceptanceFacts, OrderLineFacts
from worksorders.domain.finance.reconcile import Match
from worksorders.domain.finance.split.case import BoundLine
from worksorders.domain.finance.split.gst import gst_lines
from worksorders.domain.money import format_cents, format_rate, line_cents, spread_cents

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why some cents are payable: one acceptance of one order line at one frozen rate, and its GST.

    `rate` is the frozen one; `paid_rate` is lower where the contractor claimed less. A credit note's
    explanation is negative and names the invoice line that it takes back in `credits_line_id`.
    """

    line_id: str
    order_code: str
    order_line_id: str
    order_line_number: int
    item_code: str
    quantity: Decimal
    unit: str
    rate: Decimal
    paid_rate: Decimal
    rate_card_version: str
    net_cents: int
    gst_rate: Decimal
    gst_method: str
    gst_cents: int
    acceptance_id: str = ""
    accepted_on: date | None = None
    variation_ids: tuple[str, ...] = ()
    credits_line_id: str = ""

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.gst_cents

    def in_words(self) -> str:
        """One sentence that a person can check against the order."""
        where = f"order {self.order_code} line {self.order_line_number} ({self.item_code})"
        money = f"{format_cents(self.net_cents)} and GST {format_cents(self.gst_cents)}"
        if self.credits_line_id:
            return f"Credit on {where}: {money}."
        when = f", accepted {self.accepted_on.day} {self.accepted_on:%B %Y}" if self.accepted_on else ""
        return (
            f"{self.quantity.normalize():f} × {format_rate(self.paid_rate, self.unit)} on {where}, "
            f"rate card {self.rate_card_version}{when}: {money}.{self._why_not_the_product()}"
        )

    def _why_not_the_product(self) -> str:
        """Where the cents are not quantity times rate, what they are instead."""
        product = line_cents(self.quantity, self.paid_rate)
        if product == self.net_cents:
            return ""
        if abs(product - self.net_cents) == 1:
            why = "the parts of a line are rounded so that they sum to the line rounded once"
        elif self.net_cents < product:
            why = "no more is claimed, or a discount or allowance comes off"
        else:
            why = "a surcharge of the agreement comes on top"
        return f" By itself that is {format_cents(product)}: {why}."


@dataclass(frozen=True, slots=True)
class _Piece:
    bound: BoundLine
    target: OrderLineFacts
    quantity: Decimal
    cents: int
    acceptance: AcceptanceFacts | None = None


def explain(match: Match, decision: Decision) -> tuple[Explanation, ...]:
    """Explain every accepted cent of a decision: net cents sum to the accepted net, GST cents to its GST."""
    pieces = tuple(_pieces(match, decision))
    taxes = spread_cents(decision.gst.accepted_cents, [piece.cents for piece in pieces]) if pieces else ()
    taxed = gst_lines(match.case)
    rate = taxed[0][1] if taxed else _ZERO
    return tuple(
        _explanation(piece, tax, rate, match, decision) for piece, tax in zip(pieces, taxes, strict=True)
    )


def _explanation(piece: _Piece, tax: int, rate: Decimal, match: Match, decision: Decision) -> Explanation:
    target, line = piece.target, piece.bound.line
    room = match.case.rooms[line.line_id]
    return Explanation(
        line.line_id,
        piece.bound.order.code if piece.bound.order else "",
        target.line_id,
        target.number,
        target.item_code,
        piece.quantity,
        target.unit,
        target.rate,
        min(line.unit_rate, target.rate),
        target.rate_card_version,
        piece.cents,
        rate,
        decision.gst_method,
        tax,
        piece.acceptance.acceptance_id if piece.acceptance else "",
        piece.acceptance.accepted_on if piece.acceptance else None,
        tuple(change.variation_id for change in target.variations),
        room.credited_line_id,
    )


def _pieces(match: Match, decision: Decision) -> Iterator[_Piece]:
    used: dict[str, Decimal] = {}
    for bound, decided in zip(match.case.lines, decision.lines, strict=True):
        target = bound.order_line
        if target is None or not decided.portion.accepted_cents:
            continue
        if match.case.invoice.is_credit:
            yield _Piece(bound, target, decided.accepted_quantity, decided.portion.accepted_cents)
            continue
        before = target.invoiced_quantity + used.get(target.line_id, _ZERO)
        used[target.line_id] = used.get(target.line_id, _ZERO) + decided.accepted_quantity
        yield from _by_acceptance(bound, target, decided, before)


def _by_acceptance(
    bound: BoundLine, target: OrderLineFacts, decided: LineDecision, before: Decimal
) -> Iterator[_Piece]:
    slices = list(slice_acceptances(target, before, decided.accepted_quantity))
    if not slices:
        yield _Piece(bound, target, decided.accepted_quantity, decided.portion.accepted_cents)
        return
    ends, at = [], before
    for _, units in slices:
        ends.append((at, at + units))
        at += units
    weights = [line_cents(end, target.rate) - line_cents(start, target.rate) for start, end in ends]
    shares = spread_cents(decided.portion.accepted_cents, weights)
    for (acceptance, units), cents in zip(slices, shares, strict=True):
        if cents:
            yield _Piece(bound, target, units, cents, acceptance)


def slice_acceptances(
    line: OrderLineFacts, before: Decimal, quantity: Decimal
) -> Iterator[tuple[AcceptanceFacts, Decimal]]:
    """The acceptances, oldest first and net of reversals, that so many units after `before` fall into."""
    left: list[tuple[AcceptanceFacts, Decimal]] = []
    for acceptance in line.acceptances:
        if acceptance.quantity > 0:
            left.append((acceptance, acceptance.quantity))
        else:
            _reverse(left, -acceptance.quantity)
    skip = before
    for acceptance, units in left:
        free = units - min(units, skip)
        skip -= units - free
        taken = min(free, quantity)
        quantity -= taken
        if taken:
            yield acceptance, taken


def _reverse(left: list[tuple[AcceptanceFacts, Decimal]], units: Decimal) -> None:
    """A reversal takes back the latest acceptance first."""
    while left and units > 0:
        acceptance, has = left.pop()
        if has > units:
            left.append((acceptance, has - units))
        units -= min(has, units)
