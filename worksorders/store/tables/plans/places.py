"""The operator's own list of addresses, which says nothing of any case, and the calendar feeds of workers."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Numeric, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId


class AddressList(HasId, Base):
    """One loading of an address file: which file, by its hash, and how many addresses it held."""

    __tablename__ = "address_list"
    __table_args__ = (CheckConstraint("octet_length(sha256) = 32 AND rows >= 0", name="file"),)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    rows: Mapped[int]
    faults: Mapped[int]
    loaded_at: Mapped[datetime]


class Address(Base):
    """One address of the list, by the number that its publisher gave it; the point is in degrees (NZGD2000).

    `words` holds its words without macrons, long and short forms alike (see worksorders/domain/address_words.py).
    """

    __tablename__ = "address"
    __table_args__ = (
        CheckConstraint(
            "latitude BETWEEN -53 AND -29 AND (longitude BETWEEN 160 AND 180 OR longitude BETWEEN -180 AND -170)",
            name="point",
        ),
        CheckConstraint("length(btrim(street)) > 0", name="street"),
        Index("ix_address_words", "words", postgresql_using="gin"),
        Index("ix_address_list_id", "list_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    street: Mapped[str]
    suburb: Mapped[str]
    town: Mapped[str]
    number: Mapped[int]
    latitude: Mapped[Decimal] = mapped_column(Numeric(9, 6))
    longitude: Mapped[Decimal] = mapped_column(Numeric(9, 6))
    words: Mapped[str] = mapped_column(TSVECTOR)
    list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("address_list.id"))


class CalendarFeed(HasId, Base):
    """A worker's private address of a calendar; only the SHA-256 of its token is kept."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token"),
        CheckConstraint("expires_at > made_at", name="expires"),
        Index("uq_calendar_feed_one", "user_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
