"""The firm's own invoice, made from accepted lines in one click: it cannot claim what was not accepted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.finance.explain import slice_acceptances
from worksorders.domain.finance.facts import OrderLineFacts
from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.domain.local_time import local_day
from worksorders.domain.money import gst_cents, gst_rate_on, line_cents
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.billing.agreed import is_self_billing
from worksorders.steps.finance.gather.invoice import BUYER
from worksorders.steps.finance.gather.orders import order_facts
from worksorders.steps.finance.match import Outcome, lock_orders, match_invoice
from worksorders.steps.finance.receive import add_invoice, lock_firm
from worksorders.steps.people.bank_accounts import account_to_pay
from worksorders.store.tables.cases import NeverSend
from worksorders.store.tables.contractors import Firm
from worksorders.store.tables.finance import Invoice, InvoiceLine, LineDecision
from worksorders.store.tables.offers import LineAccepted
from worksorders.store.tables.orders import Visit, WorksLine, WorksOrder
from worksorders.store.tables.safety import AbortiveCharge

ZERO = Decimal(0)
SETTLED = ("approved", "paid")
MADE_BY_US = "Your agreement says that we make your invoices: send none, finance makes this one."


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """What may be claimed of one order line now, cents before GST."""

    line_id: uuid.UUID
    number: int
    item_code: str
    description: str
    quantity: Decimal
    unit: str
    rate: Decimal
    amount_cents: int
    acceptance_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """An invoice as it would be made now, with the number that is proposed for it."""

    order_id: uuid.UUID
    order_code: str
    number: str
    lines: tuple[ClaimLine, ...]
    net_cents: int
    gst_cents: int

    @property
    def total_cents(self) -> int:
        return self.net_cents + self.gst_cents


def find_claimable(session: Session, actor: Actor, now: datetime) -> Sequence[Claim]:
    """What the actor's firm may invoice now, by order code."""
    firm = _own_firm(session, actor)
    orders = session.scalars(
        select(WorksLine.order_id)
        .outerjoin(Visit, Visit.id == WorksLine.visit_id)
        .outerjoin(AbortiveCharge, AbortiveCharge.line_id == WorksLine.id)
        .join(WorksOrder, WorksOrder.id == WorksLine.order_id)
        .join(LineAccepted, LineAccepted.line_id == WorksLine.id)
        .where(
            or_(Visit.firm_id == firm.id, AbortiveCharge.firm_id == firm.id),
            WorksOrder.state.not_in(("cancelled", "superseded")),
            may_learn_of(actor),
        )
        .distinct()
    ).all()
    return [claim for claim in claims_of(session, firm, list(orders), now) if claim.lines]


def is_made_by_us(session: Session, actor: Actor, now: datetime) -> bool:
    """Whether we make the invoices of the actor's firm."""
    return is_self_billing(session, _own_firm(session, actor), now)


def find_claim(session: Session, actor: Actor, order_id: uuid.UUID, now: datetime) -> Claim:
    """What the actor's firm may invoice of one order; NotFoundError where it has no accepted work there."""
    firm = _own_firm(session, actor)
    if not _may_learn(session, actor, order_id):
        raise NotFoundError("There is nothing to invoice on this order.")
    for claim in claims_of(session, firm, [order_id], now):
        if claim.lines:
            return claim
    raise NotFoundError("There is nothing to invoice on this order.")


def submit(session: Session, actor: Actor, order_id: uuid.UUID, number: str, now: datetime) -> Outcome:
    """Make the invoice of everything that may be claimed of an order now, and match it at once.

    FaultsError at `number` where it is empty, the firm used it before, or its agreement says that we make its
    invoices; RefusedError where nothing is left to claim.
    """
    firm = _own_firm(session, actor)
    if not _may_learn(session, actor, order_id):
        raise NotFoundError("There is nothing to invoice on this order.")
    lock_firm(session, firm.id)
    lock_orders(session, [order_id])
    claim = next(iter(claims_of(session, firm, [order_id], now)), None)
    if claim is None:
        raise NotFoundError("There is nothing to invoice on this order.")
    if not claim.lines:
        raise RefusedError(
            f"Everything accepted on order {claim.order_code} is invoiced already.",
            state="invoiced",
            action="submit",
        )
    _check_number(session, firm, number, now)
    account = account_to_pay(session, firm.id)
    invoice = add_invoice(
        session,
        actor,
        Invoice(
            id=uuid.uuid4(),
            firm_id=firm.id,
            order_id=order_id,
            number=number.strip(),
            number_normalised=normalise_number(number),
            stated={
                "supplier_name": firm.name,
                "supplier_gst_number": firm.gst_number or "",
                "supplier_nzbn": firm.nzbn or "",
                "bank_account": account.number if account else "",
                "gst_stated": True,
                "buyer_name": BUYER,
                "buyer_contacts": ["email"],
            },
            source="portal",
            issued_on=local_day(now),
            received_at=now,
            received_by=actor.user_id,
            currency="NZD",
            net_cents=claim.net_cents,
            gst_cents=claim.gst_cents,
            total_cents=claim.total_cents,
            state="received",
        ),
    )
    for position, line in enumerate(claim.lines, start=1):
        session.add(
            InvoiceLine(
                id=uuid.uuid4(),
                invoice_id=invoice.id,
                position=position,
                line_id=line.line_id,
                order_code=claim.order_code,
                item_code=line.item_code,
                description=line.description,
                quantity=line.quantity,
                unit=line.unit,
                rate=line.rate,
                amount_cents=line.amount_cents,
                acceptance_ids=list(line.acceptance_ids),
            )
        )
    session.flush()
    return match_invoice(session, actor, invoice.id, now)


