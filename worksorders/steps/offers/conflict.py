"""A firm that says that it has a conflict is never sent the case again, and is asked nothing about it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.steps.actor import Actor
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.orders import WorksOrder

CONFLICT = "conflict"


def never_again(session: Session, actor: Actor, order: WorksOrder, now: datetime) -> None:
    """Put the firm on the case's never-send list; twice is once."""
    session.execute(
        insert(NeverSend)
        .values(
            id=uuid.uuid4(),
            case_id=order.case_id,
            firm_id=actor.require_firm(),
            source="declined as a conflict",
            created_at=now,
            created_by=actor.user_id,
        )
        .on_conflict_do_nothing()
    )
