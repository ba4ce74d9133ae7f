"""Step 4: bind each invoice line to one order line, never by guessing, and check that it may be claimed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.facts import (
    InvoiceFacts,
    InvoiceLineFacts,
    MatchFacts,
    OrderFacts,
    OrderLineFacts,
)
from worksorders.domain.finance.split.case import BoundLine, MatchCase
from worksorders.domain.local_time import day_words
from worksorders.domain.money import spread_cents

MOST_CANDIDATES = 5


def bind_lines(invoice: InvoiceFacts, facts: MatchFacts) -> tuple[BoundLine, ...]:
    """Bind by order-line reference, then by order and item code; otherwise offer candidates to a person."""
    nets = [line.net.cents for line in invoice.lines]
    shares = spread_cents(invoice.allowance.cents, nets) if nets else ()
    return tuple(
        _bind(line, line.net.cents - share, invoice, facts)
        for line, share in zip(invoice.lines, shares, strict=True)
    )


def _bind(line: InvoiceLineFacts, claimed_cents: int, invoice: InvoiceFacts, facts: MatchFacts) -> BoundLine:
    order = facts.orders.get(line.order_code or invoice.order_code)
    if order is None or not order.issued:
        return BoundLine(line, claimed_cents, candidates=_candidates(line, invoice, facts))
    if line.order_line_id:
        named = [one for one in order.lines if line.order_line_id in _names(order, one)]
    else:
        named = [one for one in order.lines if line.item_code and one.item_code == line.item_code]
    if len(named) == 1:
        return BoundLine(line, claimed_cents, order, named[0])
    return BoundLine(line, claimed_cents, order, None, tuple(f"{order.code}/{one.number}" for one in named))


def _names(order: OrderFacts, line: OrderLineFacts) -> tuple[str, ...]:
    return (line.line_id, str(line.number), f"{order.code}/{line.number}")


def _candidates(line: InvoiceLineFacts, invoice: InvoiceFacts, facts: MatchFacts) -> tuple[str, ...]:
    """Lines of this supplier's orders with the same item and unbilled work, for a person to choose."""
    return facts.open_work.get((invoice.supplier_id, line.item_code), ())[:MOST_CANDIDATES]


def check(case: MatchCase) -> tuple[MatchException, ...]:
    """M01-M06, M08 and M09 for every line, zero amounts included; M07 belongs to the quantities."""
    return tuple(found for bound in case.lines for found in _check_line(case, bound))


def _check_line(case: MatchCase, bound: BoundLine) -> Iterator[MatchException]:
    line = bound.line
    if bound.order is None:
        yield _no_order(case, bound)
        return
    if bound.order_line is None:
        yield MatchException(
            "M02",
            f"a line of order {bound.order.code}",
            f"item “{line.item_code or line.order_line_id or 'none named'}”"
            + (f", which fits {len(bound.candidates)} lines" if bound.candidates else ""),
            line.line_id,
            line.net.cents,
            (bound.order.code, *bound.candidates),
        )
        return
    target = _Target(case, bound, bound.order, bound.order_line)
    for rule in _CREDIT_RULES if case.invoice.is_credit else _RULES:
        found = rule(target)
        if found:
            yield found


def _no_order(case: MatchCase, bound: BoundLine) -> MatchException:
    named = bound.line.order_code or case.invoice.order_code
    return MatchException(
        "M01",
        "the code of an issued works order",
        f"“{named}”" if named else "no order code",
        bound.line.line_id,
        bound.line.net.cents,
        bound.candidates,
    )


@dataclass(frozen=True, slots=True)
class _Target:
    """A bound line with all that its rules look at."""

    case: MatchCase
    bound: BoundLine
    order: OrderFacts
    line: OrderLineFacts

    @property
    def name(self) -> str:
        return f"{self.order.code}/{self.line.number}"

    def found(self, code: str, expected: str, actual: str, *evidence: str) -> MatchException:
        return MatchException(
            code,
            expected,
            actual,
            self.bound.line.line_id,
            self.bound.claimed_cents,
            evidence or (self.name,),
        )


def _unapproved(target: _Target) -> MatchException | None:
    if not target.line.by_variation or target.line.variations:
        return None
    return target.found(
        "M02", "an approved variation that adds the line", f"line {target.name} added without approval"
    )


def _contractor(target: _Target) -> MatchException | None:
    if target.line.supplier_id == target.case.invoice.supplier_id:
        return None
    return target.found(
        "M03", "work that was given to this contractor", f"line {target.name}, given to another"
    )


def _term(target: _Target) -> MatchException | None:
    named = target.case.invoice.contract_code
    agreement = target.case.facts.agreements.get(target.line.agreement_id)
    contract = target.case.facts.contracts.get(target.order.contract_code)
    issued_on = target.order.issued_on
    worked_on = target.bound.line.performed_on or target.line.completed_on or issued_on
    if named and named != target.order.contract_code:
        wanted, actual = f"contract {target.order.contract_code}", f"contract {named}"
    elif agreement and issued_on and not agreement.in_term(issued_on):
        wanted, actual = "an order issued within the agreement's term", f"issued on {day_words(issued_on)}"
    elif contract and worked_on and not contract.starts_on <= worked_on <= contract.ends_on:
        wanted = f"work from {day_words(contract.starts_on)} to {day_words(contract.ends_on)}"
        actual = f"work on {day_words(worked_on)}"
    else:
        return None
    return target.found("M04", wanted, actual, target.order.code)


def _cancelled(target: _Target) -> MatchException | None:
    if not target.order.cancelled or target.line.call_out:
        return None
    return target.found(
        "M05",
        "nothing but a call-out on a cancelled order",
        f"item {target.line.item_code}",
        target.order.code,
        f"order {target.order.state}",
    )


def _no_access(target: _Target) -> MatchException | None:
    if not target.line.no_access or target.line.call_out:
        return None
    return target.found(
        "M06", "the call-out code, since nobody could get in", f"item {target.line.item_code} as work"
    )


def _evidence(target: _Target) -> MatchException | None:
    if not target.line.evidence_missing:
        return None
    missing = ", no ".join(target.line.evidence_missing)
    return replace(target.found("M08", "evidence of the work", f"no {missing}"), difference_cents=None)


def _too_soon(target: _Target) -> MatchException | None:
    issued_on, completed_on = target.case.invoice.issued_on, target.line.completed_on
    if not issued_on or not completed_on or issued_on >= completed_on:
        return None
    found = target.found("M09", f"an invoice dated {day_words(completed_on)} or later", day_words(issued_on))
    return replace(found, difference_cents=None)


Rule = Callable[[_Target], MatchException | None]
_CREDIT_RULES: tuple[Rule, ...] = (_contractor,)
_RULES: tuple[Rule, ...] = (
    _unapproved, _contractor, _term, _cancelled, _no_access, _evidence, _too_soon,
)  # fmt: skip
