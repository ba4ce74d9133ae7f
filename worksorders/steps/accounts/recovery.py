"""Somebody lost every authenticator: an administrator asks, a second person agrees, and the account starts afresh."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from worksorders.domain.errors import Fault, FaultsError, NotPermittedError
from worksorders.steps import audit, sign_in
from worksorders.steps.accounts.sessions import end_all
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.calendars.feed import end_feeds
from worksorders.store.tables.accounts import AccountRecovery, Passkey
from worksorders.store.tables.people import AppUser

SHORTEST_REASON, LONGEST_REASON = 5, 300
PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """A recovery that waits for a second person; `may_decide` tells whether that can be the one who looks."""

    id: uuid.UUID
    name: str
    sign_in_name: str
    reason: str
    asked_by: str
    asked_at: datetime
    may_decide: bool


def waiting(session: Session, actor: Actor) -> Sequence[Wish]:
    """Recoveries nobody has decided yet, the oldest first."""
    asker = aliased(AppUser)
    rows = session.execute(
        select(AccountRecovery, AppUser, asker.display_name)
        .join(AppUser, AppUser.id == AccountRecovery.user_id)
        .join(asker, asker.id == AccountRecovery.asked_by)
        .where(AccountRecovery.decided_at.is_(None))
        .order_by(AccountRecovery.asked_at, AccountRecovery.id)
    )
    return [
        Wish(
            wish.id,
            user.display_name,
            user.sign_in_name,
            wish.reason,
            by,
            wish.asked_at,
            actor.user_id not in {wish.asked_by, wish.user_id},
        )
        for wish, user, by in rows
    ]


def accounts(session: Session, actor: Actor) -> Sequence[tuple[uuid.UUID, str]]:
    """Accounts that can be recovered, without one's own, to choose from."""
    rows = session.execute(
        select(AppUser.id, AppUser.display_name, AppUser.sign_in_name)
        .where(AppUser.disabled_at.is_(None), AppUser.id != actor.user_id)
        .order_by(AppUser.display_name, AppUser.id)
    )
    return [(row.id, f"{row.display_name} ({row.sign_in_name})") for row in rows]


def ask(session: Session, actor: Actor, user_id: uuid.UUID, reason: str, now: datetime) -> None:
    """Ask that somebody's authenticators be taken away; raises FaultsError at `user` or `reason`."""
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise FaultsError(
            [
                Fault(
                    "reason",
                    f"Say in {SHORTEST_REASON} to {LONGEST_REASON} characters how you know who asks.",
                )
            ]
        )
    user = session.get(AppUser, user_id)
    if user is None or user.disabled_at or user.id == actor.user_id:
        raise FaultsError([Fault("user", "Choose an account that is not your own.")])
    open_already = session.scalar(
        select(AccountRecovery.id).where(
            AccountRecovery.user_id == user_id, AccountRecovery.decided_at.is_(None)
        )
    )
    if open_already:
        raise FaultsError([Fault("user", "A recovery of this account waits for a second person already.")])
    wish = AccountRecovery(
        id=uuid.uuid4(), user_id=user_id, asked_by=actor.user_id, asked_at=now, reason=reason
    )
    session.add(wish)
    session.flush()
    audit.record(session, actor, "recovery.asked", ("app_user", user_id))


def decide(session: Session, actor: Actor, wish_id: uuid.UUID, *, grant: bool, now: datetime) -> str | None:
    """Agree or refuse; gives the first password to be handed over, shown once, or None for a refusal.

    Agreeing takes every passkey and the authenticator app away and ends all sessions and the calendar feed. Raises NotFoundError for
    what does not wait, NotPermittedError for who asked and for whose account it is.
    """
    wish = session.scalar(
        select(AccountRecovery)
        .where(AccountRecovery.id == wish_id, AccountRecovery.decided_at.is_(None))
        .with_for_update()
    )
    if wish is None:
        raise NotFoundError("There is no such recovery.")
    if actor.user_id in {wish.asked_by, wish.user_id}:
        raise NotPermittedError("A second person decides: not who asked, and not whose account it is.")
    wish.decided_by, wish.decided_at, wish.granted = actor.user_id, now, grant
    audit.record(
        session, actor, "recovery.granted" if grant else "recovery.refused", ("app_user", wish.user_id)
    )
    if not grant:
        return None
    user = session.get_one(AppUser, wish.user_id)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user.password_hash = sign_in.hash_password(password)
    user.password_expires_at = now + sign_in.FIRST_PASSWORD_LASTS
    user.totp_secret_sealed = None
    session.execute(
        update(Passkey).where(Passkey.user_id == user.id, Passkey.removed_at.is_(None)).values(removed_at=now)
    )
    end_all(session, user.id, now)
    end_feeds(session, user.id, now)
    sign_in.forget_failures(session, user.sign_in_name)
    return password
