"""Does what was wanted once a second person has confirmed it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.steps import audit
from worksorders.steps.account_changes import lending, loosening, machines
from worksorders.steps.account_changes.kinds import MARK, Kind, as_it_is, read
from worksorders.steps.actor import Actor
from worksorders.steps.admin import users
from worksorders.steps.tell import contacts
from worksorders.store.tables.identity.accounts import AccountChange, Passkey
from worksorders.store.tables.identity.people import AppUser


def carry_out(session: Session, actor: Actor | None, wish: AccountChange, now: datetime) -> str | None:
    """Do what was wanted; gives what is shown once: the second part of a first password, or a token.

    Raises FaultsError or RefusedError where it cannot be done any more.
    """
    if wish.kind == Kind.INVITE:
        user, password = users.make(
            session,
            actor,
            wish.wanted["sign_in_name"],
            read(wish.wanted),
            now,
            wish.wanted[MARK],
            asked_by=str(wish.asked_by),
        )
        wish.user_id = user.id
        return password
    if wish.kind in _BESIDE:
        return _BESIDE[Kind(wish.kind)](session, actor, wish, now)
    user = session.get_one(AppUser, wish.user_id, with_for_update=True)
    return _DO[Kind(wish.kind)](session, actor, wish, user, now)


def _role(
    session: Session, actor: Actor | None, wish: AccountChange, user: AppUser, now: datetime
) -> str | None:
    if wish.wanted["before"] != as_it_is(user):
        raise RefusedError(
            "The account has another role, firm or limit since this was asked for: refuse it, and ask again.",
            state="changed",
            action="confirm",
        )
    details = read(wish.wanted)
    is_other = users.is_other(user, details)
    users.put(session, actor, user, details, asked_by=str(wish.asked_by))
    if is_other:
        users.end_sessions(session, user.id, now)
    return None


def _reopen(
    session: Session, actor: Actor | None, wish: AccountChange, user: AppUser, now: datetime
) -> str | None:
    del now
    users.reopen(session, actor, user, asked_by=str(wish.asked_by))
    return None


def _password(
    session: Session, actor: Actor | None, wish: AccountChange, user: AppUser, now: datetime
) -> str | None:
    return users.renew(session, actor, user, now, wish.wanted[MARK], asked_by=str(wish.asked_by))


def _recovery(
    session: Session, actor: Actor | None, wish: AccountChange, user: AppUser, now: datetime
) -> str | None:
    """Take every passkey and the authenticator app away, beside a new password."""
    user.totp_secret_sealed = None
    session.execute(
        update(Passkey).where(Passkey.user_id == user.id, Passkey.removed_at.is_(None)).values(removed_at=now)
    )
    password = users.renew(session, actor, user, now, wish.wanted[MARK], asked_by=str(wish.asked_by))
    audit.record(
        session, actor, "user.recovered", ("app_user", user.id), detail={"asked_by": str(wish.asked_by)}
    )
    return password


def _contact(
    session: Session, actor: Actor | None, wish: AccountChange, user: AppUser, now: datetime
) -> str | None:
    reached = contacts.Reached(wish.wanted["email"], wish.wanted["mobile"])
    contacts.put(session, actor, user.id, reached, now, by=wish.asked_by)
    return None


_Doing = Callable[[Session, Actor | None, AccountChange, AppUser, datetime], str | None]
_DO: dict[Kind, _Doing] = {
    Kind.ROLE: _role,
    Kind.REOPEN: _reopen,
    Kind.PASSWORD: _password,
    Kind.RECOVERY: _recovery,
    Kind.CONTACT: _contact,
}
_BESIDE: dict[Kind, Callable[[Session, Actor | None, AccountChange, datetime], str | None]] = {
    Kind.TOKEN: machines.make,
    Kind.LEND: lending.lend,
    Kind.SETTINGS: loosening.put,
}
