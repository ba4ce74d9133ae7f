"""What a firm may claim of its accepted work now, and the invoice made of it, whoever writes it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.finance.explain import slice_acceptances
from worksorders.domain.finance.facts import OrderLineFacts
from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.domain.local_time import local_day
from worksorders.domain.money import gst_cents, gst_rate_on, line_cents
from worksorders.steps.actor import Actor
from worksorders.steps.finance.gather.orders import order_facts
from worksorders.steps.finance.match import Outcome, match_invoice
from worksorders.steps.finance.receive import add_invoice
from worksorders.steps.people.bank_accounts import account_to_pay
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.finance import Invoice, InvoiceLine, LineDecision
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

ZERO = Decimal(0)
SETTLED = ("approved", "paid")


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


def claims_of(session: Session, firm: Firm, order_ids: list[uuid.UUID], now: datetime) -> list[Claim]:
    """What a firm may claim of orders now, by order code; an order of which nothing is left has a claim without lines.

    Work at no charge, such as a defect made good, is no claim by itself: it stands on the next invoice that asks for money.
    """
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
        lines = lines if any(line.amount_cents for line in lines) else ()
        net = sum(line.amount_cents for line in lines)
        gst = gst_cents(net, gst_rate_on(local_day(now))) if firm.gst_number else 0
        number = f"{code}-{(counts.get(ids[code]) or 0) + 1}"
        claims.append(Claim(ids[code], code, number, lines, net, gst))
    return claims


def _pending(session: Session, order_ids: list[uuid.UUID]) -> dict[uuid.UUID, Decimal]:
    """What open invoices claim of each line beyond what is accepted of it: not claimed again before that is decided."""
    lines = select(WorksLine.id).where(WorksLine.order_id.in_(order_ids))
    named = select(InvoiceLine.id).where(InvoiceLine.line_id.in_(lines))
    decided = select(LineDecision.invoice_line_id).where(LineDecision.line_id.in_(lines))
    bound = func.coalesce(LineDecision.line_id, InvoiceLine.line_id)
    undecided = InvoiceLine.quantity - func.coalesce(LineDecision.accepted_quantity, 0)
    rows = session.execute(
        select(bound, func.sum(undecided))
        .select_from(InvoiceLine)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .outerjoin(LineDecision, LineDecision.invoice_line_id == InvoiceLine.id)
        .join(WorksLine, WorksLine.id == bound)
        .where(
            InvoiceLine.id.in_(named.union(decided)),
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


def invoice_claim(
    session: Session,
    actor: Actor,
    firm: Firm,
    claim: Claim,
    *,
    number: str,
    source: str,
    buyer: Mapping[str, object],
    now: datetime,
) -> Outcome:
    """Keep a claim as the firm's invoice, whoever writes it, and match it; `buyer` is what it states of us."""
    account = account_to_pay(session, firm.id)
    invoice = add_invoice(
        session,
        actor,
        Invoice(
            id=uuid.uuid4(),
            firm_id=firm.id,
            order_id=claim.order_id,
            number=number.strip(),
            number_normalised=normalise_number(number),
            stated={
                "supplier_name": firm.name,
                "supplier_gst_number": firm.gst_number or "",
                "supplier_nzbn": firm.nzbn or "",
                "bank_account": account.number if account else "",
                "gst_stated": True,
                **buyer,
            },
            source=source,
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
