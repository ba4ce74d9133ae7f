"""Lets retention go once its day has come, or uses it after due notice (Construction Contracts Act 2002)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, NotPermittedError, RefusedError
from worksorders.domain.finance import ledger as rules
from worksorders.domain.finance.facts import MatchSettings
from worksorders.domain.finance.ledger import Account, At, Entry, Event
from worksorders.domain.local_time import local_day
from worksorders.domain.money import format_cents, spread_cents
from worksorders.domain.workdays import Calendar, add_working_days
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.finance.clear import SHORTEST_REASON, require_finance
from worksorders.steps.finance.keeping.find import NOTICE, RELEASED, USED, moves_of, retention_facts
from worksorders.steps.finance.match import lock_invoice
from worksorders.steps.finance.payout.count import returns_of
from worksorders.steps.finance.posting import Where, post
from worksorders.store.tables.money.finance import Invoice, LedgerEntry
from worksorders.store.tables.money.payouts import RetentionMove

Mover = Callable[[At, int], Entry]


def _left(session: Session, invoice: Invoice, action: str) -> int:
    facts = retention_facts(session, invoice.id)
    left = facts.withheld_cents - facts.released_cents - facts.used_cents
    if invoice.state != "paid" or left <= 0:
        raise RefusedError(
            f"Nothing is kept back of invoice {invoice.number}, or it is not paid yet.",
            state=invoice.state,
            action=action,
        )
    return left


def release(session: Session, actor: Actor, invoice_id: uuid.UUID, now: datetime) -> int:
    """Let go of all that is left, so that a run may pay it; gives the cents.

    NotPermittedError before its day (T03), RefusedError where nothing is left.
    """
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    cents = _left(session, invoice, "release")
    facts, today = retention_facts(session, invoice_id), local_day(now)
    if facts.releasable_on is None or today < facts.releasable_on:
        day = facts.releasable_on
        raise NotPermittedError(
            f"Retention of invoice {invoice.number} is released on {day.day} {day:%B %Y}, not before."
            if day
            else f"No day is agreed on which the retention of invoice {invoice.number} is released."
        )
    number = len(moves_of(session, invoice_id))
    _record(session, actor, invoice, RELEASED, cents, "", now)
    _post_shares(
        session, actor, invoice, rules.release_retention, Event.RETENTION_RELEASED, cents, number, now
    )
    return cents


def give_notice(session: Session, actor: Actor, invoice_id: uuid.UUID, *, reason: str, now: datetime) -> None:
    """Record that the contractor was told what the retention will be used for; FaultsError at `reason`."""
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    _left(session, invoice, "notice")
    _require_reason(reason, "Say what was not done or is defective, as the notice says.")
    _record(session, actor, invoice, NOTICE, 0, reason.strip(), now)


def use(
    session: Session, actor: Actor, invoice_id: uuid.UUID, *, cents: int, reason: str, now: datetime
) -> None:
    """Use retention for what the contractor left undone, once the notice has run (T04).

    FaultsError at `amount` or `reason`; NotPermittedError without notice or before it has run.
    """
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    left = _left(session, invoice, "use")
    faults = Faults()
    faults.require(0 < cents <= left, "amount", f"Between $0.01 and {format_cents(left)} can be used.")
    faults.require(len(reason.strip()) >= SHORTEST_REASON, "reason", "Say what it was used for.")
    faults.raise_if_any()
    notice_on, days = (
        retention_facts(session, invoice_id).notice_given_on,
        MatchSettings().retention_notice_working_days,
    )
    if notice_on is None or add_working_days(notice_on, days, Calendar.CONSTRUCTION_CONTRACTS) > local_day(
        now
    ):
        raise NotPermittedError(
            f"The contractor needs {days} working days' notice before retention is used: record the notice first."
        )
    number = len(moves_of(session, invoice_id))
    _record(session, actor, invoice, USED, cents, reason.strip(), now)
    _post_shares(session, actor, invoice, rules.use_retention, Event.RETENTION_USED, cents, number, now)


def _require_reason(reason: str, message: str) -> None:
    faults = Faults()
    faults.require(len(reason.strip()) >= SHORTEST_REASON, "reason", message)
    faults.raise_if_any()


def pay_released(
    session: Session, actor: Actor, invoice: Invoice, cents: int, run_code: str, now: datetime
) -> None:
    """Post the payment of released retention, as a run that was approved pays it."""
    again = returns_of(session, invoice.id, "retention")
    balances = _balances(session, invoice, Account.INVOICED)
    rows = [(key, held) for key, held in balances if held > 0]
    shares = spread_cents(cents, [held for _, held in rows]) if rows else ()
    for (where, _), share in zip(rows, shares, strict=True):
        key = f"{Event.PAID.value}:retention:{where.line_id}:{run_code}:{again}"
        at = At(key, local_day(now), str(where.year_id), "", str(where.line_id), str(invoice.id))
        post(session, rules.pay(at, share), where, actor, now)
    audit.record(
        session, actor, "retention.paid", ("invoice", invoice.id), detail={"cents": cents, "run": run_code}
    )


def _record(
    session: Session, actor: Actor, invoice: Invoice, kind: str, cents: int, words: str, now: datetime
) -> None:
    session.add(
        RetentionMove(
            id=uuid.uuid4(),
            invoice_id=invoice.id,
            kind=kind,
            cents=cents,
            moved_on=local_day(now),
            reference=words,
            recorded_at=now,
            recorded_by=actor.user_id,
        )
    )
    session.flush()
    audit.record(
        session,
        actor,
        f"retention.{kind}",
        ("invoice", invoice.id),
        reason=words or None,
        detail={"cents": cents},
    )


def _post_shares(
    session: Session,
    actor: Actor,
    invoice: Invoice,
    move: Mover,
    event: Event,
    cents: int,
    number: int,
    now: datetime,
) -> None:
    rows = [(where, held) for where, held in _balances(session, invoice, Account.RETENTION) if held > 0]
    shares = spread_cents(cents, [held for _, held in rows]) if rows else ()
    for (where, _), share in zip(rows, shares, strict=True):
        key = f"{event.value}:{invoice.id}:{where.line_id}:{number}"
        at = At(key, local_day(now), str(where.year_id), "", str(where.line_id), str(invoice.id))
        post(session, move(at, share), where, actor, now)


def _balances(session: Session, invoice: Invoice, account: Account) -> list[tuple[Where, int]]:
    rows = session.execute(
        select(
            LedgerEntry.contract_year_id,
            LedgerEntry.order_id,
            LedgerEntry.line_id,
            func.sum(LedgerEntry.amount_cents),
        )
        .where(LedgerEntry.invoice_id == invoice.id, LedgerEntry.account == account.value)
        .group_by(LedgerEntry.contract_year_id, LedgerEntry.order_id, LedgerEntry.line_id)
        .order_by(LedgerEntry.line_id)
    )
    return [
        (Where(year_id, order_id, line_id, invoice.id), int(cents))
        for year_id, order_id, line_id, cents in rows
    ]
