"""Matches one invoice against order, accepted work and contract, and keeps what the rules decide."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from worksorders.domain.finance.codes import Severity
from worksorders.domain.finance.decision import Decision, Verdict, decide
from worksorders.domain.finance.exceptions import Release
from worksorders.domain.finance.reconcile import Match, reconcile
from worksorders.domain.local_time import local_day
from worksorders.steps import audit, jobs, outbox
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance import ledger
from worksorders.steps.finance.contract import lock_contracts
from worksorders.steps.finance.gather import gather, invoice_facts, order_ids_of
from worksorders.steps.finance.store_match import post_lines, store_decision, store_exceptions
from worksorders.steps.people.firms import TAX_CHANGED
from worksorders.store.tables.money.finance import ContractYear, Invoice, InvoiceLine
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

MATCH = "invoice.match"
OPEN = ("received", "matched", "exceptions")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A match with its decision."""

    invoice: Invoice
    match: Match
    decision: Decision

    @property
    def is_clean(self) -> bool:
        """Every cent is accepted, or all that stood against it is released and the rest is what no release may pay."""
        stopping = [
            one
            for one in self.decision.exceptions
            if one.severity is not Severity.WARN and one.key not in self.decision.released and one.stops != ()
        ]
        paid = (
            self.decision.payable_cents < 0
            if self.match.case.invoice.is_credit
            else self.decision.payable_cents > 0
        )
        return self.decision.verdict is Verdict.ACCEPTED or (not stopping and paid)


def lock_invoice(session: Session, invoice_id: uuid.UUID) -> Invoice:
    """The invoice as it is now; its orders, their contracts and itself are locked, in this order.

    The locks stop no reader and no new row that refers to them. Raises NotFoundError.
    """
    invoice = load_invoice(session, invoice_id)
    orders = order_ids_of(session, invoice)
    lock_orders(session, orders)
    lines = session.scalars(select(WorksLine.id).where(WorksLine.order_id.in_(orders))).all()
    years = set(ledger.years_of_lines(session, lines).values())
    contracts = session.scalars(select(ContractYear.contract_id).where(ContractYear.id.in_(years))).all()
    lock_contracts(session, set(contracts))
    session.execute(select(Invoice.id).where(Invoice.id == invoice_id).with_for_update(key_share=True)).all()
    return load_invoice(session, invoice_id)


def lock_orders(session: Session, order_ids: list[uuid.UUID]) -> None:
    """Lock orders in the order of their ids."""
    session.execute(
        select(WorksOrder.id)
        .where(WorksOrder.id.in_(order_ids))
        .order_by(WorksOrder.id)
        .with_for_update(key_share=True)
    ).all()


def load_invoice(session: Session, invoice_id: uuid.UUID) -> Invoice:
    """An invoice with lines, decisions, exceptions and firm; raises NotFoundError."""
    invoice = session.scalar(
        select(Invoice)
        .where(Invoice.id == invoice_id)
        .options(
            selectinload(Invoice.lines).selectinload(InvoiceLine.decision),
            selectinload(Invoice.exceptions),
            selectinload(Invoice.firm),
        )
        .execution_options(populate_existing=True)
    )
    if invoice is None:
        raise NotFoundError("There is no such invoice.")
    return invoice


def compute(session: Session, invoice: Invoice, now: datetime, *, approver: str = "") -> Outcome:
    """Match and decide without keeping anything; `approver` is the person who would approve the payment."""
    today = local_day(now)
    match = reconcile(invoice_facts(invoice), gather(session, invoice, today, approver=approver))
    return Outcome(invoice, match, decide(match, releases_of(invoice)))


def releases_of(invoice: Invoice) -> list[Release]:
    """The releases recorded on the standing exceptions."""
    return [
        Release(
            row.exception_key,
            str(row.released_by),
            row.release_reason or "",
            local_day(row.released_at),
            row.release_expires_on,
            abs(row.difference_cents or 0),
        )
        for row in invoice.exceptions
        if row.state == "released" and row.released_at and row.release_expires_on
    ]


def match_invoice(session: Session, actor: Actor | None, invoice_id: uuid.UUID, now: datetime) -> Outcome:
    """Match an open invoice again and keep the outcome; one that is approved, paid or rejected stays as it is.

    Sets `matched` when nothing stands against it, else `exceptions`; the accepted part is in the ledger either way.
    """
    invoice = lock_invoice(session, invoice_id)
    if invoice.state in OPEN:
        ledger.settle_orders(session, actor, order_ids_of(session, invoice), now)
    outcome = compute(session, invoice, now)
    if invoice.state in OPEN:
        keep(session, actor, outcome, now)
    return outcome


def keep(session: Session, actor: Actor | None, outcome: Outcome, now: datetime) -> None:
    """Store exceptions and decision, post what changed, and move the invoice."""
    invoice, before = outcome.invoice, outcome.invoice.state
    changed = store_exceptions(session, outcome.decision, invoice, now)
    store_decision(session, outcome.match, outcome.decision, invoice)
    post_lines(session, actor, outcome.match, outcome.decision, invoice, now)
    invoice.state = "matched" if outcome.is_clean else "exceptions"
    if changed or before != invoice.state:
        invoice.matched_at = now
        audit.record(
            session,
            actor,
            "invoice.matched",
            ("invoice", invoice.id),
            moved=(before, invoice.state),
            detail={"codes": list(outcome.match.codes()), "payable_cents": invoice.payable_cents},
        )
    session.flush()


def ask_for_match(session: Session, invoice_id: uuid.UUID, *, at: datetime | None = None) -> None:
    """Have an invoice matched again in the background, now or at an instant."""
    outbox.send(session, MATCH, {"invoice_id": str(invoice_id)}, at=at)


def rematch_orders(session: Session, order_ids: list[uuid.UUID]) -> None:
    """Have every open invoice of these orders matched again, since something of them changed."""
    codes = select(WorksOrder.code).where(WorksOrder.id.in_(order_ids))
    lines = select(WorksLine.id).where(WorksLine.order_id.in_(order_ids))
    named = select(InvoiceLine.invoice_id).where(
        InvoiceLine.order_code.in_(codes) | InvoiceLine.line_id.in_(lines)
    )
    waiting = select(Invoice.id).where(Invoice.state.in_(OPEN), Invoice.id.in_(named)).order_by(Invoice.id)
    for invoice_id in session.scalars(waiting).all():
        ask_for_match(session, invoice_id)


@jobs.handles(TAX_CHANGED)
def _match_of_firm_job(job: jobs.Job) -> jobs.Effect:
    firm_id = uuid.UUID(job.payload["firm_id"])

    def effect(session: Session, _: datetime) -> None:
        waiting = select(Invoice.id).where(Invoice.state.in_(OPEN), Invoice.firm_id == firm_id)
        for invoice_id in session.scalars(waiting.order_by(Invoice.id)).all():
            ask_for_match(session, invoice_id)

    return effect


@jobs.handles(MATCH)
def _match_job(job: jobs.Job) -> jobs.Effect:
    invoice_id = uuid.UUID(job.payload["invoice_id"])

    def effect(session: Session, now: datetime) -> None:
        match_invoice(session, None, invoice_id, now)

    return effect
