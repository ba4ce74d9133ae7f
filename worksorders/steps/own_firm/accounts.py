"""A firm's office lets its people in: it invites a worker's account, closes and opens it, and resets its password."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.admin import find_users, users
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.own_firm.people import office, own_person
from worksorders.store.tables.identity.people import AppUser


def invite(
    session: Session, actor: Actor, worker_id: uuid.UUID, sign_in_name: str, now: datetime
) -> tuple[AppUser, str]:
    """Make a worker's account; returns it with its first password, which lasts days and is shown once.

    Raises NotFoundError, RefusedError for a worker who has stopped or can sign in already, FaultsError at
    `sign_in_name`.
    """
    firm_id = office(actor)
    worker = own_person(session, actor, worker_id)
    if not worker.active:
        raise RefusedError(f"{worker.first_name} does not work any more.", state="stopped", action="invite")
    live = select(AppUser.id).where(AppUser.worker_id == worker_id, AppUser.disabled_at.is_(None))
    if session.scalar(live.limit(1)) is not None:
        raise RefusedError(
            f"{worker.first_name} has an account: reset its password instead.",
            state="invited",
            action="invite",
        )
    name = f"{worker.first_name} {worker.last_name}"
    details = UserDetails(name, Role.CONTRACTOR, firm_id, worker_id)
    return users.invite(session, actor, sign_in_name, details, now)


def own_account(session: Session, actor: Actor, worker_id: uuid.UUID) -> AppUser:
    """The account of a worker of the firm, for its office; raises NotFoundError."""
    office(actor)
    own_person(session, actor, worker_id)
    user = session.scalar(
        select(AppUser)
        .where(AppUser.worker_id == worker_id, AppUser.firm_id == actor.firm_id)
        .order_by(AppUser.disabled_at.is_not(None), AppUser.created_at.desc(), AppUser.id)
        .limit(1)
    )
    if user is None:
        raise NotFoundError("There is no such account.")
    return user


def disable(session: Session, actor: Actor, worker_id: uuid.UUID, now: datetime) -> AppUser:
    """Close the account at once; its sessions end."""
    user = own_account(session, actor, worker_id)
    return users.disable(session, actor, user.id, "Closed by the firm's office", now)


def enable(session: Session, actor: Actor, worker_id: uuid.UUID) -> AppUser:
    """Open it again, unless the programme's own staff closed it: then they open it."""
    user = own_account(session, actor, worker_id)
    if not find_users.closed_by_firm(session, user):
        raise RefusedError(
            "The programme's office closed this account: ask it to open it.",
            state="disabled",
            action="enable",
        )
    return users.enable(session, actor, user.id)


def reset_password(
    session: Session, actor: Actor, worker_id: uuid.UUID, now: datetime
) -> tuple[AppUser, str]:
    """Give a new first password, shown once; the sessions end."""
    user = own_account(session, actor, worker_id)
    return users.reset_password(session, actor, user.id, now)
