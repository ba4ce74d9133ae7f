"""How the GST of a document follows its lines: by the method that fits it, never above what was charged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from worksorders.domain.finance.facts import EarlierClaim
from worksorders.domain.finance.split.case import MatchCase
from worksorders.domain.finance.split.credit import credited_claim
from worksorders.domain.finance.split.portion import Portion
from worksorders.domain.money import GstMethod, allowed_gst, gst_method_of, gst_rate_on

Due = Callable[[Iterable[int]], int]


def registered(case: MatchCase) -> bool:
    """Whether the supplier's record shows a GST number."""
    return bool(case.supplier and case.supplier.gst_number)


def gst_lines(case: MatchCase) -> tuple[tuple[int, Decimal], ...]:
    """Each line's claimed cents, and a document charge, with the GST rate that the law sets on them.

    The rate is that of the invoice's date, for a credit note that of the invoice it corrects; zero for a
    supplier who is not registered.
    """
    credited = credited_claim(case) if case.invoice.is_credit else None
    on = credited.issued_on if credited else case.invoice.issued_on or case.facts.today
    rate = gst_rate_on(on) if registered(case) else Decimal(0)
    amounts = [bound.claimed_cents for bound in case.lines]
    return tuple((cents, rate) for cents in (*amounts, case.invoice.charge.cents) if cents)


def split_gst(case: MatchCase, lines: Sequence[Portion]) -> tuple[Portion, str]:
    """The GST split like the lines, and the method that fits the document, empty when none does."""
    charged, documented = case.invoice.gst.cents, gst_lines(case)
    method = gst_method_of(charged, documented)
    rate = documented[0][1] if documented else Decimal(0)

    def due(nets: Iterable[int]) -> int:
        return allowed_gst((net, rate) for net in nets)[method or GstMethod.TOTAL_HALF_UP]

    split = _of_credit if case.invoice.is_credit else _of_invoice
    return split(case, lines, due), str(method or "")


def _of_invoice(case: MatchCase, lines: Sequence[Portion], due: Due) -> Portion:
    charged = case.invoice.gst.cents
    accepted = _within(charged, due(line.accepted_cents for line in lines))
    kept = _within(charged, due(line.accepted_cents + line.held_cents for line in lines))
    return Portion(charged, accepted, kept - accepted, charged - kept)


def _within(charged: int, cents: int) -> int:
    return max(0, min(charged, cents))


def _of_credit(case: MatchCase, lines: Sequence[Portion], due: Due) -> Portion:
    """Credited GST takes back the invoice's GST where its lines take back theirs; a full credit leaves none."""
    charged = case.invoice.gst.cents
    claim = credited_claim(case)
    accepted = _part(lines, "accepted_cents", claim, charged, due)
    if not any(line.disputed_cents for line in lines):
        held = charged - accepted
    else:
        held = _part(lines, "held_cents", claim, charged - accepted, due)
    return Portion(charged, accepted, held, charged - accepted - held)


_GST_OF = {"accepted_cents": "accepted_gst_cents", "held_cents": "held_gst_cents"}


def _part(lines: Sequence[Portion], name: str, claim: EarlierClaim | None, charged: int, due: Due) -> int:
    parts = [int(getattr(line, name)) for line in lines]
    if claim and sum(parts) == -sum(int(getattr(line, name)) for line in claim.lines):
        return max(min(charged, 0), -int(getattr(claim, _GST_OF[name])))
    return max(min(charged, 0), due(parts))
