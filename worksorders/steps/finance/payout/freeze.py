"""Freezes what goes into a pay run: the amount, the version of the account, and a reference that says nothing else."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.finance import payment as rules
from worksorders.steps.finance.payout.gate import INVOICE, Wanted
from worksorders.steps.people.bank_accounts import account_to_pay
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.payouts import PayRun, PayRunItem


def freeze(
    session: Session,
    run_id: uuid.UUID,
    code: str,
    one: Wanted,
    invoice: Invoice,
    payable: rules.PayableNow,
    faults: Faults,
) -> PayRunItem | None:
    """The row that freezes one document: amount, account version and reference; None where a fault was added."""
    standing = session.scalar(
        select(PayRun.code)
        .join(PayRunItem, PayRunItem.run_id == PayRun.id)
        .where(
            PayRunItem.invoice_id == one.invoice_id,
            PayRunItem.part == one.part,
            PayRunItem.ended.is_(None),
            PayRun.state == "prepared",
        )
    )
    if standing:
        faults.add("chosen", f"Invoice {invoice.number} is in run {standing}, which waits for its approval.")
        return None
    frozen = invoice.payable_cents if one.part == INVOICE else payable.amount_cents
    account = account_to_pay(session, invoice.firm_id)
    if account is None or payable.bank is None:
        faults.add("chosen", f"{invoice.firm.name} has no verified bank account: have one verified first.")
        return None
    if one.part == INVOICE and invoice.state != "approved":
        faults.add("chosen", f"Invoice {invoice.number} is {invoice.state}, not approved.")
        return None
    if not frozen:
        faults.add("chosen", f"Nothing of invoice {invoice.number} is to be paid.")
        return None
    return PayRunItem(
        run_id=run_id,
        invoice_id=invoice.id,
        part=one.part,
        firm_id=invoice.firm_id,
        firm_name=invoice.firm.name,
        invoice_number=invoice.number,
        amount_cents=frozen,
        account_id=account.id,
        account_version=payable.bank.version,
        account_number=account.number,
        reference=_order_code(invoice) or code,
    )


def _order_code(invoice: Invoice) -> str:
    codes = {line.order_code or "" for line in invoice.lines}
    only = next(iter(codes)) if len(codes) == 1 else ""
    return only if rules.REFERENCE.fullmatch(only) else ""


def set_references(rows: Sequence[PayRunItem], code: str) -> None:
    """A payment of several documents carries the run's code, one of a single document its order's."""
    count = Counter(row.firm_id for row in rows)
    for row in rows:
        if count[row.firm_id] > 1:
            row.reference = code
