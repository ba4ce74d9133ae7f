"""Tells those who wait for each other about a variation: the office that one was asked, the worker that it is decided."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.steps.actor import Actor
from worksorders.steps.site.openings import is_any_insecure
from worksorders.steps.tell.api import alert_duty, notify_user
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.variations import Variation


def tell_office(
    session: Session, actor: Actor, order: WorksOrder, variation: Variation, now: datetime
) -> None:
    """Somebody is on site and waits: whoever issued the order is told, and duty called where the home is insecure."""
    if order.issued_by is not None:
        notify_user(
            session, order.issued_by, "task", now, urgent=True, dedupe_key=f"variation:{variation.id}"
        )
    if variation.urgent or is_any_insecure(session, variation.visit_id):
        alert_duty(
            session,
            "other",
            order.id,
            variation.visit_id,
            now,
            actor=actor,
            dedupe_key=f"variation:{variation.id}",
        )


def tell_worker(session: Session, order: WorksOrder, variation: Variation, now: datetime) -> None:
    """The answer is there to be read, unless the firm must never learn of the case any more."""
    notify_user(
        session,
        variation.asked_by,
        "worker_update",
        now,
        urgent=True,
        case_id=order.case_id,
        dedupe_key=f"variation_decided:{variation.id}",
    )
