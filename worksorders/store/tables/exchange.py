"""What goes in and out of the product by itself: tokens, imports, subscriptions to events, and drafts of price lists."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from worksorders.store.tables.base import Base, HasId, one_of
from worksorders.store.tables.firms.contractors import Agreement
from worksorders.store.tables.identity.people import AppUser


class ApiToken(HasId, Base):
    """A key of another system: only the SHA-256 of its secret is kept; it acts as an account that nobody signs in to."""

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="expiry"),
        CheckConstraint("calls_a_minute BETWEEN 1 AND 6000", name="calls"),
    )
    name: Mapped[str]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), unique=True)
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    hint: Mapped[str]
    scopes: Mapped[list[Any]]
    region_codes: Mapped[list[Any] | None]
    calls_a_minute: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    window_at: Mapped[datetime | None]
    window_calls: Mapped[int] = mapped_column(server_default="0")
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    user: Mapped[AppUser] = relationship(foreign_keys=[user_id])


class ImportRun(HasId, Base):
    """A file handed in, once: what came of it, never what was in it. The same file is imported once only."""

    __tablename__ = "import_run"
    __table_args__ = (
        one_of("kind", ("assessments", "workers", "checks", "catalogue")),
        one_of("format", ("csv", "json")),
        one_of("state", ("checked", "refused", "imported")),
        Index(
            "uq_import_run_once",
            "kind",
            "file_sha256",
            unique=True,
            postgresql_where=text("state = 'imported'"),
        ),
        Index("ix_import_run_at", "at", "id"),
    )
    kind: Mapped[str]
    format: Mapped[str]
    file_sha256: Mapped[bytes]
    state: Mapped[str]
    records: Mapped[int]
    faults: Mapped[list[Any]] = mapped_column(server_default="[]")
    made: Mapped[list[Any]] = mapped_column(server_default="[]")
    at: Mapped[datetime]
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))


class Webhook(HasId, Base):
    """An address that is told of events; its secret is sealed under a key of its own, wrapped by the master key."""

    __tablename__ = "webhook"
    name: Mapped[str]
    url: Mapped[str]
    kinds: Mapped[list[Any]]
    key_wrapped: Mapped[bytes]
    key_version: Mapped[int]
    secret_sealed: Mapped[bytes]
    old_secret_sealed: Mapped[bytes | None]
    old_secret_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class WebhookDelivery(HasId, Base):
    """One event for one address: how often it was tried and what was answered, by number and class alone."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        one_of("state", ("waiting", "delivered", "given_up")),
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_delivery_made", "webhook_id", "made_at", "id"),
    )
    webhook_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webhook.id"))
    event_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    subject_table: Mapped[str]
    subject_id: Mapped[uuid.UUID]
    happened_at: Mapped[datetime]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    last_at: Mapped[datetime | None]
    webhook: Mapped[Webhook] = relationship()


class CatalogueDraft(HasId, Base):
    """A version of the catalogue that is being written; it counts for nothing until it is handed in whole."""

    __tablename__ = "catalogue_draft"
    __table_args__ = (one_of("state", ("open", "handed_in", "discarded")),)
    name: Mapped[str]
    base_number: Mapped[int]
    items_csv: Mapped[str]
    findings_csv: Mapped[str]
    state: Mapped[str]
    version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("catalogue_version.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    changed_at: Mapped[datetime]
    changed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class RateCardDraft(HasId, Base):
    """The next rates of an agreement while they are being written; an agreement has one open draft at most."""

    __tablename__ = "rate_card_draft"
    __table_args__ = (
        one_of("state", ("open", "handed_in", "discarded")),
        Index(
            "uq_rate_card_draft_open", "agreement_id", unique=True, postgresql_where=text("state = 'open'")
        ),
    )
    agreement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agreement.id"), index=True)
    lines_csv: Mapped[str]
    valid_from: Mapped[date | None]
    state: Mapped[str]
    card_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("rate_card.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    changed_at: Mapped[datetime]
    changed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    agreement: Mapped[Agreement] = relationship()
