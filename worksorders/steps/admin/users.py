"""Accounts: who may sign in, as what, and up to which limits.

Nobody changes their own role, limits or state, and what would let one person be two (a new account, another role, a
new password, an account opened again) or approve more (a higher limit) is done here alone only for the server's command line and, about its own people,
a firm's office; all else comes from `steps/account_changes`, where a second person confirms. Every change leaves an
audit row, and a changed role, a reset password or a disabled account ends its sessions at once.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from worksorders.domain.errors import DomainError, Faults, NotPermittedError, RefusedError
from worksorders.domain.roles import USER_ROLES, Role
from worksorders.steps import audit, sign_in
from worksorders.steps.accounts import two_parts
from worksorders.steps.accounts.demo_data import is_demo
from worksorders.steps.actor import Actor
from worksorders.steps.admin.find_users import find_user
from worksorders.steps.calendars.feed import end_feeds
from worksorders.steps.people.firms import ALPHABET
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.identity.people import AppUser, UserSession

PASSWORD_GROUPS = 4
PASSWORD_GROUP_LENGTH = 5
LARGEST_LIMIT_CENTS = 100_000_000_00


@dataclass(frozen=True, slots=True)
class UserDetails:
    """What an administrator decides about an account; limits in cents before GST, zero for none."""

    display_name: str
    role: Role
    firm_id: uuid.UUID | None = None
    worker_id: uuid.UUID | None = None
    raise_limit_cents: int = 0
    vary_limit_cents: int = 0


def make(
    session: Session,
    actor: Actor | None,
    sign_in_name: str,
    details: UserDetails,
    now: datetime,
    mark: str | None = None,
    **more: str,
) -> tuple[AppUser, str]:
    """Make an account; returns it with its first password, which is shown once and kept only as a hash.

    It opens the account for three days, and only to choose another password; with the mark of a first part it is the
    second one. `more` goes into the trail: who asked for it, where another confirmed. Pages of the office never come
    here by themselves (`steps/account_changes`).
    """
    check(session, details, sign_in_name)
    password, password_hash = _first(mark)
    user = AppUser(
        id=uuid.uuid4(),
        sign_in_name=sign_in_name.strip(),
        password_hash=password_hash,
        password_expires_at=now + sign_in.FIRST_PASSWORD_LASTS,
        created_at=now,
        is_demo=is_demo(session),
        role=details.role.value,
        display_name="",
    )
    _write(user, details)
    session.add(user)
    session.flush()
    audit.record(session, actor, "user.invited", ("app_user", user.id), detail=_limits(user) | more)
    return user, password


def invite(
    session: Session, actor: Actor | None, sign_in_name: str, details: UserDetails, now: datetime
) -> tuple[AppUser, str]:
    """Make an account alone: by the server's command line (no actor), or a firm's office one of its own people's."""
    _alone(actor, details.firm_id)
    return make(session, actor, sign_in_name, details, now)


def change(session: Session, actor: Actor, user_id: uuid.UUID, details: UserDetails) -> AppUser:
    """Change the name of another or lower limits; all that gives more waits for a second person instead."""
    user = another(session, actor, user_id)
    if gives_more(user, details):
        raise NotPermittedError(
            "A new role, firm or worker and a higher limit wait for a second person: ask for it."
        )
    return put(session, actor, user, details)


def gives_more(user: AppUser, details: UserDetails) -> bool:
    """Whether the details make somebody else of an account, or let it approve more."""
    return (
        is_other(user, details)
        or details.raise_limit_cents > user.raise_limit_cents
        or details.vary_limit_cents > user.vary_limit_cents
    )


def is_other(user: AppUser, details: UserDetails) -> bool:
    """Whether the details make somebody else of an account: another role, firm or worker."""
    wanted = (details.role.value, details.firm_id, details.worker_id)
    return wanted != (user.role, user.firm_id, user.worker_id)


def put(session: Session, actor: Actor | None, user: AppUser, details: UserDetails, **more: str) -> AppUser:
    """Write the details; sessions of a role or firm that was are ended by the caller."""
    check(session, details)
    role, limits = user.role, _limits(user)
    _write(user, details)
    session.flush()
    audit.record(
        session,
        actor,
        "user.changed",
        ("app_user", user.id),
        moved=(role, user.role),
        detail={"before": limits, "after": _limits(user), **more},
    )
    return user


def disable(session: Session, actor: Actor, user_id: uuid.UUID, reason: str, now: datetime) -> AppUser:
    """Close an account at once: its sessions end in the same transaction."""
    user = another(session, actor, user_id)
    if user.disabled_at is not None:
        raise RefusedError(f"{user.display_name} is disabled already.", state="disabled", action="disable")
    if not reason.strip():
        raise DomainError("Give the reason: it is kept in the audit trail.")
    user.disabled_at = now
    end_sessions(session, user.id, now)
    audit.record(
        session,
        actor,
        "user.disabled",
        ("app_user", user.id),
        moved=("active", "disabled"),
        reason=reason.strip(),
    )
    return user


def enable(session: Session, actor: Actor, user_id: uuid.UUID) -> AppUser:
    """Open a disabled account of the actor's own firm again, with the password that it had."""
    user = another(session, actor, user_id)
    _alone(actor, user.firm_id)
    return reopen(session, actor, user)


