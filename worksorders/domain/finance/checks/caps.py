"""Step 7: nothing above the order, the contract year or the whole contract; run under a row lock.

Each cap is given out in line order: first to what was already sent to payment, then to the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.facts import ContractFacts
from worksorders.domain.finance.split.case import BoundLine, MatchCase
from worksorders.domain.finance.split.fold import fold_line
from worksorders.domain.money import Rounding, format_cents, gst_rate_on, round_cents


@dataclass(frozen=True, slots=True)
class _Cap:
    """A cap with what is drawn against it, ex GST, and the lines that draw on it."""

    code: str
    name: str
    cap_cents: int
    drawn_cents: int
    lines: tuple[BoundLine, ...]


def check(case: MatchCase, found: Collection[MatchException]) -> tuple[MatchException, ...]:
    """C01-C03 on what the exceptions found so far leave payable; a credit note draws on no cap."""
    if case.invoice.is_credit:
        return ()
    on_lines = [one for one in found if one.line_id is not None]
    payable = {
        bound.line.line_id: fold_line(case, bound, on_lines).accepted_cents
        for bound in case.lines
        if bound.order is not None
    }
    exceptions: list[MatchException] = []
    for cap in _caps(case):
        stops = _give_out(cap, payable)
        claimed = sum(bound.claimed_cents for bound in cap.lines)
        if cap.drawn_cents + claimed > cap.cap_cents:
            exceptions.append(
                MatchException(
                    cap.code,
                    f"at most {format_cents(cap.cap_cents)} ex GST on {cap.name}",
                    f"{format_cents(cap.drawn_cents + claimed)}, {format_cents(cap.drawn_cents)} of it before",
                    difference_cents=cap.drawn_cents + claimed - cap.cap_cents,
                    evidence=(cap.name,),
                    about=cap.name,
                    stops=stops,
                )
            )
        for line_id, cents in stops:
            payable[line_id] -= cents
    return tuple(exceptions)


def _give_out(cap: _Cap, payable: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    room = max(0, cap.cap_cents - cap.drawn_cents)
    asked = [
        (bound.line.line_id, payable[bound.line.line_id], bound.line.settled_cents) for bound in cap.lines
    ]
    given = {}
    for line_id, wanted, settled in asked:
        given[line_id] = min(wanted, settled, room)
        room -= given[line_id]
    for line_id, wanted, _ in asked:
        more = min(wanted - given[line_id], room)
        given[line_id] += more
        room -= more
    return tuple(
        (line_id, wanted - given[line_id]) for line_id, wanted, _ in asked if wanted > given[line_id]
    )


def _caps(case: MatchCase) -> Iterator[_Cap]:
    bound_lines = [bound for bound in case.lines if bound.order is not None]
    orders = {bound.order.code: bound.order for bound in bound_lines if bound.order}
    for code, order in orders.items():
        lines = tuple(bound for bound in bound_lines if bound.order is order)
        yield _Cap("C01", f"order {code}", order.cap_cents, order.invoiced_cents, lines)
    codes = dict.fromkeys(order.contract_code for order in orders.values())
    for contract in (case.facts.contracts.get(code) for code in codes):
        if contract is not None:
            lines = tuple(
                one for one in bound_lines if one.order and one.order.contract_code == contract.code
            )
            yield from _years(contract, lines)
            cap = net_cap_cents(contract, contract.cap_cents)
            yield _Cap("C03", f"contract {contract.code}", cap, contract.drawn_cents, lines)


def _years(contract: ContractFacts, lines: tuple[BoundLine, ...]) -> Iterator[_Cap]:
    for year in contract.years:
        drawing = tuple(
            one for one in lines
            if one.order and contract.year_of(one.order.contract_year, one.order.issued_on) is year
        )  # fmt: skip
        if drawing:
            yield _Cap(
                "C02", f"contract {contract.code}, {year.name}",
                net_cap_cents(contract, year.cap_cents), year.drawn_cents, drawing,
            )  # fmt: skip


def net_cap_cents(contract: ContractFacts, cap_cents: int) -> int:
    """A cap ex GST: the cap itself, or what is left of it once the GST inside is taken out."""
    if not contract.gst_inclusive:
        return cap_cents
    return round_cents(Decimal(cap_cents) / (1 + gst_rate_on(contract.starts_on)), Rounding.DOWN)
