"""What an order still lacks before it may close, as a list in words with the place where each is mended."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.machine import words
from worksorders.gateways.measures import paper_rules
from worksorders.steps.completion.exits import NEEDS_KEY, last_answers
from worksorders.steps.completion.proof import Proofs, asked_of, load_proofs
from worksorders.steps.safety.alarm_plan import refusal_to_close
from worksorders.store.tables.work.aftercare import Defect, Inspection, Review
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.completion import KeyEntry
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

OVER = ("done", "cancelled")
ORDER_OVER = ("closed", "cancelled", "superseded")


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that keeps an order open; `kind` says where it is mended, `about` which row it is about."""

    kind: str
    what: str
    about: uuid.UUID


def what_is_missing(session: Session, order: WorksOrder) -> tuple[Missing, ...]:
    """Everything but the acceptance of work, which `accept_work` knows; in a constant number of queries."""
    lines = [line for line in order.lines if line.removed_at is None]
    done = [visit.id for visit in order.visits if visit.state == "done"]
    proofs = load_proofs(session, done)
    return (
        *_visits(order),
        *_papers(lines, proofs),
        *_keys(proofs),
        *_openings(session, order, lines),
        *_inspections(session, order),
        *_defects(session, order),
        *_reviews(session, order),
        *_alarm(session, order),
    )


def _visits(order: WorksOrder) -> Iterator[Missing]:
    for visit in order.visits:
        if visit.state not in OVER:
            yield Missing("visit", f"Visit {visit.position} is {words(visit.state)}", visit.id)
    if order.state == "variation_pending":
        yield Missing("variation", "A variation waits for its answer", order.id)


def _papers(lines: list[WorksLine], proofs: Proofs) -> Iterator[Missing]:
    rules = paper_rules()
    for line in lines:
        proof = proofs.of(line.id)
        if not proof.done or _noted_before(proofs, line.id):
            continue
        for rule in asked_of(line).papers:
            paper = proof.papers.get(rule.kind)
            if paper is None or paper.is_outstanding(rule):
                promised = paper.promised_by if paper else None
                by = f", promised by {promised.day} {promised:%B %Y}" if promised else ""
                what = f"{rules[rule.kind].label} for {line.measure}{by}"
                yield Missing("paper", what, line.id)


def _alarm(session: Session, order: WorksOrder) -> Iterator[Missing]:
    refusal = refusal_to_close(session, order) if order.kind == "first" else None
    if refusal is not None:
        yield Missing("alarm_plan", f"The alarm-response plan: {refusal}", order.id)


def _noted_before(proofs: Proofs, line_id: uuid.UUID) -> bool:
    """Whether the number was written down before papers were kept."""
    row = proofs.done.get(line_id)
    return row is not None and bool(row.certificate_number.strip())


def _keys(proofs: Proofs) -> Iterator[Missing]:
    for keys in proofs.keys.values():
        for key in keys:
            if key.holder == "to_be_named":
                yield Missing("key", f"Who holds {_counted(key)}", key.id)


def _counted(key: KeyEntry) -> str:
    return f"{key.copies} {'key' if key.copies == 1 else 'keys'} {key.key_number}"


def _openings(session: Session, order: WorksOrder, lines: list[WorksLine]) -> Iterator[Missing]:
    touched = {line.opening_id for line in lines if line.opening_id}
    openings = session.scalars(
        select(Opening).where(Opening.id.in_(touched)).order_by(Opening.position)
    ).all()
    answers = last_answers(session, touched)
    elsewhere = _worked_on_elsewhere(session, order, touched)
    for opening in openings:
        if opening.state == "insecure":
            yield Missing("opening", f"{opening.label} is insecure", order.assessment_id)
        elif opening.state == "temporarily_secured" and opening.id not in elsewhere:
            what = f"{opening.label} is held only for now: no order of this home has its lasting work"
            yield Missing("opening", what, order.assessment_id)
        answer = answers.get(opening.id)
        if answer is not None and answer.answer == NEEDS_KEY:
            yield Missing("exit", f"{opening.label} does not open from inside without a key", opening.id)


def _worked_on_elsewhere(session: Session, order: WorksOrder, openings: set[uuid.UUID]) -> set[uuid.UUID]:
    """The openings for which another order of the home still has work to come."""
    return set(
        session.scalars(
            select(WorksLine.opening_id)
            .join(WorksOrder, WorksOrder.id == WorksLine.order_id)
            .where(
                WorksLine.opening_id.in_(openings),
                WorksLine.removed_at.is_(None),
                WorksOrder.id != order.id,
                WorksOrder.state.not_in(ORDER_OVER),
            )
        )
    )


def _inspections(session: Session, order: WorksOrder) -> Iterator[Missing]:
    rows = session.scalars(
        select(Inspection)
        .join(Visit, Visit.id == Inspection.visit_id)
        .where(Visit.order_id == order.id, Inspection.state == "due")
        .order_by(Inspection.due_on, Inspection.id)
    )
    for row in rows:
        yield Missing(
            "inspection", f"Inspection {row.code} is due by {row.due_on.day} {row.due_on:%B %Y}", row.id
        )


def _defects(session: Session, order: WorksOrder) -> Iterator[Missing]:
    rows = session.scalars(
        select(Defect)
        .where(Defect.order_id == order.id, Defect.state.in_(("found", "returned")))
        .order_by(Defect.due_at, Defect.id)
    )
    for row in rows:
        waits = "waits to be returned" if row.state == "found" else "is not mended yet"
        yield Missing("defect", f"Defect {row.code} {waits}", row.id)


def _reviews(session: Session, order: WorksOrder) -> Iterator[Missing]:
    rows = session.scalars(
        select(Review).where(Review.order_id == order.id, Review.done_at.is_(None)).order_by(Review.months)
    )
    for row in rows:
        yield Missing("review", f"The review after {row.months} months", row.id)