def reopen(session: Session, actor: Actor | None, user: AppUser, **more: str) -> AppUser:
    """Open a disabled account again; raises RefusedError for one that is open."""
    if user.disabled_at is None:
        raise RefusedError(f"{user.display_name} is active already.", state="active", action="enable")
    user.disabled_at = None
    audit.record(
        session, actor, "user.enabled", ("app_user", user.id), moved=("disabled", "active"), detail=dict(more)
    )
    return user


def reset_password(session: Session, actor: Actor, user_id: uuid.UUID, now: datetime) -> tuple[AppUser, str]:
    """Give somebody of the actor's own firm a new password, shown once."""
    user = another(session, actor, user_id)
    _alone(actor, user.firm_id)
    return user, renew(session, actor, user, now)


def renew(
    session: Session, actor: Actor | None, user: AppUser, now: datetime, mark: str | None = None, **more: str
) -> str:
    """A new first password, or its second part; ends the account's sessions and forgets its failed tries."""
    password, user.password_hash = _first(mark)
    user.password_expires_at = now + sign_in.FIRST_PASSWORD_LASTS
    end_sessions(session, user.id, now)
    sign_in.forget_failures(session, user.sign_in_name)
    audit.record(session, actor, "user.password_reset", ("app_user", user.id), detail=dict(more))
    return password


def _first(mark: str | None) -> tuple[str, str]:
    """What is handed over, and the hash of the whole password: alone, or beside a first part."""
    if mark is None:
        password = new_password()
        return password, sign_in.hash_password(password)
    second = two_parts.new_part()
    return second, sign_in.hash_two_parts(mark, second)


def _alone(actor: Actor | None, firm_id: uuid.UUID | None) -> None:
    """Pass for the server's command line and for a firm's office about its own people.

    Whoever of the programme's office could make or enter an account alone would be both of any two people.
    """
    if actor is not None and (actor.firm_id is None or actor.firm_id != firm_id):
        raise NotPermittedError("A second person has to confirm this: ask for it.")


def end_sessions(session: Session, user_id: uuid.UUID, now: datetime) -> None:
    """End every open session of an account, and its calendar feed."""
    end_feeds(session, user_id, now)
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def new_password() -> str:
    """Four groups of five characters that are not mistaken for one another: about 98 bits."""
    return "-".join(
        "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_GROUP_LENGTH))
        for _ in range(PASSWORD_GROUPS)
    )


def another(session: Session, actor: Actor, user_id: uuid.UUID) -> AppUser:
    """An account that is not the actor's own; raises NotFoundError or NotPermittedError."""
    user = find_user(session, user_id)
    if user.id == actor.user_id:
        raise NotPermittedError("Nobody changes their own account here: ask another administrator.")
    return user


def check(session: Session, details: UserDetails, sign_in_name: str | None = None) -> None:
    """Raise FaultsError with every fault of the details, each at its field."""
    faults = Faults()
    if sign_in_name is not None:
        _check_sign_in_name(session, faults, sign_in_name.strip())
    faults.require(details.display_name.strip(), "display_name", "Enter the name that others see.")
    faults.require(details.role in USER_ROLES, "role", "Choose a role.")
    _check_firm(session, faults, details)
    for field, cents in (
        ("raise_limit_cents", details.raise_limit_cents),
        ("vary_limit_cents", details.vary_limit_cents),
    ):
        faults.require(0 <= cents <= LARGEST_LIMIT_CENTS, field, "The limit must be from $0 to $100,000,000.")
    faults.raise_if_any()


def _check_sign_in_name(session: Session, faults: Faults, name: str) -> None:
    faults.require(name, "sign_in_name", "Enter a sign-in name.")
    faults.require(
        len(name) <= 100 and " " not in name,
        "sign_in_name",
        "A sign-in name has no blanks and at most 100 characters.",
    )
    taken = session.scalar(select(AppUser.id).where(func.lower(AppUser.sign_in_name) == name.lower()))
    faults.require(taken is None, "sign_in_name", f"“{name}” is taken: choose another.")


def _check_firm(session: Session, faults: Faults, details: UserDetails) -> None:
    if details.role is not Role.CONTRACTOR:
        faults.require(details.firm_id is None, "firm_id", "Only a contractor's account belongs to a firm.")
        return
    known = details.firm_id is not None and session.get(Firm, details.firm_id) is not None
    faults.require(known, "firm_id", "Choose the contractor's firm.")
    if details.worker_id is not None:
        worker = session.get(Worker, details.worker_id)
        mine = worker is not None and worker.firm_id == details.firm_id
        faults.require(mine, "worker_id", "Choose a worker of that firm.")


def _write(user: AppUser, details: UserDetails) -> None:
    user.display_name, user.role = details.display_name.strip(), details.role.value
    user.firm_id, user.worker_id = details.firm_id, details.worker_id
    user.raise_limit_cents, user.vary_limit_cents = details.raise_limit_cents, details.vary_limit_cents


def _limits(user: AppUser) -> dict[str, object]:
    return {
        "role": user.role,
        "firm": str(user.firm_id) if user.firm_id else None,
        "raise_limit_cents": user.raise_limit_cents,
        "vary_limit_cents": user.vary_limit_cents,
    }
