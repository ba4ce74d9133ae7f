"""How people prove who they are: passkeys, single-use challenges, what waits for a second person, and the mark of invented data."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId, one_of

ACCOUNT_CHANGES = (
    "invite", "role", "reopen", "password", "recovery", "contact", "token", "lend", "settings",
)  # fmt: skip
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


class AccountChange(HasId, Base):
    """What one person wants of an account and a second one confirms: until then nothing of it is done.

    `wanted` holds what is asked for, and is emptied of how somebody is reached, and of the mark of a first password's
    first part, once it is decided. The second person
    may be whoever has the server's command line (`on_server`): where there is nobody else.
    """

    __tablename__ = "account_change"
    __table_args__ = (
        one_of("kind", ACCOUNT_CHANGES),
        one_of("outcome", ("granted", "refused", "withdrawn", "expired")),
        CheckConstraint("asked_by <> user_id", name="not_ones_own"),
        CheckConstraint("kind IN ('invite', 'token', 'settings') OR user_id IS NOT NULL", name="whose"),
        CheckConstraint("num_nonnulls(decided_at, outcome) IN (0, 2)", name="decided"),
        CheckConstraint(
            "CASE WHEN outcome IN ('granted', 'refused')"
            " THEN (on_server AND decided_by IS NULL)"
            " OR (NOT on_server AND decided_by IS NOT NULL AND decided_by <> asked_by"
            " AND decided_by IS DISTINCT FROM user_id)"
            " WHEN outcome = 'withdrawn' THEN NOT on_server AND decided_by IS NOT DISTINCT FROM asked_by"
            " ELSE NOT on_server AND decided_by IS NULL END",
            name="second_person",
        ),
        CheckConstraint(
            "(kind = 'lend') = (wanted ? 'to_user_id')"
            " AND (kind <> 'lend' OR wanted ->> 'to_user_id' <> ALL (ARRAY[asked_by::text,"
            " coalesce(decided_by::text, '')]))",
            name="taker",
        ),
        Index(
            "uq_account_change_open",
            "user_id",
            "kind",
            unique=True,
            postgresql_where=text("decided_at IS NULL AND user_id IS NOT NULL"),
        ),
        Index(
            "uq_account_change_open_name",
            text("lower(wanted ->> 'sign_in_name')"),
            unique=True,
            postgresql_where=text("decided_at IS NULL AND kind = 'invite'"),
        ),
        Index(
            "uq_account_change_open_group",
            text("(wanted ->> 'group')"),
            unique=True,
            postgresql_where=text("decided_at IS NULL AND kind = 'settings'"),
        ),
    )
    kind: Mapped[str]
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    wanted: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    asked_at: Mapped[datetime]
    reason: Mapped[str]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    on_server: Mapped[bool] = mapped_column(server_default="false")
