"""What a plan is put together from: its parts, each a job of its own, and what was asked of people for its sake."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId, one_of


class PlanPart(HasId, Base):
    """Visits and workers that share nothing with the rest of the plan; ids and starts only, nothing of any place.

    `result` holds the best routes so far, from the first plan on; it is emptied when the parts are joined.
    """

    __tablename__ = "plan_part"
    __table_args__ = (
        one_of("state", ("waiting", "solving", "done")),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        UniqueConstraint("plan_id", "position"),
    )
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"))
    position: Mapped[int]
    state: Mapped[str]
    visit_ids: Mapped[list[Any]]
    worker_ids: Mapped[list[Any]]
    asked_at: Mapped[datetime]
    starts: Mapped[int] = mapped_column(server_default="0")
    started_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    progress_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]


class PlanRequest(HasId, Base):
    """Time that somebody was asked for so that a visit gets a place; it counts once its call ended with a yes.

    A window is asked of the client, through the safe way; overtime, a further day of a worker and a worker's checks of
    the firm; `search` is for somebody whom nobody knows yet. Insert only.
    """

    __tablename__ = "plan_request"
    __table_args__ = (
        one_of("kind", ("window", "overtime", "worker", "checks", "search")),
        CheckConstraint("(kind IN ('window', 'search')) = (worker_id IS NULL)", name="whose"),
        CheckConstraint(
            "0 <= opens_minute AND opens_minute < closes_minute AND closes_minute <= 1440", name="minutes"
        ),
        UniqueConstraint("task_id"),
    )
    kind: Mapped[str]
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"), index=True)
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    worker_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("worker.id"), index=True)
    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call_task.id"))
    falls_on: Mapped[date]
    opens_minute: Mapped[int]
    closes_minute: Mapped[int]
    asked_at: Mapped[datetime]
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
