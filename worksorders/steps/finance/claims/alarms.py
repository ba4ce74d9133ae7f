"""Rings the alarms of payment claims that nobody has answered: after 10, 15 and 18 of 20 working days, and at the end."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.finance.clocks import CLAIM_ALARMS, CLAIM_DAYS
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.duty.alerts import alert_duty
from worksorders.steps.finance.claims.find import clock_of, unanswered
from worksorders.steps.tell.messages import notify_users
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.payouts import ClaimWarning

STEPS = (*CLAIM_ALARMS, CLAIM_DAYS)
DUTY_FROM = CLAIM_ALARMS[-1]


def ring(session: Session, now: datetime) -> int:
    """Tell finance of every step that a claim has reached, each step once; gives how many are new.

    From the last alarm on the person on duty is called too.
    """
    today = local_day(now)
    rung = 0
    for invoice, scheduled_at in unanswered(session):
        clock, answered = clock_of(invoice, scheduled_at, today)
        reached = [step for step in STEPS if clock.days_gone >= step]
        if answered or not reached:
            continue
        if _note(session, invoice.id, reached, now):
            rung += 1
            step = reached[-1]
            audit.record(
                session, None, "invoice.claim_alarm", ("invoice", invoice.id), detail={"working_days": step}
            )
            if step >= DUTY_FROM:
                key = f"claim:{invoice.id}:{step}"
                alert_duty(session, "claim", invoice.order_id, None, now, dedupe_key=key)
    if rung:
        notify_users(session, _finance(session), "task", now)
    return rung


def _note(session: Session, invoice_id: uuid.UUID, reached: list[int], now: datetime) -> bool:
    """Keep the steps reached; True where the newest of them was not known."""
    new = session.scalars(
        insert(ClaimWarning)
        .values([{"invoice_id": invoice_id, "working_days": step, "rung_at": now} for step in reached])
        .on_conflict_do_nothing()
        .returning(ClaimWarning.working_days)
    ).all()
    return reached[-1] in new


def _finance(session: Session) -> list[uuid.UUID]:
    return list(
        session.scalars(
            select(AppUser.id)
            .where(AppUser.role == Role.FINANCE.value, AppUser.disabled_at.is_(None))
            .order_by(AppUser.sign_in_name, AppUser.id)
        )
    )
