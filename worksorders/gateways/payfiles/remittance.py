"""Remittance advice with no content but numbers, codes and amounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from worksorders.domain.finance.facts.identifiers import mask_account
from worksorders.domain.money import format_cents


def remittance_text(rows: Sequence[tuple[str, int]], *, reference: str, account: str, pay_on: date) -> str:
    """Plain text for one supplier; each row is a document's number and its cents, below zero for a credit note."""
    total = format_cents(sum(cents for _, cents in rows))
    return "\n".join(
        [
            f"Payment of {total} on {pay_on.day} {pay_on:%B %Y}",
            f"Reference {reference}, to account {mask_account(account)}",
            *(f"{number}: {format_cents(cents)}" for number, cents in rows),
            "",
        ]
    )
