"""Cases and assessments: what is known of a home without saying where it is or whose."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from worksorders.store.tables.base import Base, HasId, one_of

OPENING_STATES = ("secure", "temporarily_secured", "insecure")


class CaseFile(HasId, Base):
    """One home with the people in it; everything that would identify them is in the vault under this id."""

    __tablename__ = "case_file"
    code: Mapped[str] = mapped_column(unique=True)
    region_code: Mapped[str] = mapped_column(index=True)
    area_code: Mapped[str]
    built_before_2000: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    # True: its point is the town's middle; none: it came in before this was kept.
    point_estimated: Mapped[bool | None]


class NeverSend(HasId, Base):
    """A firm or worker that must never learn of a case; no reason is kept here."""

    __tablename__ = "never_send"
    __table_args__ = (
        CheckConstraint("num_nonnulls(firm_id, worker_id) = 1", name="firm_or_worker"),
        UniqueConstraint("case_id", "firm_id"),
        UniqueConstraint("case_id", "worker_id"),
    )
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    firm_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("firm.id"))
    worker_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("worker.id"))
    source: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class Assessment(HasId, Base):
    """An approved survey of a home: never edited, only superseded by a later one."""

    __tablename__ = "assessment"
    __table_args__ = (
        one_of("urgency", ("P1", "P2", "P3", "P4")),
        one_of("state", ("waiting", "ordered", "handed_over", "superseded")),
        CheckConstraint("adults >= 0 AND children >= 0", name="people"),
        Index("ix_assessment_state_received", "state", "received_at", "id"),
        Index("ix_assessment_received", "received_at", "id"),
    )
    code: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    agency: Mapped[str]
    urgency: Mapped[str]
    adults: Mapped[int]
    children: Mapped[int]
    state: Mapped[str]
    assessed_on: Mapped[date]
    received_at: Mapped[datetime]
    received_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    safe_windows: Mapped[str] = mapped_column(server_default="540-1020")
    case: Mapped[CaseFile] = relationship()
    openings: Mapped[list[Opening]] = relationship(back_populates="assessment", order_by="Opening.position")
    answers: Mapped[list[EligibilityAnswer]] = relationship(order_by="EligibilityAnswer.criterion")


class EligibilityAnswer(HasId, Base):
    """One of the six answers: who gave it and when."""

    __tablename__ = "eligibility_answer"
    __table_args__ = (UniqueConstraint("assessment_id", "criterion"),)
    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assessment.id"))
    criterion: Mapped[str]
    answer: Mapped[bool]
    given_by: Mapped[str]
    given_on: Mapped[date]


class Handover(HasId, Base):
    """A case that cannot be served goes to an advocate, with the reason and the date."""

    __tablename__ = "handover"
    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assessment.id"), index=True)
    advocate: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class Opening(HasId, Base):
    """A door, window or other way in (or a need of the whole home), with its present state."""

    __tablename__ = "opening"
    __table_args__ = (
        one_of("state", OPENING_STATES),
        Index(
            "ix_opening_insecure", "assessment_id", "state_at", postgresql_where=text("state = 'insecure'")
        ),
    )
    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assessment.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str]
    label: Mapped[str]
    state: Mapped[str]
    state_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(server_default="1")
    assessment: Mapped[Assessment] = relationship(back_populates="openings")
    findings: Mapped[list[OpeningFinding]] = relationship(order_by="OpeningFinding.finding")


class OpeningFinding(HasId, Base):
    """What is wrong with an opening, and the measured quantity where its rule asks for one."""

    __tablename__ = "opening_finding"
    __table_args__ = (UniqueConstraint("opening_id", "finding"),)
    opening_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("opening.id"))
    finding: Mapped[str]
    quantity: Mapped[Decimal | None]


class OpeningEvent(HasId, Base):
    """A change of an opening's state, by whom, at which visit; an insecure one names its escalation."""

    __tablename__ = "opening_event"
    __table_args__ = (one_of("state", OPENING_STATES),)
    opening_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("opening.id"), index=True)
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"))
    state: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    escalation_note: Mapped[str | None]
