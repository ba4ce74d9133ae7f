"""Who has an interest in a home, what they were asked and said, and who must never be asked."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId, one_of

KINDS = ("owner", "co_owner", "tenant", "landlord", "housing_agency", "mortgagee")
SCREENINGS = ("waiting", "cleared", "barred")
HOWS = ("letter", "phone", "in_person", "mail")
CHANNELS = ("letter", "message")


class HomeInterest(HasId, Base):
    """A person or organisation with an interest in the home; name and contact are in the vault under this id.

    Barred: must never be asked. A trigger refuses every contact, and a lifted bar needs a second person.
    """

    __tablename__ = "home_interest"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("screening", SCREENINGS),
        UniqueConstraint("case_id", "position"),
        CheckConstraint("NOT (is_client AND screening = 'barred')", name="client_not_barred"),
        CheckConstraint("lift_asked_by IS NULL OR screening = 'barred'", name="lift_of_a_bar"),
    )
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str]
    is_client: Mapped[bool] = mapped_column(server_default="false")
    has_phone: Mapped[bool] = mapped_column(server_default="false")
    has_mail: Mapped[bool] = mapped_column(server_default="false")
    has_post: Mapped[bool] = mapped_column(server_default="false")
    screening: Mapped[str]
    screened_at: Mapped[datetime]
    screened_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    lift_asked_at: Mapped[datetime | None]
    lift_asked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class InterestScreening(HasId, Base):
    """One outcome of the conflict check: what the keyed hashes met, or who decided; insert only."""

    __tablename__ = "interest_screening"
    __table_args__ = (
        one_of("screening", SCREENINGS),
        Index("ix_interest_screening_interest", "interest_id", "at"),
    )
    interest_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("home_interest.id"))
    screening: Mapped[str]
    source: Mapped[str]
    hits: Mapped[list[Any]] = mapped_column(server_default="[]")
    at: Mapped[datetime]
    by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class InterestLookUp(Base):
    """A keyed hash of an interested person's name or phone, so that the same person is met under another name."""

    __tablename__ = "interest_look_up"
    __table_args__ = (Index("ix_interest_look_up_kind_digest", "kind", "digest"), {"schema": "vault"})
    interest_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("home_interest.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))


class InterestContact(HasId, Base):
    """One letter or message to a person with an interest; a trigger refuses any to somebody not cleared."""

    __tablename__ = "interest_contact"
    __table_args__ = (
        one_of("channel", CHANNELS),
        one_of("state", ("queued", "made", "stopped")),
        CheckConstraint("(state = 'made') = (made_at IS NOT NULL)", name="made_at"),
        Index("ix_interest_contact_state_due", "state", "due_at", "id"),
    )
    interest_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("home_interest.id"), index=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"), index=True)
    channel: Mapped[str]
    template: Mapped[str]
    state: Mapped[str]
    queued_at: Mapped[datetime]
    queued_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    due_at: Mapped[datetime | None]
    made_at: Mapped[datetime | None]
    made_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    outcome: Mapped[str | None]
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)


class Letter(Base):
    """A letter that was made: its hash here, its content sealed in the vault; insert only."""

    __tablename__ = "letter"
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("interest_contact.id"), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[bytes]
    made_at: Mapped[datetime]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class LegalBasis(HasId, Base):
    """On what the work rests where somebody with a say is never asked: proposed by one person, confirmed by another."""

    __tablename__ = "legal_basis"
    __table_args__ = (
        one_of("basis", ("protection_order", "occupation_order", "tenancy_order", "legal_advice")),
        CheckConstraint("confirmed_by <> proposed_by", name="two_people"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed"),
        CheckConstraint("ends_on IS NULL OR ends_on >= dated_on", name="dates"),
    )
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    basis: Mapped[str]
    dated_on: Mapped[date]
    ends_on: Mapped[date | None]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class ConsentRequest(HasId, Base):
    """A person was asked to agree to measures; a landlord answers by `answer_due_on` (RTA s42A). Insert only."""

    __tablename__ = "consent_request"
    __table_args__ = (one_of("how", HOWS), Index("ix_consent_request_answer_due", "answer_due_on", "id"))
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"), index=True)
    interest_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("home_interest.id"), index=True)
    asked_on: Mapped[date]
    how: Mapped[str]
    answer_due_on: Mapped[date]
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("interest_contact.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class ConsentRequestLine(Base):
    """A measure that a request is about."""

    __tablename__ = "consent_request_line"
    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consent_request.id"), primary_key=True)
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"), primary_key=True, index=True)


class ConsentAnswer(HasId, Base):
    """What one person said to one measure; the latest counts. Insert only."""

    __tablename__ = "consent_answer"
    __table_args__ = (
        one_of("outcome", ("granted", "refused", "disputed")),
        one_of("how", HOWS),
        CheckConstraint("outcome = 'granted' OR btrim(reason) <> ''", name="reason"),
        Index("ix_consent_answer_line", "line_id", "interest_id", "recorded_at"),
    )
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"), index=True)
    interest_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("home_interest.id"))
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_line.id"))
    outcome: Mapped[str]
    how: Mapped[str]
    answered_on: Mapped[date]
    conditions: Mapped[str] = mapped_column(server_default="")
    reinstatement: Mapped[bool] = mapped_column(server_default="false")
    reason: Mapped[str] = mapped_column(server_default="")
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class CoordinatorRegion(Base):
    """A region that a coordinator looks after."""

    __tablename__ = "coordinator_region"
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(primary_key=True)
    assigned_at: Mapped[datetime]
    assigned_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
