"""Accounts: who may sign in, as what, and up to which limits.

Nobody changes their own role, limits or state: a second administrator does. Every change leaves an audit row, and
a changed role, a reset password or a disabled account ends its sessions at once.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session

from worksorders.domain.errors import DomainError, Faults, NotPermittedError, RefusedError
from worksorders.domain.roles import USER_ROLES, Role
from worksorders.steps import audit, sign_in
from worksorders.steps.accounts.demo_data import is_demo
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.calendars.feed import end_feeds
from worksorders.steps.people.firms import ALPHABET
from worksorders.steps.privacy.glass import tell_privacy_officers
from worksorders.store.tables.contractors import Firm, Worker
from worksorders.store.tables.exchange import ApiToken
from worksorders.store.tables.people import AppUser, UserSession
from worksorders.store.tables.trail import AuditEvent

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


def invite(
    session: Session, actor: Actor | None, sign_in_name: str, details: UserDetails, now: datetime
) -> tuple[AppUser, str]:
    """Make an account; returns it with its first password, which is shown once and kept only as a hash.

    It opens the account for three days, and only to choose another password.
    """
    _check(session, details, sign_in_name)
    password = new_password()
    user = AppUser(
        id=uuid.uuid4(),
        sign_in_name=sign_in_name.strip(),
        password_hash=sign_in.hash_password(password),
        password_expires_at=now + sign_in.FIRST_PASSWORD_LASTS,
        created_at=now,
        is_demo=is_demo(session),
        role=details.role.value,
        display_name="",
    )
    _write(user, details)
    session.add(user)
    session.flush()
    audit.record(session, actor, "user.invited", ("app_user", user.id), detail=_limits(user))
    _tell_officers(session, actor, user, now)
    return user, password


def change(
    session: Session, actor: Actor, user_id: uuid.UUID, details: UserDetails, now: datetime
) -> AppUser:
    """Change name, role, firm or limits of another; a new role or firm ends the account's sessions."""
    user = _another(session, actor, user_id)
    _check(session, details)
    before = (user.role, user.firm_id, user.worker_id)
    old_limits = _limits(user)
    _write(user, details)
    session.flush()
    if before != (user.role, user.firm_id, user.worker_id):
        end_sessions(session, user.id, now)
    audit.record(
        session,
        actor,
        "user.changed",
        ("app_user", user.id),
        moved=(before[0], user.role),
        detail={"before": old_limits, "after": _limits(user)},
    )
    if before[0] != user.role:
        _tell_officers(session, actor, user, now)
    return user


def disable(session: Session, actor: Actor, user_id: uuid.UUID, reason: str, now: datetime) -> AppUser:
    """Close an account at once: its sessions end in the same transaction."""
    user = _another(session, actor, user_id)
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
    """Open a disabled account again, with the password that it had."""
    user = _another(session, actor, user_id)
    if user.disabled_at is None:
        raise RefusedError(f"{user.display_name} is active already.", state="active", action="enable")
    user.disabled_at = None
    audit.record(session, actor, "user.enabled", ("app_user", user.id), moved=("disabled", "active"))
    return user


def closed_by_firm(session: Session, user: AppUser) -> bool:
    """Whether it was the account's own firm that closed it last."""
    closer = session.scalar(
        select(AuditEvent.actor_id)
        .where(
            AuditEvent.subject_table == "app_user",
            AuditEvent.subject_id == user.id,
            AuditEvent.action == "user.disabled",
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    found = session.get(AppUser, closer) if closer else None
    return found is not None and found.firm_id is not None and found.firm_id == user.firm_id


def reset_password(session: Session, actor: Actor, user_id: uuid.UUID, now: datetime) -> tuple[AppUser, str]:
    """Give another a new password, shown once; ends their sessions and forgets their failed tries."""
    user = _another(session, actor, user_id)
    password = new_password()
    user.password_hash = sign_in.hash_password(password)
    user.password_expires_at = now + sign_in.FIRST_PASSWORD_LASTS
    end_sessions(session, user.id, now)
    sign_in.forget_failures(session, user.sign_in_name)
    audit.record(session, actor, "user.password_reset", ("app_user", user.id))
    _tell_officers(session, actor, user, now)
    return user, password


def _tell_officers(session: Session, actor: Actor | None, user: AppUser, now: datetime) -> None:
    """Whoever makes an account of the office could be two people to every rule that asks for two: officers hear of it."""
    if actor is not None and user.firm_id is None:
        tell_privacy_officers(session, now)


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


@dataclass(frozen=True, slots=True)
class UserList:
    """A page of accounts in the order of their names, each with its firm's name."""

    rows: Sequence[tuple[AppUser, str | None]]
    page: int
    pages: int
    total: int


def find_users(
    session: Session, *, role: str = "", text: str = "", state: str = "", page: int = 1, size: int = 25
) -> UserList:
    """Accounts by role, by part of a name and by state (active, disabled, or any)."""
    wanted = select(AppUser, Firm.name).outerjoin(Firm, Firm.id == AppUser.firm_id).where(~_of_a_token())
    if role:
        wanted = wanted.where(AppUser.role == role)
    if text.strip():
        like = f"%{text.strip().replace('%', '')}%"
        wanted = wanted.where(AppUser.display_name.ilike(like) | AppUser.sign_in_name.ilike(like))
    if state in {"active", "disabled"}:
        disabled = AppUser.disabled_at.is_not(None)
        wanted = wanted.where(disabled if state == "disabled" else ~disabled)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    rows = session.execute(
        wanted.order_by(func.lower(AppUser.display_name), AppUser.id).limit(size).offset((page - 1) * size)
    ).all()
    return UserList([(user, firm) for user, firm in rows], page, pages, total)


def find_user(session: Session, user_id: uuid.UUID) -> AppUser:
    """An account of a person; raises NotFoundError, for the account of a token too: nobody signs in to that."""
    user = session.scalar(select(AppUser).where(AppUser.id == user_id, ~_of_a_token()))
    if user is None:
        raise NotFoundError("There is no such account.")
    return user


def _of_a_token() -> ColumnElement[bool]:
    return exists().where(ApiToken.user_id == AppUser.id)


def firm_name(session: Session, user: AppUser) -> str | None:
    """The name of a contractor's firm."""
    return session.scalar(select(Firm.name).where(Firm.id == user.firm_id)) if user.firm_id else None


def firm_choices(session: Session) -> list[tuple[uuid.UUID, str]]:
    """Active firms by name, to choose from."""
    rows = session.execute(
        select(Firm.id, Firm.name).where(Firm.active).order_by(func.lower(Firm.name), Firm.id)
    )
    return [(row.id, row.name) for row in rows]


def _another(session: Session, actor: Actor, user_id: uuid.UUID) -> AppUser:
    user = find_user(session, user_id)
    if user.id == actor.user_id:
        raise NotPermittedError("Nobody changes their own account here: ask another administrator.")
    return user


def _check(session: Session, details: UserDetails, sign_in_name: str | None = None) -> None:
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
