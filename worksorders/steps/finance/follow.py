"""Lets money follow an order: whoever changes one calls this at the end of the same transaction."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.steps.actor import Actor
from worksorders.steps.finance import ledger
from worksorders.steps.finance.match import rematch_orders


def order_changed(session: Session, actor: Actor | None, order_id: uuid.UUID, now: datetime) -> None:
    """Post what acceptance, a variation, cancelling, closing or reopening changed; match open invoices again.

    Call it last, since it locks the funding contract; calling it twice changes nothing.
    """
    ledger.settle_orders(session, actor, [order_id], now)
    rematch_orders(session, [order_id])
