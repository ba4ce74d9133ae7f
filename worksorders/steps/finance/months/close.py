"""Closes a month, so that the database refuses every posting into it, and opens it again by two people."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, NotPermittedError, RefusedError
from worksorders.domain.finance.months import Month, month_of
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.clear import SHORTEST_REASON, require_finance
from worksorders.steps.finance.contract import lock_contracts
from worksorders.steps.finance.months.accruals import accrue
from worksorders.steps.finance.months.checklist import checklist, period_of
from worksorders.steps.finance.months.find import balances_at, within
from worksorders.store.tables.money.books import AccountingPeriod
from worksorders.store.tables.money.finance import FundingContract, LedgerEntry


def close(session: Session, actor: Actor, month: Month, now: datetime) -> AccountingPeriod:
    """Accrue what is done and not accepted, reverse it on the next day, and lock the month.

    RefusedError names what blocks it, or that it is closed. Every contract is locked first, so that no posting is
    under way.
    """
    require_finance(actor)
    lock_contracts(session, session.scalars(select(FundingContract.id)).all())
    period = period_of(session, month)
    if period is not None and period.state != "open":
        raise RefusedError(f"{month.name} is closed already.", state=period.state, action="close")
    blocking = [check for check in checklist(session, month, now) if check.blocks]
    if blocking:
        words = " ".join(f"{check.what}: {check.words}" for check in blocking)
        raise RefusedError(f"{month.name} cannot be closed yet. {words}", state="open", action="close")
    closing = period.closings + 1 if period else 1
    accrued = accrue(session, actor, month, closing)
    session.flush()
    figures = _figures(session, month, accrued)
    if period is None:
        period = AccountingPeriod(
            id=uuid.uuid4(), starts_on=month.starts_on, ends_on=month.ends_on, closings=1
        )
        session.add(period)
    period.state, period.closings, period.figures = "closed", closing, figures
    period.closed_at, period.closed_by = now, actor.user_id
    period.reopen_reason = period.reopen_asked_at = period.reopen_asked_by = None
    period.reopened_at = period.reopened_by = None
    session.flush()
    audit.record(
        session,
        actor,
        "month.closed",
        ("accounting_period", period.id),
        moved=("open", "closed"),
        detail={"month": month.key, "closing": closing, **figures},
    )
    return period


def _figures(session: Session, month: Month, accrued_cents: int) -> dict[str, Any]:
    """Balances at the end, the sum accrued, and a digest of the month's postings, to be compared later."""
    balances = {account.value: cents for account, cents in balances_at(session, month).items()}
    return {"balances": balances, "accrued_cents": accrued_cents, "digest": digest_of(session, month)}


def digest_of(session: Session, month: Month) -> str:
    """SHA-256 over every posting of a month in a fixed order."""
    digest = hashlib.sha256()
    rows = session.execute(
        select(LedgerEntry.event_key, LedgerEntry.account, LedgerEntry.amount_cents)
        .where(within(month))
        .order_by(LedgerEntry.event_key.collate("C"), LedgerEntry.account.collate("C"))
    )
    for key, account, cents in rows:
        digest.update(f"{key}|{account}|{cents}\n".encode())
    return digest.hexdigest()


def ask_to_reopen(
    session: Session, actor: Actor, month: Month, *, reason: str, now: datetime
) -> AccountingPeriod:
    """Ask that the latest closed month be opened again; another person agrees. FaultsError at `reason`."""
    require_finance(actor)
    period = _lock(session, month)
    _require(period, "closed", "ask_to_reopen", f"{month.name} is not closed, or it was asked for already.")
    latest = session.scalar(
        select(func.max(AccountingPeriod.starts_on)).where(AccountingPeriod.state != "open")
    )
    if latest is not None and latest > month.starts_on:
        raise RefusedError(
            f"{month_of(latest).name} is closed too: only the latest closed month is opened again.",
            state=period.state,
            action="ask_to_reopen",
        )
    faults = Faults()
    faults.require(len(reason.strip()) >= SHORTEST_REASON, "reason", "Say what has to be put right in it.")
    faults.raise_if_any()
    period.state, period.reopen_reason = "reopening", reason.strip()
    period.reopen_asked_at, period.reopen_asked_by = now, actor.user_id
    session.flush()
    _note(session, actor, period, "month.reopening_asked", ("closed", "reopening"), reason.strip())
    return period


def agree_to_reopen(session: Session, actor: Actor, month: Month, now: datetime) -> AccountingPeriod:
    """The second person opens the month; NotPermittedError for the one who asked."""
    require_finance(actor)
    period = _lock(session, month)
    _require(period, "reopening", "agree_to_reopen", f"Nobody asked to open {month.name} again.")
    if period.reopen_asked_by == actor.user_id:
        raise NotPermittedError(f"You asked to open {month.name} again: another person agrees.")
    period.state, period.reopened_at, period.reopened_by = "open", now, actor.user_id
    session.flush()
    _note(session, actor, period, "month.reopened", ("reopening", "open"), period.reopen_reason)
    return period


def keep_closed(session: Session, actor: Actor, month: Month) -> AccountingPeriod:
    """Anybody of finance lets it stay closed."""
    require_finance(actor)
    period = _lock(session, month)
    _require(period, "reopening", "keep_closed", f"Nobody asked to open {month.name} again.")
    period.state = "closed"
    period.reopen_asked_at = period.reopen_asked_by = period.reopen_reason = None
    session.flush()
    _note(session, actor, period, "month.kept_closed", ("reopening", "closed"), None)
    return period


def _lock(session: Session, month: Month) -> AccountingPeriod:
    period = session.scalar(
        select(AccountingPeriod)
        .where(AccountingPeriod.starts_on == month.starts_on)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if period is None:
        raise NotFoundError("This month was never closed.")
    return period


def _require(period: AccountingPeriod, state: str, action: str, message: str) -> None:
    if period.state != state:
        raise RefusedError(message, state=period.state, action=action)


def _note(
    session: Session,
    actor: Actor,
    period: AccountingPeriod,
    action: str,
    moved: tuple[str, str],
    reason: str | None,
) -> None:
    audit.record(session, actor, action, ("accounting_period", period.id), moved=moved, reason=reason)
