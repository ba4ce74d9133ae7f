"""What proves that work is complete: keys and who holds them, papers, live tests, and that every way out opens."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from worksorders.store.tables.base import Base, HasId, one_of
from worksorders.store.tables.work.orders import Visit, WorksLine

HOLDERS = ("client", "advocate", "key_safe", "to_be_named", "named")
EGRESS_ANSWERS = ("opens", "not_an_exit", "needs_key")


class KeyEntry(HasId, Base):
    """Keys of one number with one holder.

    A `named` holder is a person with an interest in the home, or somebody whose name is in the vault under this id; a
    trigger refuses anybody who must never be asked.
    """

    __tablename__ = "key_entry"
    __table_args__ = (
        one_of("holder", HOLDERS),
        CheckConstraint("copies BETWEEN 1 AND 50", name="copies"),
        CheckConstraint("(holder = 'named') = (named_by IS NOT NULL)", name="named"),
        CheckConstraint("interest_id IS NULL OR holder = 'named'", name="person"),
    )
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"), index=True)
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"))
    key_number: Mapped[str]
    copies: Mapped[int]
    holder: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    named_at: Mapped[datetime | None]
    named_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    interest_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("home_interest.id"), index=True)
    line: Mapped[WorksLine] = relationship()
    visit: Mapped[Visit] = relationship()


class LinePaper(HasId, Base):
    """One paper or reading that a line asks for: its number and day, or the day by which it is promised.

    Its file names the home, so it is in the vault under this id; `media_type` says that there is one.
    """

    __tablename__ = "line_paper"
    __table_args__ = (
        UniqueConstraint("line_id", "visit_id", "firm_id", "kind"),
        CheckConstraint("number <> '' OR promised_by IS NOT NULL", name="given_or_promised"),
        CheckConstraint("media_type IN ('application/pdf', 'image/jpeg')", name="media_type"),
        Index(
            "ix_line_paper_promised", "promised_by", "id", postgresql_where=text("promised_by IS NOT NULL")
        ),
    )
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"))
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"), index=True)
    kind: Mapped[str]
    number: Mapped[str] = mapped_column(server_default="")
    issued_on: Mapped[date | None]
    promised_by: Mapped[date | None]
    media_type: Mapped[str | None]
    sha256: Mapped[bytes | None]
    stored_at: Mapped[datetime]
    stored_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    line: Mapped[WorksLine] = relationship()
    visit: Mapped[Visit] = relationship()


class LiveTest(HasId, Base):
    """A live test of an alarm with the monitoring centre: when, under which reference, and whether it was heard."""

    __tablename__ = "live_test"
    __table_args__ = (UniqueConstraint("line_id", "visit_id", "firm_id"),)
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"))
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"))
    tested_at: Mapped[datetime]
    reference: Mapped[str]
    passed: Mapped[bool]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class EgressCheck(HasId, Base):
    """Whether an opening was found to open from inside without a key; insert only, the newest counts."""

    __tablename__ = "egress_check"
    __table_args__ = (
        one_of("answer", EGRESS_ANSWERS),
        Index("ix_egress_check_opening_at", "opening_id", "at"),
    )
    opening_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("opening.id"))
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    answer: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
