"""What can be wanted of an account, and what is done once it is confirmed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.admin import users
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.tell import contacts
from worksorders.store.tables.identity.accounts import AccountChange, Passkey
from worksorders.store.tables.identity.people import AppUser

WHO = ("role", "firm_id", "worker_id")
LIMITS = ("raise_limit_cents", "vary_limit_cents")


class Kind(StrEnum):
    """A new account, another role, an account opened again, a password, all that signs in, how somebody is reached."""

    INVITE = "invite"
    ROLE = "role"
    REOPEN = "reopen"
    PASSWORD = "password"  # noqa: S105 -- the name of a kind, no password.
    RECOVERY = "recovery"
    CONTACT = "contact"


WITH_PASSWORD = frozenset({Kind.INVITE, Kind.PASSWORD, Kind.RECOVERY})


def written(details: UserDetails) -> dict[str, Any]:
    """Details as they are kept while they wait: ids as text, limits in cents."""
    return {
        "display_name": details.display_name.strip(),
        "role": details.role.value,
        "firm_id": str(details.firm_id) if details.firm_id else None,
        "worker_id": str(details.worker_id) if details.worker_id else None,
        "raise_limit_cents": details.raise_limit_cents,
        "vary_limit_cents": details.vary_limit_cents,
    }


def read(wanted: Mapping[str, Any]) -> UserDetails:
    """The details that `written` kept."""
    return UserDetails(
        wanted["display_name"],
        Role(wanted["role"]),
        _id(wanted["firm_id"]),
        _id(wanted["worker_id"]),
        wanted["raise_limit_cents"],
        wanted["vary_limit_cents"],
    )


def as_it_is(user: AppUser) -> dict[str, Any]:
    """Who an account is now, in the same words, to notice a change while a wish waits."""
    return {"role": user.role, "firm_id": _text(user.firm_id), "worker_id": _text(user.worker_id)}


def carry_out(session: Session, actor: Actor | None, wish: AccountChange, now: datetime) -> str | None:
    """Do what was wanted; gives the first password of the account, where it has a new one.

    Raises FaultsError or RefusedError where it cannot be done any more.
    """
    if wish.kind == Kind.INVITE:
        user, password = users.make(
            session, actor, wish.wanted["sign_in_name"], read(wish.wanted), now, asked_by=str(wish.asked_by)
        )
        wish.user_id = user.id
        return password
    user = session.get_one(AppUser, wish.user_id, with_for_update=True)
    return _DO[Kind(wish.kind)](session, actor, wish, user, now)


def _role(
    session: Session, actor: Actor | None, wish: AccountChange, user: AppUser, now: datetime
) -> str | None:
    if wish.wanted["before"] != as_it_is(user):
        raise RefusedError(
            "The account has another role or firm since this was asked for: refuse it, and ask again.",
            state="changed",
            action="confirm",
        )
    users.put(session, actor, user, read(wish.wanted), asked_by=str(wish.asked_by))
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
    return users.renew(session, actor, user, now, asked_by=str(wish.asked_by))


def _recovery(
    session: Session, actor: Actor | None, wish: AccountChange, user: AppUser, now: datetime
) -> str | None:
    """Take every passkey and the authenticator app away, beside a new password."""
    user.totp_secret_sealed = None
    session.execute(
        update(Passkey).where(Passkey.user_id == user.id, Passkey.removed_at.is_(None)).values(removed_at=now)
    )
    password = users.renew(session, actor, user, now, asked_by=str(wish.asked_by))
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


def _id(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None


def _text(key: uuid.UUID | None) -> str | None:
    return str(key) if key else None
