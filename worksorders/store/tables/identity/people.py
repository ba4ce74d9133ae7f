"""Accounts, their sessions and the counters that lock a guessed sign-in out."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, Cents, HasId, one_of

ROLES = ("coordinator", "contractor", "finance", "administrator", "auditor", "privacy_officer")


class AppUser(HasId, Base):
    """One person who signs in; a contractor's account belongs to a firm and may be one of its workers."""

    __tablename__ = "app_user"
    __table_args__ = (
        one_of("role", ROLES),
        CheckConstraint("(role = 'contractor') = (firm_id IS NOT NULL)", name="contractor_has_firm"),
        Index("uq_app_user_sign_in", text("lower(sign_in_name)"), unique=True),
    )
    sign_in_name: Mapped[str]
    display_name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    password_expires_at: Mapped[datetime | None]
    totp_secret_sealed: Mapped[bytes | None]
    totp_last_step: Mapped[int | None]
    firm_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("firm.id"))
    worker_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("worker.id"))
    raise_limit_cents: Mapped[Cents] = mapped_column(server_default="0")
    vary_limit_cents: Mapped[Cents] = mapped_column(server_default="0")
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    disabled_at: Mapped[datetime | None]


class UserSession(HasId, Base):
    """A signed-in browser; the cookie holds a random token, this row only its SHA-256."""

    __tablename__ = "user_session"
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    stepped_up_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class SignInAttempt(HasId, Base):
    """A failed sign-in, counted in the database so that no restart forgets it."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_name_at", "name_hash", "at"),)
    name_hash: Mapped[bytes]
    at: Mapped[datetime]
