"""The catalogue in force: versions, items and finding rules, each version kept for ever."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId, one_of


class CatalogueVersion(HasId, Base):
    """One load of the catalogue and its finding rules; the newest one in force prefills new orders."""

    __tablename__ = "catalogue_version"
    __table_args__ = (
        one_of("state", ("draft", "in_force", "retired")),
        Index(
            "uq_catalogue_version_in_force",
            text("(state)"),
            unique=True,
            postgresql_where=text("state = 'in_force'"),
        ),
    )
    number: Mapped[int] = mapped_column(unique=True)
    state: Mapped[str]
    valid_from: Mapped[date]
    items_csv: Mapped[str]
    findings_csv: Mapped[str]
    loaded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    loaded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class Setting(Base):
    """A figure that the operator may change: urgency classes, speeds, limits, weights."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
