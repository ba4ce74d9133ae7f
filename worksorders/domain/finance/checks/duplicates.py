"""Step 3: the same claim twice, under whatever number."""

from __future__ import annotations

from collections.abc import Iterator

from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.facts import EarlierClaim, InvoiceSource
from worksorders.domain.finance.facts.identifiers import (
    compact_account,
    compact_digits,
    edit_distance,
    normalise_number,
)
from worksorders.domain.finance.split.case import BoundLine, MatchCase
from worksorders.domain.money import format_cents


def check(case: MatchCase) -> tuple[MatchException, ...]:
    """D01-D06, all that apply; claims of this very invoice are left out."""
    return tuple(
        found
        for rule in (_same_number, _alike, _same_line, _same_file, _two_records, _self_billing)
        for found in rule(case)
    )


def _others(case: MatchCase, claims: tuple[EarlierClaim, ...]) -> Iterator[EarlierClaim]:
    invoice = case.invoice
    for claim in claims:
        if claim.standing and claim.kind is invoice.kind and claim.invoice_id != invoice.invoice_id:
            yield claim


def _same_number(case: MatchCase) -> Iterator[MatchException]:
    key = (case.invoice.supplier_id, normalise_number(case.invoice.number))
    for claim in _others(case, case.facts.earlier.by_number.get(key, ())):
        yield MatchException(
            "D01",
            "a number that this supplier has not used",
            f"{case.invoice.number}, received before as {claim.number}",
            difference_cents=case.invoice.total.cents,
            evidence=(claim.invoice_id,),
            about=claim.invoice_id,
        )


def _alike(case: MatchCase) -> Iterator[MatchException]:
    invoice, settings = case.invoice, case.facts.settings
    if case.supplier is None or invoice.issued_on is None:
        return
    number = normalise_number(invoice.number)
    for claim in _others(
        case, case.facts.earlier.by_amount.get((case.supplier.group, invoice.total.cents), ())
    ):
        other = normalise_number(claim.number)
        same = claim.supplier_id == invoice.supplier_id and other == number
        near = abs((claim.issued_on - invoice.issued_on).days) <= settings.alike_within_days
        alike = edit_distance(number, other, settings.alike_distance) <= settings.alike_distance
        if near and alike and not same:
            yield MatchException(
                "D02",
                "an amount and number unlike any of the last days",
                f"{invoice.number} and {claim.number}, both {format_cents(claim.gross_cents)}",
                difference_cents=invoice.total.cents,
                evidence=(claim.invoice_id,),
                about=claim.invoice_id,
            )


def _same_line(case: MatchCase) -> Iterator[MatchException]:
    if case.invoice.is_credit:
        return
    seen: dict[str, list[BoundLine]] = {}
    for bound in case.lines:
        if bound.order_line is None:
            continue
        target = bound.order_line.line_id
        earlier = [*_accepted_elsewhere(case, bound, target), *_same_here(bound, seen.get(target, []))]
        seen.setdefault(target, []).append(bound)
        if earlier:
            yield MatchException(
                "D03",
                "a quantity and amount of this line not claimed before",
                f"the same {bound.line.quantity.normalize():f} for {format_cents(bound.claimed_cents)}",
                bound.line.line_id,
                bound.claimed_cents,
                tuple(earlier),
            )


def _accepted_elsewhere(case: MatchCase, bound: BoundLine, target: str) -> Iterator[str]:
    claimed = (bound.line.quantity, bound.claimed_cents)
    for claim, line in case.facts.earlier.by_order_line.get(target, ()):
        other = claim.standing and claim.invoice_id != case.invoice.invoice_id and line.accepted_cents > 0
        same = claimed == (line.quantity, line.claimed_cents)
        if other and same and not _different_work(line.acceptance_ids, bound.line.acceptance_ids):
            yield claim.invoice_id


def _same_here(bound: BoundLine, seen: list[BoundLine]) -> Iterator[str]:
    for other in seen:
        same = (other.line.quantity, other.claimed_cents) == (bound.line.quantity, bound.claimed_cents)
        if same and not _different_work(other.line.acceptance_ids, bound.line.acceptance_ids):
            yield f"line {other.line.number}"


def _different_work(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Two lines are known to be different work only if each cites acceptances and they share none."""
    return bool(one) and bool(other) and not set(one) & set(other)


def _same_file(case: MatchCase) -> Iterator[MatchException]:
    sha256 = case.invoice.intake.file_sha256
    for claim in case.facts.earlier.by_hash.get(sha256, ()) if sha256 else ():
        if claim.invoice_id != case.invoice.invoice_id:
            yield MatchException(
                "D04", "a file not received before", f"the file of {claim.number}",
                evidence=(claim.invoice_id, sha256), about=claim.invoice_id,
            )  # fmt: skip


def _two_records(case: MatchCase) -> Iterator[MatchException]:
    supplier, parties = case.supplier, case.facts.parties
    if supplier is None:
        return
    nzbn = parties.by_nzbn.get(compact_digits(supplier.nzbn), ()) if supplier.nzbn else ()
    account = parties.by_account.get(compact_account(supplier.bank.account), ()) if supplier.bank else ()
    for what, holders in (("NZBN", nzbn), ("account", account)):
        others = tuple(holder for holder in holders if holder != supplier.supplier_id)
        if others:
            yield MatchException(
                "D05", f"one supplier record for the {what}", f"also held by {', '.join(others)}",
                evidence=others, about=what,
            )  # fmt: skip


def _self_billing(case: MatchCase) -> Iterator[MatchException]:
    if case.invoice.source is InvoiceSource.SELF_BILLED:
        return
    for bound in case.lines:
        agreement = case.agreement_of(bound)
        if agreement and agreement.self_billing and agreement.supplier_id == case.invoice.supplier_id:
            yield MatchException(
                "D06", "our own self-billed invoice", f"an invoice from the supplier ({case.invoice.number})",
                bound.line.line_id, bound.claimed_cents, (agreement.agreement_id,),
            )  # fmt: skip
