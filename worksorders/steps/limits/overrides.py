"""P1 orders that went ahead without agreement or approval, until an administrator has looked at each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from worksorders.domain.errors import Faults, NotPermittedError, RefusedError
from worksorders.domain.roles import Role
from worksorders.gateways import places
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.orders import ApprovalEvent, WorksOrder
from worksorders.store.tables.work.variations import OverrideReview

SHOWN = 200
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """One override: the order, who and why, its sum in cents, and who has looked at it."""

    id: uuid.UUID
    order_id: uuid.UUID
    order_code: str
    order_state: str
    region: str
    at: datetime
    by: str
    by_id: uuid.UUID
    total_cents: int
    limit_cents: int
    reason: str
    reviewed_at: datetime | None
    reviewed_by: str
    note: str


def find_overrides(session: Session) -> list[OverrideRow]:
    """All of late, those that nobody has looked at first, then the newest."""
    reviewer = aliased(AppUser)
    rows = session.execute(
        select(ApprovalEvent, WorksOrder, AppUser.display_name, OverrideReview, reviewer.display_name)
        .join(WorksOrder, WorksOrder.id == ApprovalEvent.order_id)
        .join(AppUser, AppUser.id == ApprovalEvent.by)
        .outerjoin(OverrideReview, OverrideReview.approval_event_id == ApprovalEvent.id)
        .outerjoin(reviewer, reviewer.id == OverrideReview.by)
        .where(ApprovalEvent.override_reason.is_not(None))
        .order_by(OverrideReview.at.is_not(None), ApprovalEvent.at.desc(), ApprovalEvent.id)
        .limit(SHOWN)
    )
    return [
        OverrideRow(
            id=event.id,
            order_id=order.id,
            order_code=order.code,
            order_state=order.state,
            region=places.region(order.region_code).name,
            at=event.at,
            by=by,
            by_id=event.by,
            total_cents=event.total_cents,
            limit_cents=event.limit_cents,
            reason=event.override_reason or "",
            reviewed_at=review.at if review else None,
            reviewed_by=who or "",
            note=review.note if review else "",
        )
        for event, order, by, review, who in rows
    ]


def find_override(session: Session, event_id: uuid.UUID) -> OverrideRow:
    """One of them; raises NotFoundError."""
    for row in find_overrides(session):
        if row.id == event_id:
            return row
    raise NotFoundError("There is no such override.")


def review(session: Session, actor: Actor, event_id: uuid.UUID, note: str, now: datetime) -> OverrideReview:
    """An administrator has looked at it, never at their own; FaultsError at `note`."""
    event = session.scalar(
        select(ApprovalEvent).where(ApprovalEvent.id == event_id, ApprovalEvent.override_reason.is_not(None))
    )
    if event is None or actor.role is not Role.ADMINISTRATOR:
        raise NotFoundError("There is no such override.")
    if event.by == actor.user_id:
        raise NotPermittedError("This was your own override: somebody else looks at it.")
    if session.get(OverrideReview, event.id) is not None:
        raise RefusedError("Somebody has looked at this already.", state="reviewed", action="review")
    faults = Faults()
    text = note.strip()
    faults.require(
        0 < len(text) <= LONGEST_NOTE,
        "note",
        f"Say what you found, in at most {LONGEST_NOTE} characters.",
    )
    faults.raise_if_any()
    row = OverrideReview(approval_event_id=event.id, at=now, by=actor.user_id, note=text)
    session.add(row)
    audit.record(session, actor, "order.override_reviewed", ("works_order", event.order_id))
    session.flush()
    return row
