"""Read-only: calls that wait to be made, and messages by what became of them."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.telling.calls import CallKind, kind_of
from worksorders.gateways import places
from worksorders.steps.actor import NotFoundError
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.orders import Visit, WorksOrder
from worksorders.store.tables.work.telling import CallAttempt, CallTask, OutgoingMessage

SHOWN = 50
REASONS = {
    "no_gateway": "No server is set up for it",
    "no_contact": "The receiver has given no address",
    "not_neutral": "The cover name is not neutral",
    "receiver_refused": "The server refused the receiver",
    "sign_in_refused": "The server refused our sign-in",
    "barred": "The receiver must not be reached about it",
    "not_safe": "There is no safe way to reach them any more",
}


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call with its order; `tried` counts the calls that were made for it so far."""

    id: uuid.UUID
    kind: CallKind
    order_id: uuid.UUID
    order_code: str
    order_state: str
    urgency: str
    region: str
    visit_id: uuid.UUID | None
    visit_code: str
    state: str
    due_at: datetime
    raised_at: datetime
    tried: int


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message by whom it goes to; `why` says what holds it up, in words."""

    receiver: str
    channel: str
    template: str
    state: str
    why: str
    written_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """How many messages wait, were sent, failed or were stopped, and the newest of them."""

    counts: dict[str, int]
    without_gateway: int
    rows: tuple[MessageRow, ...]


def find_calls(session: Session) -> list[CallRow]:
    """Calls that wait, the first due on top; those about telling who comes are on a page of their own too."""
    return _calls(session, CallTask.state == "waiting")


def find_call(session: Session, task_id: uuid.UUID) -> CallRow:
    """One call, waiting or over; raises NotFoundError."""
    rows = _calls(session, CallTask.id == task_id)
    if not rows:
        raise NotFoundError("There is no such call.")
    return rows[0]


def count_calls_due(session: Session, now: datetime) -> int:
    """How many calls are due by now."""
    due = select(func.count()).select_from(CallTask)
    return session.scalar(due.where(CallTask.state == "waiting", CallTask.due_at <= now)) or 0


def _calls(session: Session, condition: object) -> list[CallRow]:
    tried = (
        select(func.count())
        .select_from(CallAttempt)
        .where(CallAttempt.task_id == CallTask.id)
        .correlate(CallTask)
        .scalar_subquery()
    )
    rows = session.execute(
        select(CallTask, WorksOrder, Visit.code, tried)
        .join(WorksOrder, WorksOrder.id == CallTask.order_id)
        .outerjoin(Visit, Visit.id == CallTask.visit_id)
        .where(condition)  # type: ignore[arg-type]
        .order_by(CallTask.due_at, CallTask.id)
        .limit(500)
    )
    return [
        CallRow(
            id=task.id,
            kind=kind_of(task.kind),
            order_id=order.id,
            order_code=order.code,
            order_state=order.state,
            urgency=order.urgency,
            region=places.region(order.region_code).name,
            visit_id=task.visit_id,
            visit_code=visit_code or "",
            state=task.state,
            due_at=task.due_at,
            raised_at=task.raised_at,
            tried=count,
        )
        for task, order, visit_code, count in rows
    ]


def find_messages(session: Session) -> MessagePage:
    """The counts by state and the newest messages, in two queries; a client is called a client, nothing more."""
    counts: Counter[str] = Counter()
    without = 0
    for state, reason, number in session.execute(
        select(OutgoingMessage.state, OutgoingMessage.state_reason, func.count()).group_by(
            OutgoingMessage.state, OutgoingMessage.state_reason
        )
    ):
        counts[state] += number
        without += number if (state, reason) == ("waiting", "no_gateway") else 0
    rows = session.execute(
        select(OutgoingMessage, AppUser.display_name, Firm.name)
        .outerjoin(AppUser, AppUser.id == OutgoingMessage.user_id)
        .outerjoin(Firm, Firm.id == OutgoingMessage.firm_id)
        .order_by(OutgoingMessage.written_at.desc(), OutgoingMessage.id)
        .limit(SHOWN)
    )
    return MessagePage(
        dict(counts),
        without,
        tuple(
            MessageRow(
                user or firm or "A client",
                row.channel,
                row.template,
                row.state,
                REASONS.get(row.state_reason or "", "The server did not take it") if row.state_reason else "",
                row.written_at,
                row.sent_at,
            )
            for row, user, firm in rows
        ),
    )
