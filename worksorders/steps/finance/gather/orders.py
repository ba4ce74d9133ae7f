"""Orders as the match sees them: ordered, done, accepted, and what other invoices had accepted of each line."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from catalogue.item import Evidence
from worksorders.domain.finance.facts import AcceptanceFacts, OrderFacts, OrderLineFacts, VariationFacts
from worksorders.domain.local_time import day_words, local_day
from worksorders.domain.safety.alarm_response import is_alarm_line
from worksorders.steps.completion.proof import Proofs, asked_of, load_proofs
from worksorders.steps.finance.gather.variations import approved_variations
from worksorders.store.tables.firms.contractors import RateCard
from worksorders.store.tables.money.finance import (
    ContractYear,
    FundingContract,
    Invoice,
    InvoiceLine,
    LineDecision,
)
from worksorders.store.tables.work.offers import LineAccepted, LineDone
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder
from worksorders.store.tables.work.safety import AbortiveCharge

ZERO = Decimal(0)
CALL_OUTS = frozenset({"LK01", "SV08"})


@dataclass(slots=True)
class _Invoiced:
    """What other invoices had accepted of a line, and the accrual that they used up."""

    quantity: Decimal = ZERO
    cents: int = 0
    accrual_cents: int = 0


@dataclass(slots=True)
class _Work:
    """Everything that happened to the lines of some orders."""

    done: dict[uuid.UUID, list[LineDone]] = field(default_factory=lambda: defaultdict(list))
    accepted: dict[uuid.UUID, list[LineAccepted]] = field(default_factory=lambda: defaultdict(list))
    invoiced: dict[uuid.UUID, _Invoiced] = field(default_factory=lambda: defaultdict(_Invoiced))
    proofs: Proofs = field(default_factory=lambda: Proofs({}))
    varied: Mapping[uuid.UUID, tuple[VariationFacts, ...]] = field(default_factory=dict)
    cards: Mapping[uuid.UUID, RateCard] = field(default_factory=dict)
    payees: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)


def order_facts(
    session: Session, order_ids: Collection[uuid.UUID], *, but: uuid.UUID | None = None
) -> dict[str, OrderFacts]:
    """The orders by their code; what the invoice `but` itself claims is left out of what was invoiced."""
    orders = session.scalars(
        select(WorksOrder)
        .where(WorksOrder.id.in_(order_ids))
        .options(selectinload(WorksOrder.lines).selectinload(WorksLine.visit))
        .order_by(WorksOrder.code)
        .execution_options(populate_existing=True)
    ).all()
    lines = [line for order in orders for line in order.lines]
    work = _work(session, lines, but)
    years = _years(session)
    return {order.code: _order(order, work, years) for order in orders}


def _order(order: WorksOrder, work: _Work, years: Sequence[tuple[ContractYear, str]]) -> OrderFacts:
    held = next(
        (
            (year, code)
            for year, code in years
            if order.issued_on and year.starts_on <= order.issued_on <= year.ends_on
        ),
        None,
    )
    lines = tuple(_line(line, work) for line in order.lines if line.removed_at is None)
    return OrderFacts(
        code=order.code,
        state=order.state,
        contract_code=held[1] if held else "",
        issued_on=order.issued_on,
        lines=lines,
        contract_year=held[0].name if held else "",
        region=order.region_code,
        invoiced_cents=sum(line.invoiced_cents for line in lines),
    )


def _line(line: WorksLine, work: _Work) -> OrderLineFacts:
    done, taken, invoiced = work.done[line.id], work.accepted[line.id], work.invoiced[line.id]
    card = work.cards.get(line.rate_card_id) if line.rate_card_id else None
    return OrderLineFacts(
        line_id=str(line.id),
        number=line.position,
        item_code=line.item_code,
        unit=line.unit,
        ordered_quantity=line.quantity if line.original_quantity is None else line.original_quantity,
        rate=line.rate,
        rate_card_version=str(card.version) if card else "",
        supplier_id=str(_supplier(line, work) or ""),
        agreement_id=str(card.agreement_id) if card else "",
        description=line.offer_name,
        variations=work.varied.get(line.id, ()),
        by_variation=line.original_quantity == ZERO,
        done_quantity=sum((row.done_quantity for row in done), ZERO) if line.visit else line.quantity,
        measured_quantity=_measured(done),
        acceptances=tuple(
            AcceptanceFacts(str(row.id), local_day(row.accepted_at), row.quantity, str(row.accepted_by))
            for row in taken
        ),
        invoiced_quantity=invoiced.quantity,
        invoiced_cents=invoiced.cents,
        accrual_used_cents=invoiced.accrual_cents,
        completed_on=max((local_day(row.done_at) for row in done), default=None),
        evidence_missing=_missing(line, done, work),
        no_access=line.visit is not None and line.visit.state == "no_access" and not done,
        call_out=line.item_code in CALL_OUTS,
    )


def _measured(done: Sequence[LineDone]) -> Decimal | None:
    """What was measured on site; a visit on which nobody measured counts with what it did. None: never measured."""
    if all(row.measured_quantity is None for row in done):
        return None
    return sum(
        (row.done_quantity if row.measured_quantity is None else row.measured_quantity for row in done), ZERO
    )


def _supplier(line: WorksLine, work: _Work) -> uuid.UUID | None:
    """Who is paid: the firm that holds the visit, or the one that was not let in, whoever goes there next.

    A line without a visit, a subscription, is of the firm that fits what it is for: of the order's alarm, else of all
    its visits where one firm has them all.
    """
    if line.id in work.payees:
        return work.payees[line.id]
    if line.visit is not None:
        return line.visit.firm_id
    visited = [one for one in line.order.lines if one.visit is not None and one.removed_at is None]
    alarm = {one.visit.firm_id for one in visited if one.visit and is_alarm_line(one.kind, one.evidence)}
    firms = (alarm or {one.visit.firm_id for one in visited if one.visit}) - {None}
    return firms.pop() if len(firms) == 1 else None


def _missing(line: WorksLine, done: Sequence[LineDone], work: _Work) -> tuple[str, ...]:
    """What the line asks for and nobody gave; only of work that was done.

    A paper that was promised is missing until it is there. What was noted in words before registers were kept counts.
    """
    if not any(row.done_quantity > 0 for row in done):
        return ()
    asked, proof = asked_of(line), work.proofs.of(line.id)
    missing = []
    excused = any(row.no_photo_reason for row in done)
    if asked.photo and not proof.photos and not excused:
        missing.append("photo")
    if asked.keys and not proof.keys and not any(row.keys_note.strip() for row in done):
        missing.append("key register")
    if any(row.certificate_number.strip() for row in done):
        return tuple(missing)
    if asked.live_test and not proof.test_passed:
        missing.append(Evidence.LIVE_TEST.value)
    for rule in asked.papers:
        paper = proof.papers.get(rule.kind)
        if paper is None or paper.is_outstanding(rule):
            promised = f" (promised by {day_words(paper.promised_by)})" if paper and paper.promised_by else ""
            missing.append(f"{rule.kind.value}{promised}")
    return tuple(missing)


def _work(session: Session, lines: Collection[WorksLine], but: uuid.UUID | None) -> _Work:
    ids = [line.id for line in lines]
    work = _Work()
    own_work = (
        select(LineDone)
        .join(Visit, Visit.id == LineDone.visit_id)
        .where(LineDone.line_id.in_(ids), LineDone.firm_id == Visit.firm_id)
    )
    for done in session.scalars(own_work.order_by(LineDone.done_at)):
        work.done[done.line_id].append(done)
    accepted = select(LineAccepted).where(LineAccepted.line_id.in_(ids))
    for row in session.scalars(accepted.order_by(LineAccepted.accepted_at, LineAccepted.id)):
        work.accepted[row.line_id].append(row)
    query = (
        select(LineDecision)
        .join(InvoiceLine, InvoiceLine.id == LineDecision.invoice_line_id)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(LineDecision.line_id.in_(ids), Invoice.state != "rejected")
        .execution_options(populate_existing=True)
    )
    for decided in session.scalars(query if but is None else query.where(Invoice.id != but)):
        if decided.line_id is None:
            continue
        invoiced = work.invoiced[decided.line_id]
        invoiced.quantity += decided.accepted_quantity
        invoiced.cents += decided.accepted_cents
        invoiced.accrual_cents += decided.posted_accrued_cents
    work.proofs = load_proofs(session, {line.visit_id for line in lines if line.visit_id})
    work.varied = approved_variations(session, ids)
    charges = select(AbortiveCharge.line_id, AbortiveCharge.firm_id).where(AbortiveCharge.line_id.in_(ids))
    work.payees = dict(session.execute(charges).all())
    card_ids = {line.rate_card_id for line in lines if line.rate_card_id}
    work.cards = {
        card.id: card for card in session.scalars(select(RateCard).where(RateCard.id.in_(card_ids)))
    }
    return work


def _years(session: Session) -> Sequence[tuple[ContractYear, str]]:
    rows = session.execute(
        select(ContractYear, FundingContract.code)
        .join(FundingContract, FundingContract.id == ContractYear.contract_id)
        .order_by(ContractYear.starts_on, ContractYear.id)
    )
    return rows.all()
