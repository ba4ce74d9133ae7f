"""Where a user of the system is reached: kept by that person, or by an administrator."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.tell.messages import MAIL, NO_CONTACT, SMS, send_at
from worksorders.store.tables.people import AppUser
from worksorders.store.tables.telling import OutgoingMessage, UserContact

MAIL_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
MOBILE = re.compile(r"\+\d{8,15}")
LONGEST_MAIL = 254


@dataclass(frozen=True, slots=True)
class Contact:
    """A user's name and ways to be reached; empty where none was given."""

    name: str
    email: str
    mobile: str


def find_contact(session: Session, actor: Actor, user_id: uuid.UUID) -> Contact:
    """One's own, or anybody's for an administrator; raises NotFoundError."""
    user = _user(session, actor, user_id)
    row = session.get(UserContact, user_id)
    return Contact(user.display_name, (row.email if row else "") or "", (row.mobile if row else "") or "")


def set_contact(
    session: Session, actor: Actor, user_id: uuid.UUID, email: str, mobile: str, now: datetime
) -> None:
    """Keep them, empty to be reached no more; messages that waited for a contact are sent.

    Raises NotFoundError, or FaultsError at `email` or `mobile`.
    """
    _user(session, actor, user_id)
    email, mobile = email.strip(), mobile.replace(" ", "")
    faults = Faults()
    known = not email or (len(email) <= LONGEST_MAIL and MAIL_ADDRESS.fullmatch(email))
    faults.require(known, "email", "Enter a mail address like name@example.org.nz.")
    faults.require(
        not mobile or MOBILE.fullmatch(mobile), "mobile", "Enter a mobile number like 021 555 0123."
    )
    faults.raise_if_any()
    row = session.get(UserContact, user_id, with_for_update=True)
    if row is None:
        row = UserContact(user_id=user_id, changed_at=now, changed_by=actor.user_id)
        session.add(row)
    row.email, row.mobile = email or None, mobile or None
    row.changed_at, row.changed_by = now, actor.user_id
    session.flush()
    kinds = [kind for kind, value in (("mail", email), ("mobile", mobile)) if value]
    audit.record(session, actor, "contact.changed", ("app_user", user_id), detail={"has": kinds})
    if kinds:
        _release(session, user_id, MAIL if email else SMS, now)


def _release(session: Session, user_id: uuid.UUID, channel: str, now: datetime) -> None:
    waiting = session.scalars(
        select(OutgoingMessage)
        .where(
            OutgoingMessage.user_id == user_id,
            OutgoingMessage.state == "waiting",
            OutgoingMessage.state_reason == NO_CONTACT,
        )
        .with_for_update()
    ).all()
    for message in waiting:
        message.channel, message.state_reason = channel, None
        # The next message of this kind without a contact is a new one.
        message.dedupe_key = None
        message.attempts += 1
        session.flush()
        send_at(session, message.id, None, f"contact-{message.attempts}-{now:%Y%m%d%H%M%S}")


def _user(session: Session, actor: Actor, user_id: uuid.UUID) -> AppUser:
    user = session.get(AppUser, user_id)
    if user is None or (user_id != actor.user_id and actor.role is not Role.ADMINISTRATOR):
        raise NotFoundError("There is no such account.")
    return user
