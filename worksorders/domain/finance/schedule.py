"""The payment schedule under the Construction Contracts Act 2002: what is paid, how reckoned, and why not more.

Without a schedule in time the whole claim becomes payable, so it is written whenever a cent is withheld.
"""

from __future__ import annotations

from dataclasses import dataclass

from worksorders.domain.finance.decision import Decision
from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.explain import Explanation, explain
from worksorders.domain.finance.reconcile import Match
from worksorders.domain.finance.split.portion import Portion
from worksorders.domain.money import format_cents


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One line of the claim: what is asked, what is scheduled, how it is reckoned and why it differs."""

    title: str
    claimed_cents: int
    scheduled_cents: int
    calculation: str
    reasons: tuple[str, ...]

    @property
    def difference_cents(self) -> int:
        return self.claimed_cents - self.scheduled_cents


@dataclass(frozen=True, slots=True)
class PaymentSchedule:
    """What the contractor is told; line amounts ex GST, the GST on a line of its own, totals with GST.

    Lines, GST and deductions sum exactly: `claimed_cents` of the lines to the claim, `scheduled_cents` of
    the lines less retention and prepayment to the scheduled amount.
    """

    claim_number: str
    order_codes: tuple[str, ...]
    claimed_cents: int
    scheduled_cents: int
    retention_cents: int
    prepaid_cents: int
    lines: tuple[ScheduleLine, ...]
    reasons: tuple[str, ...]


def needs_schedule(match: Match, decision: Decision) -> bool:
    """Whether a payment claim has any cent withheld."""
    return (
        match.case.invoice.payment_claim
        and decision.payable_cents < decision.claimed_cents - decision.prepaid_cents
    )


def payment_schedule(match: Match, decision: Decision) -> PaymentSchedule | None:
    """The content of the schedule, written from the exceptions; None where none is needed."""
    if not needs_schedule(match, decision):
        return None
    stopping = [
        one for one in decision.exceptions if one.key not in decision.released and one.severity != "W"
    ]
    pieces = explain(match, decision)
    lines = [
        _line(
            f"Line {bound.line.number}: {bound.line.item_code or bound.line.order_line_id or 'not on an order'}",
            decided.portion,
            [piece for piece in pieces if piece.line_id == decided.line_id],
            [one for one in stopping if one.line_id == decided.line_id or _touches(one, decided.line_id)],
        )
        for bound, decided in zip(match.case.lines, decision.lines, strict=True)
    ]
    document = [one for one in stopping if one.line_id is None and not one.stops]
    gst_words = f"GST on {format_cents(decision.accepted_net_cents)} scheduled"
    lines.append(ScheduleLine("GST", decision.gst.claimed_cents, decision.gst.accepted_cents, gst_words, ()))
    if decision.other.claimed_cents:
        lines.append(_line("Other amounts", decision.other, [], document))
    return PaymentSchedule(
        match.case.invoice.number,
        tuple(dict.fromkeys(line.order_code for line in decision.lines if line.order_code)),
        decision.claimed_cents,
        decision.payable_cents,
        decision.retention_cents,
        decision.prepaid_cents,
        tuple(lines),
        tuple(_reason(one) for one in document),
    )


def _touches(found: MatchException, line_id: str) -> bool:
    return any(at == line_id for at, _ in found.stops or ())


def _line(
    title: str, portion: Portion, pieces: list[Explanation], reasons: list[MatchException]
) -> ScheduleLine:
    reckoned = "; ".join(piece.in_words() for piece in pieces) or "Nothing is scheduled on this line."
    return ScheduleLine(
        title,
        portion.claimed_cents,
        portion.accepted_cents,
        reckoned,
        tuple(_reason(one) for one in reasons),
    )


def _reason(found: MatchException) -> str:
    return f"{found.in_words()} {found.kind.remedy}"
