"""Who is told what and how: contacts of users, messages, calls to be made, safe channels, confirmations."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId, one_of

CHANNELS = ("none", "advocate", "call", "sms", "mail")


class UserContact(Base):
    """Where a user of the system is reached; kept by that person or an administrator, never of a client."""

    __tablename__ = "user_contact"
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    email: Mapped[str | None]
    mobile: Mapped[str | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class OutgoingMessage(HasId, Base):
    """A message without content to one user, firm or client; the address is looked up only when it is sent."""

    __tablename__ = "outgoing_message"
    __table_args__ = (
        one_of("channel", ("mail", "sms")),
        one_of("state", ("waiting", "sent", "failed", "stopped")),
        CheckConstraint("num_nonnulls(user_id, firm_id, case_id) = 1", name="one_receiver"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        Index("uq_outgoing_message_dedupe", "dedupe_key", unique=True),
        Index("ix_outgoing_message_waiting", "wanted_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_outgoing_message_written", "written_at", "id"),
    )
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    firm_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("firm.id"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"))
    channel: Mapped[str]
    template: Mapped[str]
    urgent: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[str]
    state_reason: Mapped[str | None]
    written_at: Mapped[datetime]
    written_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    wanted_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    sent_at: Mapped[datetime | None]
    dedupe_key: Mapped[str | None]


class SafeChannel(Base):
    """The one way in which the people of a case may be reached; no row means that nobody contacts them.

    The number or address itself is sealed in the vault under the case; `hours` are safe windows in minutes of the
    local day, like those of an order.
    """

    __tablename__ = "safe_channel"
    __table_args__ = (
        one_of("channel", CHANNELS),
        CheckConstraint(
            "channel IN ('none', 'advocate') OR verified_at IS NOT NULL", name="direct_is_verified"
        ),
    )
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    channel: Mapped[str]
    hours: Mapped[str] = mapped_column(server_default="540-1020")
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    changed_at: Mapped[datetime]
    changed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class CallTask(HasId, Base):
    """A call that somebody of the office has to make; done with its outcome, or withdrawn with its reason."""

    __tablename__ = "call_task"
    __table_args__ = (
        one_of("state", ("waiting", "done", "withdrawn")),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended"),
        Index("uq_call_task_dedupe", "dedupe_key", unique=True),
        Index("ix_call_task_waiting", "due_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_call_task_order_id", "order_id"),
    )
    kind: Mapped[str]
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_order.id"))
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    contact_id: Mapped[uuid.UUID | None]
    state: Mapped[str]
    raised_at: Mapped[datetime]
    raised_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    due_at: Mapped[datetime]
    outcome: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    dedupe_key: Mapped[str | None]


class CallAttempt(HasId, Base):
    """One call that was made for a task and what came of it; insert only."""

    __tablename__ = "call_attempt"
    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call_task.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    outcome: Mapped[str]
    again_at: Mapped[datetime | None]


class ClientConfirmation(HasId, Base):
    """That the client was told who comes and when; it holds for that crew and that time alone.

    The code word is sealed in the vault under the case with this row's id as its subject.
    """

    __tablename__ = "client_confirmation"
    __table_args__ = (
        one_of("channel", CHANNELS[1:]),
        CheckConstraint("num_nonnulls(confirmed_at, confirmed_by, channel) IN (0, 3)", name="confirmed"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="voided"),
        Index(
            "uq_client_confirmation_one_live",
            "visit_id",
            unique=True,
            postgresql_where=text("voided_at IS NULL"),
        ),
    )
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"))
    firm_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("firm.id"))
    start_at: Mapped[datetime]
    crew: Mapped[list[Any]]
    prepared_at: Mapped[datetime]
    prepared_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    channel: Mapped[str | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]
