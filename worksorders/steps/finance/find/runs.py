"""Pay runs as pages show them: the list, and one run with its payments, people and files."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from worksorders.domain.finance.facts.identifiers import mask_account
from worksorders.gateways.payfiles import remittance_text
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.clear import require_finance
from worksorders.steps.finance.payout.runs import load_run
from worksorders.steps.lists.part import SIZE, Part, cut, place_in
from worksorders.store.tables.firms.contractors import BankAccount
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.finance import Invoice, InvoiceException
from worksorders.store.tables.money.payouts import (
    PaymentReturn,
    PayRun,
    PayRunFile,
    PayRunItem,
)


@dataclass(frozen=True, slots=True)
class PaymentView:
    """What one firm is paid in a run; `returned` is set once the bank sent it back."""

    firm_id: uuid.UUID
    firm: str
    account: str
    reference: str
    amount_cents: int
    items: tuple[PayRunItem, ...]
    ended: str | None
    returned: PaymentReturn | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run; `involved` had a part in one of its documents or accounts and may not approve it."""

    run: PayRun
    payments: tuple[PaymentView, ...]
    files: tuple[PayRunFile, ...]
    names: dict[uuid.UUID, str]
    involved: frozenset[uuid.UUID]

    def name(self, user_id: uuid.UUID | None) -> str:
        return self.names.get(user_id, "") if user_id else ""


def find_runs(session: Session, page: int = 1, size: int = SIZE) -> Part[PayRun]:
    """A page of the runs, those that wait for a second person first, then the latest."""
    listed = select(PayRun).order_by(
        (PayRun.state == "prepared").desc(), PayRun.prepared_at.desc(), PayRun.id
    )
    place = place_in(session, listed, page, size)
    return place.of(session.scalars(cut(listed, place)))


def find_run(session: Session, actor: Actor, run_id: uuid.UUID) -> RunPage:
    """One run; raises NotFoundError."""
    require_finance(actor)
    run = load_run(session, run_id)
    returns = {
        row.firm_id: row
        for row in session.scalars(select(PaymentReturn).where(PaymentReturn.run_id == run.id))
    }
    by_firm: dict[uuid.UUID, list[PayRunItem]] = {}
    for item in run.items:
        by_firm.setdefault(item.firm_id, []).append(item)
    payments = tuple(
        PaymentView(
            firm_id,
            items[0].firm_name,
            mask_account(items[0].account_number),
            items[0].reference,
            sum(item.amount_cents for item in items),
            tuple(items),
            items[0].ended,
            returns.get(firm_id),
        )
        for firm_id, items in sorted(by_firm.items(), key=lambda pair: (pair[1][0].firm_name, pair[0]))
    )
    files = session.scalars(
        select(PayRunFile)
        .where(PayRunFile.run_id == run.id)
        .options(defer(PayRunFile.content))
        .order_by(PayRunFile.kind, PayRunFile.position)
    ).all()
    people = {run.prepared_by, run.approved_by, run.cancelled_by} | {
        row.recorded_by for row in returns.values()
    }
    names = session.execute(
        select(AppUser.id, AppUser.display_name).where(AppUser.id.in_({one for one in people if one}))
    )
    involved = _involved(session, run) if run.state == "prepared" else frozenset()
    return RunPage(run, payments, tuple(files), dict(names.all()), involved)


def _involved(session: Session, run: PayRun) -> frozenset[uuid.UUID]:
    """Who entered or approved a document of the run, released something of it, or entered or verified an account."""
    invoices = {item.invoice_id for item in run.items}
    pairs = [
        *session.execute(select(Invoice.received_by, Invoice.approved_by).where(Invoice.id.in_(invoices))),
        *session.execute(
            select(InvoiceException.released_by, InvoiceException.released_by).where(
                InvoiceException.invoice_id.in_(invoices), InvoiceException.state == "released"
            )
        ),
        *session.execute(
            select(BankAccount.entered_by, BankAccount.verified_by).where(
                BankAccount.id.in_({item.account_id for item in run.items})
            )
        ),
    ]
    return frozenset(one for pair in pairs for one in pair if one is not None)


def own_payments(session: Session, actor: Actor) -> Sequence[tuple[PayRun, tuple[PayRunItem, ...]]]:
    """The payments of the firm's own invoices, the newest first: codes, numbers and amounts only."""
    rows = session.execute(
        select(PayRun, PayRunItem)
        .join(PayRunItem, PayRunItem.run_id == PayRun.id)
        .where(PayRunItem.firm_id == actor.require_firm(), PayRun.state == "approved")
        .order_by(PayRun.pay_on.desc(), PayRun.code, PayRunItem.invoice_number)
        .limit(200)
    ).all()
    runs: dict[uuid.UUID, tuple[PayRun, list[PayRunItem]]] = {}
    for run, item in rows:
        runs.setdefault(run.id, (run, []))[1].append(item)
    return [(run, tuple(items)) for run, items in runs.values()]


def own_remittance(session: Session, actor: Actor, run_id: uuid.UUID) -> tuple[str, str]:
    """The run's code and what it paid the actor's firm, as plain text; NotFoundError for a run that paid it nothing."""
    paid = next(((run, items) for run, items in own_payments(session, actor) if run.id == run_id), None)
    if paid is None:
        raise NotFoundError("There is no such payment.")
    run, items = paid
    rows = [
        (f"{item.invoice_number}{', retention' if item.part == 'retention' else ''}", item.amount_cents)
        for item in items
    ]
    first = items[0]
    return run.code, remittance_text(
        rows, reference=first.reference, account=first.account_number, pay_on=run.pay_on
    )
