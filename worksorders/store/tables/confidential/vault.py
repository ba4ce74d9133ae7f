"""The vault's tables, in a schema of their own; the app role may not read them (see worksorders/store/vault.py)."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from worksorders.store.tables.base import Base, HasId


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's xid8, the 64-bit id of a whole transaction, savepoints included."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type's name in DDL."""
        return "xid8"


class CaseKey(Base):
    """A case's own key, wrapped by the master key that the database never sees; deleting it erases the case."""

    __tablename__ = "case_key"
    __table_args__ = {"schema": "vault"}
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    wrapped: Mapped[bytes]
    master_version: Mapped[int]


class Sealed(HasId, Base):
    """One protected value, AES-256-GCM under the case's key, bound to case, subject and kind."""

    __tablename__ = "sealed"
    __table_args__ = (UniqueConstraint("case_id", "subject_id", "kind"), {"schema": "vault"})
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    subject_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    sealed: Mapped[bytes]


class LookUp(Base):
    """A keyed hash of a normalised name, phone or address: equality can be asked, the value cannot be read."""

    __tablename__ = "look_up"
    __table_args__ = (Index("ix_look_up_kind_digest", "kind", "digest"), {"schema": "vault"})
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)


class Intent(Base):
    """A recorded wish to read, committed before anything is read."""

    __tablename__ = "intent"
    __table_args__ = {"schema": "vault"}
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    case_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(UUID(as_uuid=True)))
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    purpose: Mapped[str]
    actor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    session_key: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    expires_at: Mapped[datetime]
    transaction_id: Mapped[str] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"))
    used_at: Mapped[datetime | None]
