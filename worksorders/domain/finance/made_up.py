"""How what is payable comes about from what is claimed, row by row and to the cent, in words for clerk and contractor."""

from __future__ import annotations

from dataclasses import dataclass

ACCEPTED, PAYABLE = "Accepted, with GST", "Payable"
# How the GST was found to be reckoned, as it is kept with the invoice, in words.
GST_WORDS = {
    "line, half-up": "reckoned line by line, half a cent rounded up",
    "line, half-down": "reckoned line by line, half a cent dropped",
    "total, half-up": "reckoned on the total, half a cent rounded up",
    "total, half-down": "reckoned on the total, half a cent dropped",
}


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of one document in cents, as decided; negative for a credit note. The last two are with GST."""

    total: int
    held_net: int
    disputed_net: int
    accepted_net: int
    accepted_gst: int
    withheld_gst: int
    prepaid: int
    payable: int


def made_up(amounts: Amounts) -> tuple[tuple[str, int], ...]:
    """Rows that begin with the claim and end with what is payable; what is nothing is left out.

    From "Claimed, with GST" down to `ACCEPTED` each row comes off the one above, and from there to `PAYABLE`.
    """
    accepted = amounts.accepted_net + amounts.accepted_gst
    withheld = amounts.held_net + amounts.disputed_net + amounts.withheld_gst
    kept = accepted - amounts.prepaid - amounts.payable
    off = (
        ("Held, before GST", -amounts.held_net),
        ("Disputed, before GST", -amounts.disputed_net),
        ("GST held or disputed", -amounts.withheld_gst),
        ("Asked for beyond the lines and their GST", accepted + withheld - amounts.total),
    )
    later = (("Kept back as retention", -kept), ("Said to be prepaid", -amounts.prepaid))
    return (
        ("Claimed, with GST", amounts.total),
        *((words, cents) for words, cents in off if cents),
        (ACCEPTED, accepted),
        *((words, cents) for words, cents in later if cents),
        (PAYABLE, amounts.payable),
    )
