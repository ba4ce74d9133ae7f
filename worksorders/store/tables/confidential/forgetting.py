"""What is kept from being forgotten, what was forgotten, and who asked for what is held about them."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId, one_of

SUBJECTS = ("client", "household", "interest", "worker", "user")
EXTENSIONS = ("s48_quantity", "s48_consultation", "s48_complexity")
IDENTITY = ("not_confirmed", "safe_channel", "in_person", "document")


class LegalHold(HasId, Base):
    """While it stands nothing of the case is destroyed, by whatever clock or person."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("length(btrim(reason)) > 0", name="reason"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        CheckConstraint("lifted_by <> placed_by", name="two_people"),
        Index("uq_legal_hold_standing", "case_id", unique=True, postgresql_where=text("lifted_at IS NULL")),
    )
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    reason: Mapped[str]
    placed_at: Mapped[datetime]
    placed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class Forgotten(HasId, Base):
    """A field of a case that was destroyed: when it was due, when it was done, how many values; insert only."""

    __tablename__ = "forgotten"
    __table_args__ = (
        UniqueConstraint("case_id", "field"),
        CheckConstraint("destroyed >= 0", name="destroyed"),
        Index("ix_forgotten_at", "forgotten_at", "id"),
    )
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    field: Mapped[str]
    due_on: Mapped[date]
    destroyed: Mapped[int]
    forgotten_at: Mapped[datetime]
    forgotten_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class PrivacyRequest(HasId, Base):
    """Somebody asks for what is held about them: one person proposes the answer, another decides.

    Nothing is released to somebody whose identity nobody confirmed.
    """

    __tablename__ = "privacy_request"
    __table_args__ = (
        one_of("subject", SUBJECTS),
        one_of("identity", IDENTITY),
        one_of("state", ("open", "proposed", "released", "refused", "withdrawn")),
        one_of("proposal", ("release", "refuse")),
        CheckConstraint(
            "(subject IN ('client', 'household')) = (case_id IS NOT NULL AND subject_id IS NULL)"
            " AND (subject = 'interest') = (case_id IS NOT NULL AND subject_id IS NOT NULL)"
            " AND (subject IN ('worker', 'user')) = (case_id IS NULL AND subject_id IS NOT NULL)",
            name="subject_named",
        ),
        CheckConstraint("num_nonnulls(proposal, proposed_at, proposed_by) IN (0, 3)", name="proposed"),
        CheckConstraint("state = 'withdrawn' OR (state = 'open') = (proposal IS NULL)", name="open"),
        CheckConstraint(
            "num_nonnulls(withdrawn_at, withdrawn_by, withdrawal_reason)"
            " = CASE WHEN state = 'withdrawn' THEN 3 ELSE 0 END",
            name="withdrawn",
        ),
        CheckConstraint("(proposal = 'refuse') = (ground IS NOT NULL)", name="ground"),
        CheckConstraint(
            "(state IN ('released', 'refused')) = (num_nonnulls(decided_at, decided_by) = 2)"
            " AND num_nonnulls(decided_at, decided_by) <> 1",
            name="decided",
        ),
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        CheckConstraint("state <> 'released' OR identity <> 'not_confirmed'", name="identity_confirmed"),
        CheckConstraint("received_on < due_on AND extended_from < due_on", name="due"),
        one_of("extension_ground", EXTENSIONS),
        CheckConstraint(
            "num_nonnulls(extended_from, extended_at, extended_by, extension_ground, extension_reason) IN (0, 5)",
            name="extended",
        ),
        Index("ix_privacy_request_due", "state", "due_on", "id"),
    )
    code: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    subject: Mapped[str]
    subject_id: Mapped[uuid.UUID | None]
    received_on: Mapped[date]
    due_on: Mapped[date]
    received_at: Mapped[datetime]
    received_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    identity: Mapped[str]
    identity_note: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="open")
    proposal: Mapped[str | None]
    ground: Mapped[str | None]
    reason: Mapped[str | None]
    proposed_at: Mapped[datetime | None]
    proposed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    extended_from: Mapped[date | None]
    extended_at: Mapped[datetime | None]
    extended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    extension_ground: Mapped[str | None]
    extension_reason: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    withdrawal_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
