"""How often the bank has sent a document's payment back, so that each payment of it is an event of its own."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.store.tables.money.payouts import PayRunItem


def returns_of(session: Session, invoice_id: uuid.UUID, part: str = "invoice") -> int:
    """How many payments of this document, or of its retention, came back."""
    return (
        session.scalar(
            select(func.count())
            .select_from(PayRunItem)
            .where(
                PayRunItem.invoice_id == invoice_id, PayRunItem.part == part, PayRunItem.ended == "returned"
            )
        )
        or 0
    )