def _check_number(session: Session, firm: Firm, number: str, now: datetime) -> None:
    faults = Faults()
    faults.require(not is_self_billing(session, firm, now), "number", MADE_BY_US)
    same = normalise_number(number)
    faults.require(same, "number", "Enter a number for the invoice, with a letter or digit in it.")
    used = session.scalar(
        select(Invoice.number)
        .where(
            Invoice.firm_id == firm.id,
            Invoice.number_normalised == same,
            Invoice.state != "rejected",
        )
        .limit(1)
    )
    if used and same:
        faults.add(
            "number",
            f"You have used the number {used} before, and {number.strip()} looks the same: choose another.",
        )
    faults.raise_if_any()


def may_learn_of(actor: Actor) -> ColumnElement[bool]:
    """The condition for orders whose codes the actor may read: none of a case that this worker must never learn of.

    The firm's office goes on invoicing what the firm did before it was barred.
    """
    if actor.worker_id is None:
        return true()
    barred = select(NeverSend.case_id).where(NeverSend.worker_id == actor.worker_id)
    return WorksOrder.case_id.not_in(barred)


def _may_learn(session: Session, actor: Actor, order_id: uuid.UUID) -> bool:
    known = select(WorksOrder.id).where(WorksOrder.id == order_id, may_learn_of(actor))
    return session.scalar(known) is not None


def _own_firm(session: Session, actor: Actor) -> Firm:
    firm = session.get(Firm, actor.require_firm())
    if firm is None:
        raise NotFoundError("There is no such firm.")
    return firm


def claims_of(session: Session, firm: Firm, order_ids: list[uuid.UUID], now: datetime) -> list[Claim]:
    """What a firm may claim of orders now, by order code; an order of which nothing is left has a claim without lines."""
    orders = order_facts(session, order_ids)
    named = select(WorksOrder.code, WorksOrder.id).where(WorksOrder.id.in_(order_ids))
    ids = dict(session.execute(named).all())
    counts = dict(
        session.execute(
            select(Invoice.order_id, func.max(Invoice.claim_number))
            .where(Invoice.order_id.in_(order_ids))
            .group_by(Invoice.order_id)
        ).all()
    )
    pending = _pending(session, order_ids)
    claims = []
    for code, order in sorted(orders.items()):
        own = [line for line in order.lines if line.supplier_id == str(firm.id) and not order.cancelled]
        if not own:
            continue
        made = [_line(line, pending.get(uuid.UUID(line.line_id), ZERO)) for line in own]
        lines = tuple(line for line in made if line is not None)
        net = sum(line.amount_cents for line in lines)
        gst = gst_cents(net, gst_rate_on(local_day(now))) if firm.gst_number else 0
        number = f"{code}-{(counts.get(ids[code]) or 0) + 1}"
        claims.append(Claim(ids[code], code, number, lines, net, gst))
    return claims


def _pending(session: Session, order_ids: list[uuid.UUID]) -> dict[uuid.UUID, Decimal]:
    """What open invoices claim of each line beyond what is accepted of it: not claimed again before that is decided."""
    bound = func.coalesce(LineDecision.line_id, InvoiceLine.line_id)
    undecided = InvoiceLine.quantity - func.coalesce(LineDecision.accepted_quantity, 0)
    rows = session.execute(
        select(bound, func.sum(undecided))
        .select_from(InvoiceLine)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .outerjoin(LineDecision, LineDecision.invoice_line_id == InvoiceLine.id)
        .join(WorksLine, WorksLine.id == bound)
        .where(
            WorksLine.order_id.in_(order_ids),
            Invoice.kind == "invoice",
            Invoice.state.not_in((*SETTLED, "rejected")),
        )
        .group_by(bound)
    )
    return dict(rows.all())


def _line(line: OrderLineFacts, pending: Decimal) -> ClaimLine | None:
    """All that is accepted, done and ordered of a line and not claimed yet, at its frozen rate."""
    most = min(line.accepted_quantity, line.done_quantity, line.contracted_quantity)
    before = line.invoiced_quantity + pending
    quantity = most - before
    if quantity <= 0:
        return None
    cited = slice_acceptances(line, before, quantity)
    return ClaimLine(
        line_id=uuid.UUID(line.line_id),
        number=line.number,
        item_code=line.item_code,
        description=line.description,
        quantity=quantity,
        unit=line.unit,
        rate=line.rate,
        amount_cents=line_cents(quantity, line.rate),
        acceptance_ids=tuple(acceptance.acceptance_id for acceptance, _ in cited),
    )
