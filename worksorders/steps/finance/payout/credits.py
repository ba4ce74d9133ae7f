"""Credit notes that are approved and not set off yet: whoever is paid gets what is left after them, never more."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.steps.finance.payout.gate import INVOICE, Wanted
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.payouts import PayRun, PayRunItem


def open_credits(session: Session, firm_ids: Collection[uuid.UUID]) -> list[tuple[Wanted, str]]:
    """Approved credit notes of firms that stand in no prepared run, with their numbers."""
    standing = (
        select(PayRunItem.invoice_id)
        .join(PayRun, PayRun.id == PayRunItem.run_id)
        .where(PayRun.state == "prepared", PayRunItem.ended.is_(None), PayRunItem.part == INVOICE)
    )
    rows = session.execute(
        select(Invoice.id, Invoice.number)
        .where(
            Invoice.firm_id.in_(firm_ids),
            Invoice.state == "approved",
            Invoice.payable_cents < 0,
            Invoice.id.not_in(standing),
        )
        .order_by(Invoice.id)
    )
    return [(Wanted(invoice_id, INVOICE), number) for invoice_id, number in rows]


def with_credits(session: Session, wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """Documents together with all open credit notes of their firms, each once and in a fixed order."""
    chosen = set(wanted)
    firms = session.scalars(select(Invoice.firm_id).where(Invoice.id.in_({one.invoice_id for one in chosen})))
    found = chosen | {one for one, _ in open_credits(session, set(firms))}
    return tuple(sorted(found, key=lambda one: one.key))
