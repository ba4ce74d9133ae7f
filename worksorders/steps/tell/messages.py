"""Writes messages without content for users and firms; they are sent after commit, and wait visibly until then."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.telling.templates import template_of
from worksorders.steps import outbox
from worksorders.steps.tell.barred import Receiver, is_barred
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.telling import OutgoingMessage, UserContact

SEND = "message.send"
MAIL, SMS = "mail", "sms"
NO_CONTACT = "no_contact"


def notify_user(
    session: Session,
    user_id: uuid.UUID,
    template: str,
    at: datetime,
    *,
    urgent: bool = False,
    case_id: uuid.UUID | None = None,
    dedupe_key: str | None = None,
) -> int:
    """Tell a user that there is something to see: by mail, and by SMS too where it is urgent; gives how many messages.

    Give `case_id` where the message is about one: a user of a firm that must never learn of it gets nothing. A user
    without any contact gets one message that waits for one. `template` is a key of domain.telling.templates.
    """
    template_of(template)
    user = session.get(AppUser, user_id)
    if user is None or user.disabled_at is not None:
        return 0
    if case_id and is_barred(session, Receiver(case_id, firm_id=user.firm_id, worker_id=user.worker_id)):
        return 0
    contact = session.get(UserContact, user_id)
    channels = [MAIL] if contact and contact.email else []
    if contact and contact.mobile and (urgent or not channels):
        channels.append(SMS)
    if not channels:
        _write(
            session,
            {"user_id": user_id, "channel": MAIL, "template": template, "urgent": urgent},
            at,
            reason=NO_CONTACT,
            dedupe_key=f"{NO_CONTACT}:{user_id}:{template}",
        )
        return 0
    for channel in channels:
        _write(
            session,
            {"user_id": user_id, "channel": channel, "template": template, "urgent": urgent},
            at,
            dedupe_key=f"{dedupe_key}:{channel}" if dedupe_key else None,
        )
    return len(channels)


def notify_users(
    session: Session, user_ids: Iterable[uuid.UUID], template: str, at: datetime, *, urgent: bool = False
) -> int:
    """The same for several, each once; gives how many messages."""
    return sum(
        notify_user(session, user_id, template, at, urgent=urgent) for user_id in dict.fromkeys(user_ids)
    )


def notify_firm(
    session: Session,
    firm_id: uuid.UUID,
    template: str,
    at: datetime,
    *,
    urgent: bool = False,
    case_id: uuid.UUID | None = None,
    dedupe_key: str | None = None,
) -> int:
    """Tell a firm: its mail address, and the accounts of its office; gives how many messages.

    Give `case_id` where the message is about one: a firm that must never learn of it gets nothing.
    """
    template_of(template)
    firm = session.get(Firm, firm_id)
    if firm is None or not firm.active:
        return 0
    if case_id and is_barred(session, Receiver(case_id, firm_id=firm_id)):
        return 0
    written = 0
    if firm.email:
        values = {"firm_id": firm_id, "channel": MAIL, "template": template, "urgent": urgent}
        _write(session, values, at, dedupe_key=dedupe_key)
        written = 1
    office = session.scalars(
        select(AppUser.id)
        .join(UserContact, UserContact.user_id == AppUser.id)
        .where(AppUser.firm_id == firm_id, AppUser.worker_id.is_(None), AppUser.disabled_at.is_(None))
        .order_by(AppUser.id)
    ).all()
    for user_id in office:
        key = f"{dedupe_key}:{user_id}" if dedupe_key else None
        written += notify_user(session, user_id, template, at, urgent=urgent, case_id=case_id, dedupe_key=key)
    return written


def _write(
    session: Session,
    values: dict[str, object],
    at: datetime,
    *,
    reason: str | None = None,
    dedupe_key: str | None = None,
) -> None:
    """Add the message and, where it can be sent, the outbox row that sends it; a key twice is one message."""
    message_id = session.scalar(
        insert(OutgoingMessage)
        .values(
            id=uuid.uuid4(),
            state="waiting",
            state_reason=reason,
            written_at=at,
            wanted_at=at,
            dedupe_key=dedupe_key,
            **values,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(OutgoingMessage.id)
    )
    if message_id is not None and reason is None:
        send_at(session, message_id, None, "first")


def send_at(session: Session, message_id: uuid.UUID, at: datetime | None, attempt: str) -> None:
    """Ask for a message to be sent, now or at an instant; the same attempt asked for twice is one."""
    outbox.send(
        session, SEND, {"message_id": str(message_id)}, at=at, dedupe_key=f"{SEND}:{message_id}:{attempt}"
    )
