"""Step 2: whether the supplier is who the invoice says, and is paid where we verified."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.facts import SupplierFacts
from worksorders.domain.finance.facts.identifiers import (
    CheckDigit,
    check_account,
    check_nzbn,
    compact_account,
    compact_digits,
    mask_account,
)
from worksorders.domain.finance.split.case import MatchCase
from worksorders.domain.local_time import day_words


def check(case: MatchCase) -> tuple[MatchException, ...]:
    """P01-P04, P06 and P07; without a supplier only P01 can be said."""
    supplier = case.supplier
    if supplier is None or not supplier.active:
        actual = "an unknown supplier" if supplier is None else "an inactive supplier"
        unknown = MatchException(
            "P01", "an active supplier on record", actual, evidence=(case.invoice.supplier_id,)
        )
        if supplier is None:
            return (unknown,)
        return (unknown, *_known(case, supplier))
    return tuple(_known(case, supplier))


def _known(case: MatchCase, supplier: SupplierFacts) -> Iterator[MatchException]:
    yield from _business_number(case, supplier)
    yield from _account(case, supplier)
    yield from _account_change(case, supplier)
    for shared in supplier.shared:
        yield MatchException(
            "P06",
            f"{shared.what} of the supplier's own",
            f"the same {shared.what} as {shared.shared_with}",
            about=f"{shared.what}:{shared.shared_with}",
        )
    if supplier.schedular and supplier.declaration_on is None:
        yield MatchException("P07", "a schedular tax declaration on file", "none")


def _business_number(case: MatchCase, supplier: SupplierFacts) -> Iterator[MatchException]:
    stated = case.invoice.tax.supplier_nzbn.strip()
    if not stated:
        return
    if check_nzbn(stated) is CheckDigit.INVALID:
        yield MatchException("P02", "an NZBN whose check digit is right", stated, about="check digit")
    if compact_digits(stated) != compact_digits(supplier.nzbn):
        yield MatchException("P02", supplier.nzbn or "no NZBN on record", stated, about="record")


def _account(case: MatchCase, supplier: SupplierFacts) -> Iterator[MatchException]:
    stated = case.invoice.tax.bank_account.strip()
    if not stated:
        return
    shown = mask_account(stated)
    digits = check_account(stated)
    if digits is CheckDigit.INVALID:
        yield MatchException("P03", "an account whose check digits are right", shown, about="check digit")
    if supplier.bank is None or not supplier.bank.verified:
        yield MatchException(
            "P03", "a verified account on record", f"{shown}, and none verified", about="record"
        )
    elif compact_account(stated) != compact_account(supplier.bank.account):
        yield MatchException("P03", mask_account(supplier.bank.account), shown, about="record")
    if digits is CheckDigit.UNKNOWN_BRANCH:
        yield MatchException("P04", "a bank branch in the published list", shown, about="branch")


def _account_change(case: MatchCase, supplier: SupplierFacts) -> Iterator[MatchException]:
    bank = supplier.bank
    if bank is None:
        return
    since = case.facts.today - timedelta(days=case.facts.settings.bank_change_days)
    if bank.changed_on > since:
        yield MatchException(
            "P04",
            f"an account unchanged since {day_words(since)}",
            f"changed on {day_words(bank.changed_on)}",
            evidence=(f"account version {bank.version}",),
            about="recent",
        )
    if case.facts.approver and case.facts.approver in {bank.entered_by, bank.verified_by}:
        yield MatchException(
            "P04",
            "an approver who had no part in the account",
            "entered or verified by the approver",
            evidence=(f"account version {bank.version}",),
            about="approver",
        )
