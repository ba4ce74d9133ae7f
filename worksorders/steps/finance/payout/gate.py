"""What may be paid now: every document of a run computed again, with the account and the people behind it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.finance.payment import PayableNow, PayItem
from worksorders.steps.finance.gather.parties import bank_facts
from worksorders.steps.finance.keeping.find import released_unpaid_cents
from worksorders.steps.finance.match import compute, lock_invoice
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.payouts import PayRun, PayRunItem

INVOICE, RETENTION = "invoice", "retention"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document to pay, or the retention that was released on it."""

    invoice_id: uuid.UUID
    part: str

    @property
    def key(self) -> str:
        """Its name within a run."""
        return f"{self.invoice_id}/{self.part}"


def read_wanted(keys: Iterable[str]) -> tuple[Wanted, ...]:
    """Documents by their names, each once and in a fixed order; ValueError for a text that is none."""
    found = set()
    for key in keys:
        invoice_id, _, part = key.partition("/")
        if part not in {INVOICE, RETENTION}:
            raise ValueError(key)
        found.add(Wanted(uuid.UUID(invoice_id), part))
    return tuple(sorted(found, key=lambda one: one.key))


def payable_now(session: Session, wanted: Wanted, now: datetime) -> tuple[Invoice, PayableNow]:
    """The document locked, and what the rules say of it at this moment; raises NotFoundError."""
    invoice = lock_invoice(session, wanted.invoice_id)
    bank = bank_facts(session, invoice.firm_id)
    involved = {str(invoice.received_by), str(invoice.approved_by)}
    if bank is not None:
        involved |= {bank.entered_by, bank.verified_by or ""}
    involved |= {str(row.released_by) for row in invoice.exceptions if row.state == "released"}
    if wanted.part == RETENTION:
        cents = released_unpaid_cents(session, invoice.id)
        return invoice, PayableNow(wanted.key, cents, bank, involved=frozenset(involved))
    if invoice.state != "approved":
        paid_in = _paid_in(session, invoice.id) if invoice.state == "paid" else ""
        return invoice, PayableNow(wanted.key, 0, bank, paid_in, (f"state {invoice.state}",))
    decision = compute(session, invoice, now, approver=str(invoice.approved_by)).decision
    standing = tuple(
        one.key
        for one in decision.exceptions
        if one.key not in decision.released and one.severity != "W" and one.stops is None
    )
    return invoice, PayableNow(
        wanted.key, decision.payable_cents, bank, open_exceptions=standing, involved=frozenset(involved)
    )


def _paid_in(session: Session, invoice_id: uuid.UUID) -> str:
    code = session.scalar(
        select(PayRun.code)
        .join(PayRunItem, PayRunItem.run_id == PayRun.id)
        .where(PayRunItem.invoice_id == invoice_id, PayRunItem.ended.is_(None), PayRun.state == "approved")
    )
    return code or "an earlier payment"


def as_items(rows: Sequence[PayRunItem]) -> tuple[PayItem, ...]:
    """The frozen rows as the rules know them."""
    return tuple(
        PayItem(
            f"{row.invoice_id}/{row.part}",
            row.invoice_number,
            str(row.firm_id),
            row.firm_name,
            row.amount_cents,
            row.account_number,
            row.account_version,
            row.reference,
        )
        for row in rows
    )
