"""Says on the pages of a case what of it was forgotten, so that an empty place is not taken for a missing answer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.gateways.retention import rules
from worksorders.store.tables.confidential.forgetting import Forgotten
from worksorders.store.tables.work.orders import WorksOrder


@dataclass(frozen=True, slots=True)
class Past:
    """A field of a case that was destroyed, in words, and when."""

    label: str
    forgotten_at: datetime


def gone_of_order(session: Session, order_id: uuid.UUID) -> Sequence[Past]:
    """The same for the case of an order."""
    case_id = session.scalar(select(WorksOrder.case_id).where(WorksOrder.id == order_id))
    return gone_of(session, case_id) if case_id else ()


def gone_of(session: Session, case_id: uuid.UUID) -> Sequence[Past]:
    """What of a case was destroyed, the latest first; one query."""
    labels = {rule.field: rule.label for rule in rules()}
    rows = session.execute(
        select(Forgotten.field, Forgotten.forgotten_at)
        .where(Forgotten.case_id == case_id)
        .order_by(Forgotten.forgotten_at.desc(), Forgotten.field)
    )
    return [Past(labels.get(field, field.replace("_", " ")), at) for field, at in rows]
