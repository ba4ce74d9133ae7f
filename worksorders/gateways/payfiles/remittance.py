"""Remittance advice with no content but numbers, codes and amounts."""

from __future__ import annotations

from datetime import date

from worksorders.domain.finance.facts.identifiers import mask_account
from worksorders.domain.finance.payment import Payment
from worksorders.domain.money import format_cents


def remittance_text(payment: Payment, amounts: dict[str, int], pay_on: date) -> str:
    """Plain text for one supplier; `amounts` are cents by invoice number and must sum to the payment."""
    if sum(amounts.values()) != payment.amount_cents:
        raise ValueError(
            f"The invoices come to {format_cents(sum(amounts.values()))}, "
            f"the payment to {format_cents(payment.amount_cents)}: a remittance must explain it all."
        )
    lines = [f"Invoice {number}: {format_cents(cents)}" for number, cents in amounts.items()]
    return "\n".join(
        [
            f"Payment of {format_cents(payment.amount_cents)} on {pay_on.day} {pay_on:%B %Y}",
            f"Reference {payment.reference}, to account {mask_account(payment.account)}",
            *lines,
            "",
        ]
    )
