"""Which master keys are kept in a second place: a database whose key is lost is lost with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from worksorders.store.tables.base import Base, HasId


class KeyBackup(HasId, Base):
    """Somebody compared a copy of a master key with the one in use and said where the copy is kept."""

    __tablename__ = "key_backup"
    __table_args__ = (
        CheckConstraint("length(fingerprint) = 16", name="fingerprint"),
        CheckConstraint("length(btrim(kept)) > 0", name="kept"),
    )
    version: Mapped[int]
    fingerprint: Mapped[str]
    kept: Mapped[str]
    at: Mapped[datetime]
