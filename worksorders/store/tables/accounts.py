"""How people prove who they are: passkeys, single-use challenges, recoveries, and the mark of invented data."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId, one_of

CHALLENGES = ("code", "passkey", "new_passkey", "step_up", "demo_link")


class DemoMark(Base):
    """Says that every account and case here is invented; there is no way back, and none to it from real data."""

    __tablename__ = "demo_mark"
    __table_args__ = (CheckConstraint("single", name="single"),)
    single: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    made_at: Mapped[datetime]


class Passkey(HasId, Base):
    """A public key that a person's device made for this product (WebAuthn Level 3)."""

    __tablename__ = "passkey"
    __table_args__ = (
        Index("uq_passkey_credential", "credential_id", unique=True),
        Index("ix_passkey_user_id", "user_id", postgresql_where=text("removed_at IS NULL")),
    )
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str]
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class Challenge(HasId, Base):
    """Something to be answered once, soon, by whom it was made for; kept as a hash where it is a secret."""

    __tablename__ = "challenge"
    __table_args__ = (one_of("kind", CHALLENGES), Index("ix_challenge_expires_at", "expires_at"))
    kind: Mapped[str]
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    session_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_session.id"))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    spent_at: Mapped[datetime | None]


class AccountRecovery(HasId, Base):
    """An administrator's wish to take away all of somebody's authenticators, done once a second person agrees."""

    __tablename__ = "account_recovery"
    __table_args__ = (
        CheckConstraint("decided_by NOT IN (asked_by, user_id)", name="second_person"),
        CheckConstraint("asked_by <> user_id", name="not_ones_own"),
        CheckConstraint("num_nonnulls(decided_by, decided_at, granted) IN (0, 3)", name="decided"),
        Index(
            "uq_account_recovery_open", "user_id", unique=True, postgresql_where=text("decided_at IS NULL")
        ),
    )
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    asked_at: Mapped[datetime]
    reason: Mapped[str]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]
