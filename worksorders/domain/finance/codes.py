"""The registry of match codes: severity, title, explanation and remedy, in the order of the match.

Source: the table of steps 0-9 in the finance specification. A block (B) is never released: what is wrong
has to be put right. A hold (H) may be released by another person, with a reason and an expiry, where
`releasable` says so; a warning (W) stops nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """Block, hold or warn; values are those of the exception table."""

    BLOCK = "B"
    HOLD = "H"
    WARN = "W"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of exception, explained for the person who has to clear it."""

    code: str
    severity: Severity
    title: str
    explanation: str
    remedy: str
    step: str
    releasable: bool


STEPS: Mapping[str, str] = MappingProxyType(
    {
        "I": "Intake",
        "G": "Taxable supply information",
        "P": "Party",
        "D": "Duplicates",
        "M": "Order line",
        "Q": "Quantity",
        "R": "Rate",
        "H": "Header",
        "C": "Caps",
        "T": "Retention",
        "F": "Patterns",
    }
)

_CLEARS_ITSELF = frozenset({"M07"})
"""Holds that fall away when the fact changes, and that nobody may release."""

_TABLE = (
    ("I01", "B", "File cannot be read", "The file is damaged, cut short or not what its name says.",
     "Ask the supplier for a new file; the raw file stays on record."),
    ("I02", "B", "File breaks an e-invoicing rule", "The file breaks a UBL or Peppol rule, named in the evidence.",
     "Ask the supplier to correct the element named and send the invoice again."),
    ("I03", "W", "Not an e-invoice", "It was typed in from a document, so a typing error is possible.",
     "Compare the typed lines with the document; suggest e-invoicing to the supplier."),
    ("I04", "B", "Text holds a protected value", "A free-text field repeats something that only the order's vault may hold.",
     "The file is sealed; work from the extracted lines and ask the supplier for an invoice with the order code only."),
    ("G01", "H", "Basic supply information is missing", "Every invoice needs the supplier's name, a date, descriptions and amounts.",
     "Ask the supplier for an invoice that states what is missing."),
    ("G02", "H", "GST information is missing", "Above $200 an invoice must also state the GST number and the GST, or that it is included.",
     "Ask the supplier for an invoice that states what is missing."),
    ("G03", "H", "Buyer information is missing", "Above $1,000 an invoice must also name the buyer and give one way to identify them.",
     "Ask the supplier for an invoice that names us as buyer."),
    ("G04", "B", "GST charged without registration", "The supplier's record shows no GST number, yet GST is charged.",
     "Ask for an invoice without GST, or verify the supplier's GST number and record it first."),
    ("G05", "B", "GST number is wrong", "The GST number fails its check digit or is not the one on record.",
     "Ask the supplier to correct the invoice; change our record only after checking it independently."),
    ("G06", "H", "GST amount is not an allowed one", "GST may be rounded by line or in total, half a cent up or down; this amount is none of the four.",
     "Ask for a corrected invoice. A release pays at most the GST that the law allows."),
    ("G07", "H", "Credit note without its invoice", "A credit note must name an invoice on record and may not take back more than it claimed.",
     "Ask the supplier which invoice is corrected."),
    ("P01", "B", "Supplier unknown or inactive", "There is no active supplier record for this invoice.",
     "An administrator checks and activates the supplier; otherwise reject the invoice."),
    ("P02", "B", "Business number differs", "The NZBN fails its check digit or is not the one on record.",
     "Confirm the NZBN on the public register; never copy it from the invoice."),
    ("P03", "B", "Bank account is not the verified one", "The invoice names an account that differs from the verified one, or none is verified.",
     "Call the supplier on the number on record. An invoice never changes an account."),
    ("P04", "H", "Bank account changed recently", "The account changed a short time ago, or was entered or verified by the person who approves the payment.",
     "A person who had no part in the change confirms the account by phone, then releases."),
    ("P06", "H", "Supplier shares details with someone", "The supplier shares an account, address or phone with an employee or another supplier.",
     "Find out why, record it, and release if it is harmless."),
    ("P07", "H", "Schedular tax declaration is missing", "Schedular tax applies to this supplier and no declaration is on file.",
     "Obtain the declaration, or deduct at the no-notification rate outside this system and release."),
    ("D01", "B", "Invoice number already received", "The same supplier sent the same number before; look-alike characters count as the same.",
     "Reject it, or ask the supplier for a number that was not used before."),
    ("D02", "H", "Looks like an invoice received before", "The same supplier or group sent the same amount within days under nearly the same number.",
     "Compare both; release if they are different work."),
    ("D03", "B", "Line already claimed", "The same quantity and amount of this order line was accepted on another invoice or line.",
     "Reject the line. If it is further work, ask the supplier to cite its acceptance."),
    ("D04", "B", "Same file received before", "The file is byte for byte one that was received before.",
     "Reject it."),
    ("D05", "H", "Two supplier records look like one firm", "Another supplier record has the same NZBN or bank account.",
     "Merge the records or explain why there are two, then release."),
    ("D06", "B", "Supplier invoiced under self-billing", "The agreement says that we make the invoice, and the supplier sent one.",
     "Reject it; the self-billed invoice made from the accepted work is the one to pay."),
    ("M01", "B", "No such order", "The line names no works order that was issued, or one that does not exist.",
     "Choose the right order from the candidates if there is one, or ask the supplier for the order code."),
    ("M02", "B", "Line is not on the order", "The order has no such line, and no approved variation adds it.",
     "Have the variation approved if the work was agreed; otherwise reject the line."),
    ("M03", "B", "Another contractor's work", "The order line was given to a different contractor.",
     "Reject the line."),
    ("M04", "B", "Outside the contract", "The order belongs to another contract, or the work lies outside the agreement's term.",
     "Check the contract named and the dates; have the agreement extended if that was meant."),
    ("M05", "B", "Order is cancelled", "Not a cent is paid on a cancelled order, the call-out code aside.",
     "Reject the line; a call-out may be claimed under its own code."),
    ("M06", "B", "No access, billed as work", "Nobody could get in, so only the call-out code may be claimed.",
     "Reject the line; a call-out may be claimed under its own code."),
    ("M07", "H", "Not accepted yet", "The work is claimed before it was accepted.",
     "A coordinator accepts or refuses the work; the hold then falls away by itself."),
    ("M08", "H", "Evidence is missing", "The order line needs evidence that has not been given.",
     "Obtain the evidence, or release with the reason why there is none."),
    ("M09", "H", "Invoiced before completion", "The invoice is dated before the work was complete.",
     "Check the dates; release if one was mistyped."),
    ("Q01", "B", "More invoiced than accepted", "All invoices together claim more than was done and accepted.",
     "Pay the accepted part; accept the rest if it was done, or ask for a credit note."),
    ("Q02", "B", "More accepted than ordered", "More was accepted than was ordered with approved variations.",
     "Have the variation approved, or correct the acceptance."),
    ("Q03", "H", "More than was measured", "The quantity claimed is above the one measured on site.",
     "Measure again or ask the contractor; release if the measurement was wrong."),
    ("R01", "B", "Rate above the card", "The rate is above the one frozen when the order was issued.",
     "Pay at the frozen rate; a new card never changes an issued order."),
    ("R02", "W", "Rate below the card", "The rate is below the one frozen when the order was issued; the lower one is paid.",
     "Ask the supplier whether that was meant."),
    ("R03", "B", "Another unit", "The line is claimed in another unit than was ordered, so nothing can be compared.",
     "Ask the supplier for the line in the unit of the order."),
    ("R04", "H", "Line does not multiply out", "The amount is not quantity × rate rounded to the cent over all that was claimed of the line.",
     "Pay what multiplies out. A release pays the rest only up to accepted quantity × frozen rate."),
    ("R05", "B", "Charge not in the contract", "A surcharge or uplift is not in the agreement, or is above what it allows.",
     "Pay without it; have the agreement changed if it was agreed."),
    ("H01", "B", "Lines do not add up to the net amount", "Lines, allowances and charges do not sum to the amount before GST.",
     "Ask the supplier for a corrected invoice."),
    ("H02", "B", "Net and GST do not add up to the total", "The amount before GST and the GST do not sum to the total.",
     "Ask the supplier for a corrected invoice."),
    ("H03", "B", "Prepayment or credit unexplained", "The invoice deducts or carries an amount that our records do not show.",
     "Ask the supplier what it is; record the prepayment if it is ours."),
    ("H04", "B", "Not in New Zealand dollars", "The contract is paid in NZD; the invoice was read all the same.",
     "Ask the supplier for an invoice in NZD."),
    ("C01", "B", "Above the order's total", "All invoices of the order together are above its approved total.",
     "Have a variation approved, or ask for a credit note."),
    ("C02", "B", "Above the contract year", "The contract year's budget does not cover this.",
     "Take it to the funder or to the next year's budget; nothing is paid above the cap."),
    ("C03", "B", "Above the whole contract", "The funding contract's total does not cover this.",
     "Take it to the funder; nothing is paid above the cap."),
    ("C04", "B", "Variation above the approver's limit", "A variation was approved by someone whose limit is lower than its value.",
     "Someone with the limit approves the variation."),
    ("T01", "B", "Retention is not the contract's share", "The amount kept back is not the agreed share of the accepted amount.",
     "Correct the retention before the invoice is paid."),
    ("T02", "B", "Retention not posted to the trust", "Money was kept back and no trust posting shows it.",
     "Post it to the trust account and record the posting."),
    ("T03", "B", "Retention released early", "Retention was paid out before the date agreed.",
     "Recover it or record the agreement to release early."),
    ("T04", "B", "Retention used without notice", "Retention was used before the contractor had the notice required.",
     "Restore it, give notice and wait."),
    ("F01", "H", "Split under the approval limit", "One person's orders to one contractor within days are each under the limit and together above it.",
     "Ask the person who raised them; confirm or dismiss."),
    ("F02", "W", "Just below the approval limit", "The value lies just below the limit of the person who raised it.",
     "Look at the lines; confirm or dismiss."),
    ("F04", "H", "Two jobs at the same time", "One worker was on site at two homes at once.",
     "Ask the firm who was where; confirm or dismiss."),
    ("F05", "H", "Rework inside the warranty", "The same item at the same opening is billed again inside its warranty.",
     "Ask the firm to do it at its own cost, or dismiss with the cause of damage."),
    ("F06", "W", "Variations out of line with peers", "The firm's share of variations is far above that of comparable firms.",
     "Look at its variations; confirm or dismiss."),
    ("F08", "W", "Same approver and contractor too often", "One person approves an unusual share of one contractor's work.",
     "Have someone else look at a sample; confirm or dismiss."),
    ("F09", "H", "Photo used twice", "The same photo is the evidence of two different pieces of work.",
     "Ask the firm for the right photo; confirm or dismiss."),
    ("F10", "H", "Released by its own enterer", "An exception was released by the person who entered the invoice or approves its payment.",
     "Another person looks at it again and releases it."),
)  # fmt: skip

CODES: Mapping[str, Code] = MappingProxyType(
    {
        code: Code(
            code,
            Severity(severity),
            title,
            explanation,
            remedy,
            STEPS[code[0]],
            severity == Severity.HOLD and code not in _CLEARS_ITSELF,
        )
        for code, severity, title, explanation, remedy in _TABLE
    }
)
"""Every code, in the order in which the match looks for it."""
