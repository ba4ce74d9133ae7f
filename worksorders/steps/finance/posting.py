"""Writes the domain's double entries into the ledger: each event once, each summing to zero."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.finance.ledger import Entry
from worksorders.steps.actor import Actor
from worksorders.store.tables.money.finance import LedgerEntry


@dataclass(frozen=True, slots=True)
class Where:
    """The rows that an entry is about; every entry belongs to a contract year."""

    year_id: uuid.UUID
    order_id: uuid.UUID | None = None
    line_id: uuid.UUID | None = None
    invoice_id: uuid.UUID | None = None


def post(session: Session, entry: Entry, where: Where, actor: Actor | None, now: datetime) -> None:
    """Write an entry's movements; an event key that is in the ledger already changes nothing."""
    if not entry.movements:
        return
    session.execute(
        insert(LedgerEntry)
        .values(
            [
                {
                    "id": uuid.uuid4(),
                    "event_key": entry.at.key,
                    "event": entry.event.value,
                    "account": account.value,
                    "amount_cents": cents,
                    "contract_year_id": where.year_id,
                    "order_id": where.order_id,
                    "line_id": where.line_id,
                    "invoice_id": where.invoice_id,
                    "at": now,
                    "by": actor.user_id if actor else None,
                }
                for account, cents in entry.movements
            ]
        )
        .on_conflict_do_nothing(index_elements=["event_key", "account"])
    )
