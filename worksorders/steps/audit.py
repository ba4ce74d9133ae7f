"""Writes one audit row for each transition, in the transition's own transaction."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.orm import Session

from worksorders.steps.actor import Actor
from worksorders.store.tables.trail import AuditEvent


def record(
    session: Session,
    actor: Actor | None,
    action: str,
    subject: tuple[str, uuid.UUID],
    *,
    moved: tuple[str | None, str | None] = (None, None),
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add the row: who (None: the system by the clock), what (`order.issued`), on which row, from and to which state.

    `detail` holds ids, codes and amounts only, never a protected value.
    """
    session.add(
        AuditEvent(
            actor_id=actor.user_id if actor else None,
            action=action,
            subject_table=subject[0],
            subject_id=subject[1],
            from_state=moved[0],
            to_state=moved[1],
            reason=reason,
            detail=detail or {},
        )
    )
