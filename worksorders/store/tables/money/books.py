"""What finance closes and looks over: months, cost categories of a contract year, and patterns somebody judges."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, UUID, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, Cents, HasId, one_of


class AccountingPeriod(HasId, Base):
    """A month that was closed: nothing is posted into it unless two people open it again."""

    __tablename__ = "accounting_period"
    __table_args__ = (
        one_of("state", ("closed", "reopening", "open")),
        CheckConstraint("extract(day from starts_on) = 1 AND starts_on < ends_on", name="month"),
        CheckConstraint("reopened_by <> reopen_asked_by", name="two_people"),
        CheckConstraint("(state = 'open') = (reopened_by IS NOT NULL)", name="reopened"),
        CheckConstraint("state = 'closed' OR reopen_asked_by IS NOT NULL", name="asked"),
    )
    starts_on: Mapped[date] = mapped_column(unique=True)
    ends_on: Mapped[date]
    state: Mapped[str]
    closed_at: Mapped[datetime]
    closed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    closings: Mapped[int] = mapped_column(server_default="1")
    figures: Mapped[dict[str, Any]]
    reopen_reason: Mapped[str | None]
    reopen_asked_at: Mapped[datetime | None]
    reopen_asked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class ContractCategory(HasId, Base):
    """A kind of cost of a contract year with its own cap, in the contract's GST basis.

    `item_groups` are the beginnings of the item codes that belong to it, such as LK.
    """

    __tablename__ = "contract_category"
    __table_args__ = (
        UniqueConstraint("contract_year_id", "name"),
        CheckConstraint("cap_cents >= 0", name="cap"),
    )
    contract_year_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract_year.id"))
    name: Mapped[str]
    cap_cents: Mapped[Cents]
    item_groups: Mapped[list[Any]]
    set_at: Mapped[datetime]
    set_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class PatternFinding(HasId, Base):
    """A pattern that the nightly look found, and what somebody made of it."""

    __tablename__ = "pattern_finding"
    __table_args__ = (
        one_of("state", ("open", "confirmed", "dismissed")),
        CheckConstraint(
            "(state = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (reason IS NULL)",
            name="decided",
        ),
        UniqueConstraint("code", "finding_key"),
        Index("ix_pattern_finding_state", "state", "code", "found_at"),
    )
    code: Mapped[str]
    finding_key: Mapped[str]
    found_at: Mapped[datetime]
    expected: Mapped[str]
    actual: Mapped[str]
    difference_cents: Mapped[Cents | None]
    evidence: Mapped[list[Any]]
    order_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(UUID(as_uuid=True)))
    state: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    reason: Mapped[str | None]
