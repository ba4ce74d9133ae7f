"""Whether two accounts may be one person's: made, or given a password, by the same single person.

Accounts from before a second person was asked for are such; what two people, or the server's command line, handed over
since is not.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from worksorders.domain.errors import DomainError
from worksorders.steps import audit
from worksorders.steps.privacy.glass import tell_privacy_officers
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent

VOUCHED = "user.vouched"
# Rows of the trail after which somebody else than the account's owner knew how to sign in to it.
HANDED_OVER = ("user.invited", "user.password_reset", "recovery.granted", "user.recovered", VOUCHED)
BY_TWO = ("recovery.granted", "user.recovered")
SHORTEST_HOW, LONGEST_HOW = 5, 300


@dataclass(frozen=True, slots=True)
class Lone:
    """An account of the office that one person alone handed over."""

    user_id: uuid.UUID
    name: str
    sign_in_name: str
    maker: str


class Hands:
    """Who handed each account of the office over alone, as the trail tells it."""

    def __init__(self, makers: Mapping[uuid.UUID, uuid.UUID]) -> None:
        self._makers = makers

    def of(self, user_id: uuid.UUID) -> frozenset[uuid.UUID]:
        """The account itself, who handed it over alone, who handed that one over alone, and so on."""
        found = {user_id}
        while (user_id := self._makers.get(user_id, user_id)) not in found:
            found.add(user_id)
        return frozenset(found)

    def meet(self, one: uuid.UUID, other: uuid.UUID) -> bool:
        """Whether the same person may stand behind both accounts."""
        return not self.of(one).isdisjoint(self.of(other))


def look(session: Session) -> Hands:
    """Read the trail of every account of the office."""
    return Hands(_makers(session))


def lone_accounts(session: Session) -> Sequence[Lone]:
    """Open accounts of the office that are in one hand, by name."""
    makers = _makers(session)
    names = {row.id: row for row in session.scalars(select(AppUser).where(AppUser.firm_id.is_(None)))}
    found = [
        Lone(user_id, names[user_id].display_name, names[user_id].sign_in_name, names[maker].display_name)
        for user_id, maker in makers.items()
        if names[user_id].disabled_at is None and maker in names
    ]
    return sorted(found, key=lambda one: (one.name.lower(), str(one.user_id)))


def vouch(session: Session, sign_in_name: str, how: str, now: datetime) -> AppUser:
    """Record, on the server, that an account is its owner's alone; privacy officers are told. Raises DomainError."""
    how = " ".join(how.split())
    if not SHORTEST_HOW <= len(how) <= LONGEST_HOW:
        raise DomainError(f"Say in {SHORTEST_HOW} to {LONGEST_HOW} characters how you made sure.")
    user = session.scalar(
        select(AppUser).where(func.lower(AppUser.sign_in_name) == sign_in_name.strip().lower())
    )
    if user is None or user.firm_id is not None:
        raise DomainError(f"No account of the office is called “{sign_in_name.strip()[:100]}”.")
    audit.record(session, None, VOUCHED, ("app_user", user.id), reason=how)
    tell_privacy_officers(session, now)
    return user


def _makers(session: Session) -> dict[uuid.UUID, uuid.UUID]:
    """By account of the office: who last handed it over alone."""
    office = select(AppUser.id).where(AppUser.firm_id.is_(None))
    rows = session.execute(
        select(AuditEvent.subject_id, AuditEvent.actor_id, AuditEvent.action, AuditEvent.detail)
        .where(
            AuditEvent.subject_table == "app_user",
            AuditEvent.subject_id.in_(office),
            AuditEvent.action.in_(HANDED_OVER),
        )
        .ext(distinct_on(AuditEvent.subject_id))
        .order_by(AuditEvent.subject_id, AuditEvent.id.desc())
    )
    return {
        subject: actor
        for subject, actor, action, detail in rows
        if actor is not None and action not in BY_TWO and "asked_by" not in detail and actor != subject
    }
