"""Walls between a member of staff and a case, and glass broken with a second person."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId


class Wall(HasId, Base):
    """Somebody who never sees a case while the wall stands: not in a list, a search, a count or a page."""

    __tablename__ = "wall"
    __table_args__ = (
        CheckConstraint("user_id NOT IN (raised_by, lifted_by)", name="not_by_oneself"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        Index(
            "uq_wall_standing", "user_id", "case_id", unique=True, postgresql_where=text("lifted_at IS NULL")
        ),
    )
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    raised_at: Mapped[datetime]
    raised_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class BreakGlass(HasId, Base):
    """A wish to read a home outside one's own regions: granted by a second person, for half an hour at most."""

    __tablename__ = "break_glass"
    __table_args__ = (
        CheckConstraint("decided_by <> asked_by", name="second_person"),
        CheckConstraint("num_nonnulls(decided_by, decided_at, granted) IN (0, 3)", name="decided"),
        CheckConstraint("(granted IS TRUE) = (expires_at IS NOT NULL)", name="granted"),
        CheckConstraint("expires_at <= decided_at + interval '30 minutes'", name="half_an_hour"),
    )
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), index=True)
    asked_at: Mapped[datetime]
    reason: Mapped[str]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]
    expires_at: Mapped[datetime | None]
