"""Where a user of the system is reached: kept by that person, or asked for by an administrator and confirmed by another."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.tell.messages import MAIL, NO_CONTACT, SMS, send_at
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.telling import OutgoingMessage, UserContact

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


@dataclass(frozen=True, slots=True)
class Reached:
    """A mail address and a mobile number as they were typed; empty for none."""

    email: str
    mobile: str


def set_contact(
    session: Session, actor: Actor, user_id: uuid.UUID, email: str, mobile: str, now: datetime
) -> None:
    """Keep one's own, empty to be reached no more; messages that waited for a contact are sent.

    Raises NotFoundError, or FaultsError at `email` or `mobile`. Another's waits for a second person
    (`steps/account_changes`).
    """
    if user_id != actor.user_id:
        raise NotFoundError("There is no such account.")
    _user(session, actor, user_id)
    reached = Reached(email.strip(), mobile.replace(" ", ""))
    faults = faults_of(reached)
    if faults:
        raise FaultsError(faults)
    put(session, actor, user_id, reached, now, by=actor.user_id)


def faults_of(reached: Reached) -> Sequence[Fault]:
    """What is wrong with them, at `email` and `mobile`."""
    faults = []
    email, mobile = reached.email, reached.mobile
    if email and not (len(email) <= LONGEST_MAIL and MAIL_ADDRESS.fullmatch(email)):
        faults.append(Fault("email", "Enter a mail address like name@example.org.nz."))
    if mobile and not MOBILE.fullmatch(mobile):
        faults.append(Fault("mobile", "Enter a mobile number like 021 555 0123."))
    return faults


def put(
    session: Session,
    actor: Actor | None,
    user_id: uuid.UUID,
    reached: Reached,
    now: datetime,
    *,
    by: uuid.UUID,
) -> None:
    """Keep what was checked; `by` is who wanted it, `actor` who did it in the end (none: the server)."""
    row = session.get(UserContact, user_id, with_for_update=True)
    if row is None:
        row = UserContact(user_id=user_id, changed_at=now, changed_by=by)
        session.add(row)
    row.email, row.mobile = reached.email or None, reached.mobile or None
    row.changed_at, row.changed_by = now, by
    session.flush()
    kinds = [kind for kind, value in (("mail", reached.email), ("mobile", reached.mobile)) if value]
    audit.record(session, actor, "contact.changed", ("app_user", user_id), detail={"has": kinds})
    if kinds:
        _release(session, user_id, MAIL if reached.email else SMS, now)


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
