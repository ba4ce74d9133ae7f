"""Pay runs: prepared and frozen by one person, computed again and approved by another, or cancelled."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.domain.errors import Faults, NotPermittedError, RefusedError
from worksorders.domain.finance import payment as rules
from worksorders.domain.local_time import local_day
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.clear import SHORTEST_REASON, require_finance
from worksorders.steps.finance.gather import order_ids_of
from worksorders.steps.finance.keeping import releases
from worksorders.steps.finance.match import load_invoice, lock_orders
from worksorders.steps.finance.pay import mark_paid
from worksorders.steps.finance.payout.credits import open_credits, with_credits
from worksorders.steps.finance.payout.files import make_files
from worksorders.steps.finance.payout.freeze import freeze, set_references
from worksorders.steps.finance.payout.gate import (
    INVOICE,
    Wanted,
    as_items,
    payable_now,
    read_wanted,
)
from worksorders.steps.finance.payout.payer import payer_to_use
from worksorders.steps.tell.messages import notify_firm
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.payouts import PayRun, PayRunItem

SECOND_PERSON = frozenset({"approval", "two people"})


def prepare(session: Session, actor: Actor, chosen: Iterable[str], *, pay_on: date, now: datetime) -> PayRun:
    """Freeze approved documents (`<invoice id>/invoice`) and released retention (`…/retention`) into a run.

    Every approved credit note of a firm goes with what it is paid. Where its credits come to more, all of that firm
    stays out of the run and waits for a later one.

    FaultsError at `chosen` or `pay_on` names everything that speaks against it; RefusedError without a verified
    account to pay from.
    """
    require_finance(actor)
    payer = payer_to_use(session)
    if payer is None:
        raise RefusedError(
            "There is no verified account to pay from: enter it, and have another person verify it.",
            state="none",
            action="prepare",
        )
    wanted = with_credits(session, _read(chosen))
    _lock(session, wanted)
    found = [(one, *payable_now(session, one, now)) for one in wanted]
    run_id, code = uuid.uuid4(), new_code("K", secrets.token_bytes(LEAST_BYTES))
    faults = Faults()
    rows = [
        row
        for one, invoice, payable in found
        if (row := freeze(session, run_id, code, one, invoice, payable, faults)) is not None
    ]
    rows = _without_carried(rows, faults)
    set_references(rows, code)
    items = as_items(rows)
    frozen = rules.run_hash(items, pay_on)
    checked = rules.PayRun(code, pay_on, items, str(actor.user_id), frozen_hash=frozen)
    for fault in rules.check_run(
        checked, {payable.invoice_id: payable for _, _, payable in found}, local_day(now)
    ):
        if fault.code not in SECOND_PERSON and not (fault.code == "empty" and faults):
            faults.add("pay_on" if fault.code == "date" else "chosen", _words(fault, found))
    faults.raise_if_any()
    run = PayRun(
        id=run_id,
        code=code,
        state="prepared",
        pay_on=pay_on,
        payer_id=payer.id,
        total_cents=sum(item.amount_cents for item in items),
        frozen_hash=frozen,
        prepared_at=now,
        prepared_by=actor.user_id,
    )
    session.add(run)
    session.flush()
    session.add_all(rows)
    session.flush()
    audit.record(
        session,
        actor,
        "pay_run.prepared",
        ("pay_run", run.id),
        moved=(None, "prepared"),
        detail={"code": code, "total_cents": run.total_cents, "items": len(rows), "hash": frozen},
    )
    return load_run(session, run.id)


def _without_carried(rows: Sequence[PayRunItem], faults: Faults) -> list[PayRunItem]:
    """The rows of firms that are owed something or nothing; a fault where the run would have no others."""
    waiting = rules.carried_on(as_items(rows))
    kept = [row for row in rows if str(row.firm_id) not in waiting]
    if rows and not kept:
        firms = ", ".join(sorted({row.firm_name for row in rows}))
        faults.add(
            "chosen",
            f"The credit notes of {firms} come to more than what is owed: they wait for more invoices of that firm.",
        )
    return kept


def _read(chosen: Iterable[str]) -> tuple[Wanted, ...]:
    faults = Faults()
    try:
        wanted = read_wanted(chosen)
    except ValueError as error:
        wanted = ()
        faults.add("chosen", f"“{str(error)[:60]}” is nothing that can be paid: choose from the list.")
    else:
        faults.require(wanted, "chosen", "Choose at least one invoice.")
    faults.raise_if_any()
    return wanted


def _lock(session: Session, wanted: Sequence[Wanted]) -> None:
    orders = {
        order
        for invoice_id in {one.invoice_id for one in wanted}
        for order in order_ids_of(session, load_invoice(session, invoice_id))
    }
    lock_orders(session, sorted(orders))


def _words(fault: rules.RunFault, found: Sequence[tuple[Wanted, Invoice, rules.PayableNow]]) -> str:
    numbers = {one.key: invoice.number for one, invoice, _ in found}
    number = numbers.get(fault.invoice_id)
    return f"Invoice {number}: {fault.message}" if number else fault.message


def approve(session: Session, actor: Actor, run_id: uuid.UUID, now: datetime) -> bool:
    """Compute everything again and pay it; False where it was approved before.

    NotPermittedError for the preparer and for whoever had a part in a document or an account; RefusedError names
    every other reason, and nothing is paid then.
    """
    require_finance(actor)
    run = lock_run(session, run_id)
    if run.state == "approved":
        return False
    _require_prepared(run, "approve")
    if run.prepared_by == actor.user_id:
        raise NotPermittedError("You prepared this run: another person approves it.")
    wanted = tuple(sorted((Wanted(row.invoice_id, row.part) for row in run.items), key=lambda one: one.key))
    _lock(session, wanted)
    found = [(one, *payable_now(session, one, now)) for one in wanted]
    checked = rules.PayRun(
        run.code,
        run.pay_on,
        as_items(run.items),
        str(run.prepared_by),
        str(actor.user_id),
        run.frozen_hash,
    )
    faults = rules.check_run(
        checked, {payable.invoice_id: payable for _, _, payable in found}, local_day(now)
    )
    _refuse(faults, run, found)
    _refuse_new_credits(session, run)
    _pay(session, actor, run, found, now)
    run.state, run.approved_at, run.approved_by = "approved", now, actor.user_id
    session.flush()
    files = make_files(session, run, now)
    audit.record(
        session,
        actor,
        "pay_run.approved",
        ("pay_run", run.id),
        moved=("prepared", "approved"),
        detail={"code": run.code, "total_cents": run.total_cents, "files": [one.sha256 for one in files]},
    )
    for firm_id in sorted({row.firm_id for row in run.items}):
        notify_firm(session, firm_id, "firm_update", now, dedupe_key=f"pay_run:{run.id}:{firm_id}")
    session.flush()
    return True


def _pay(
    session: Session,
    actor: Actor,
    run: PayRun,
    found: Sequence[tuple[Wanted, Invoice, rules.PayableNow]],
    now: datetime,
) -> None:
    accounts = {row.firm_id: row.account_id for row in run.items}
    for one, invoice, payable in found:
        if one.part == INVOICE:
            mark_paid(session, actor, invoice, accounts[invoice.firm_id], now)
        else:
            releases.pay_released(session, actor, invoice, payable.amount_cents, run.code, now)


def _refuse(
    faults: Sequence[rules.RunFault],
    run: PayRun,
    found: Sequence[tuple[Wanted, Invoice, rules.PayableNow]],
) -> None:
    if not faults:
        return
    words = " ".join(dict.fromkeys(_words(fault, found) for fault in faults))
    if all(fault.code in SECOND_PERSON for fault in faults):
        raise NotPermittedError(words)
    raise RefusedError(f"Nothing of run {run.code} was paid. {words}", state=run.state, action="approve")


def _refuse_new_credits(session: Session, run: PayRun) -> None:
    """A credit note that was approved after the run was frozen is set off before anything is paid."""
    found = [number for _, number in open_credits(session, {row.firm_id for row in run.items})]
    if found:
        raise RefusedError(
            f"Nothing of run {run.code} was paid. Credit note {', '.join(found)} was approved since: "
            "cancel the run and prepare it again.",
            state=run.state,
            action="approve",
        )


def cancel(session: Session, actor: Actor, run_id: uuid.UUID, *, reason: str, now: datetime) -> PayRun:
    """Give a prepared run up: its documents may go into another one. FaultsError at `reason`."""
    require_finance(actor)
    run = lock_run(session, run_id)
    _require_prepared(run, "cancel")
    faults = Faults()
    faults.require(len(reason.strip()) >= SHORTEST_REASON, "reason", "Say why the run is cancelled.")
    faults.raise_if_any()
    run.state, run.cancelled_at, run.cancelled_by = "cancelled", now, actor.user_id
    run.cancel_reason = reason.strip()
    for row in run.items:
        row.ended, row.ended_at = "cancelled", now
    session.flush()
    audit.record(
        session,
        actor,
        "pay_run.cancelled",
        ("pay_run", run.id),
        moved=("prepared", "cancelled"),
        reason=reason.strip(),
    )
    return run


def _require_prepared(run: PayRun, action: str) -> None:
    if run.state != "prepared":
        raise RefusedError(
            f"Run {run.code} is {run.state} already: nothing was changed.", state=run.state, action=action
        )


def lock_run(session: Session, run_id: uuid.UUID) -> PayRun:
    """The run as it is now, locked; raises NotFoundError."""
    session.execute(select(PayRun.id).where(PayRun.id == run_id).with_for_update()).all()
    return load_run(session, run_id)


def load_run(session: Session, run_id: uuid.UUID) -> PayRun:
    """A run with its items and payer; raises NotFoundError."""
    run = session.scalar(
        select(PayRun)
        .where(PayRun.id == run_id)
        .options(selectinload(PayRun.items), selectinload(PayRun.payer))
        .execution_options(populate_existing=True)
    )
    if run is None:
        raise NotFoundError("There is no such pay run.")
    return run
