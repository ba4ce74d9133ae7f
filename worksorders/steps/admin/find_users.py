"""Accounts as administrators look them up: by page, by id, with the firms to choose from."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from worksorders.steps.actor import NotFoundError
from worksorders.store.tables.exchange import ApiToken
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent


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
