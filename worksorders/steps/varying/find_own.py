"""Variations as the firm that asked for them sees them: neutral names, its own price, the answer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.domain.lifecycle.machine import possible, words
from worksorders.domain.lifecycle.machines import VARIATION
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.moves import WORKED_ON
from worksorders.steps.site.checklist import checklist_lines
from worksorders.steps.site.own_visit import crew_of, own_visit
from worksorders.steps.varying.adding import addable_items, openings_of
from worksorders.steps.varying.own import is_own, require_own
from worksorders.steps.varying.wishes import may_be_urgent
from worksorders.store.tables.work.orders import Visit, WorksLine
from worksorders.store.tables.work.variations import Variation

SHOWN = 50


@dataclass(frozen=True, slots=True)
class OwnVariation:
    """What the firm reads of one: the item's code and neutral name, quantities, the answer; never the home."""

    id: uuid.UUID
    visit_id: uuid.UUID
    visit_code: str
    change: str
    item_code: str
    offer_name: str
    unit: str
    before_quantity: Decimal
    quantity: Decimal
    difference_cents: int
    state: str
    approved: bool | None
    reason: str
    answer: str | None
    asked_at: datetime
    actions: frozenset[str]


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A line of the visit of which another quantity may be asked."""

    id: uuid.UUID
    label: str
    quantity: Decimal
    unit: str
    revision: int


@dataclass(frozen=True, slots=True)
class AskingPage:
    """What may be asked on a visit now: its lines, what may be added with the firm's rates, and where."""

    visit_id: uuid.UUID
    visit_code: str
    lines: tuple[AskedLine, ...]
    items: tuple[tuple[str, str], ...]
    openings: tuple[tuple[str, str], ...]
    may_be_urgent: bool

    def line(self, line_id: uuid.UUID) -> AskedLine:
        """One of its lines; raises NotFoundError."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NotFoundError("There is no such line on this visit.")


def find_own(session: Session, actor: Actor, *, visit_id: uuid.UUID | None = None) -> list[OwnVariation]:
    """The firm's variations (a worker's own alone), of one visit or all, the newest first."""
    query = (
        select(Variation, Visit.code)
        .join(Visit, Visit.id == Variation.visit_id)
        .where(is_own(actor))
        .order_by(Variation.asked_at.desc(), Variation.id)
        .limit(SHOWN)
    )
    if visit_id is not None:
        query = query.where(Variation.visit_id == visit_id)
    return [_own(row, code) for row, code in session.execute(query)]


def count_unread(session: Session, actor: Actor) -> int:
    """How many answers nobody of the firm (of a worker's own, the worker) has taken note of."""
    query = select(func.count()).select_from(Variation).where(is_own(actor))
    return session.scalar(query.where(Variation.state.in_(("approved", "declined")))) or 0


def find_one(session: Session, actor: Actor, variation_id: uuid.UUID) -> OwnVariation:
    """One of the firm's; raises NotFoundError for anybody else's."""
    row = require_own(session, actor, variation_id)
    return _own(row, row.visit.code)


def _own(row: Variation, code: str) -> OwnVariation:
    return OwnVariation(
        id=row.id,
        visit_id=row.visit_id,
        visit_code=code,
        change=row.change,
        item_code=row.item_code,
        offer_name=row.offer_name,
        unit=row.unit,
        before_quantity=row.before_quantity,
        quantity=row.quantity,
        difference_cents=row.difference_cents,
        state=row.state,
        approved=None if row.decided_at is None else row.decided_how != "declined",
        reason=row.reason,
        answer=row.decision_note if row.decided_how == "declined" else None,
        asked_at=row.asked_at,
        actions=frozenset(possible(VARIATION, row.state, Role.CONTRACTOR)),
    )


def visit_of_line(session: Session, line_id: uuid.UUID) -> uuid.UUID:
    """The visit that a line belongs to; whose it is, is asked by what follows. Raises NotFoundError."""
    visit_id = session.scalar(select(WorksLine.visit_id).where(WorksLine.id == line_id))
    if visit_id is None:
        raise NotFoundError("There is no such line.")
    return visit_id


def find_asking(session: Session, actor: Actor, visit_id: uuid.UUID) -> AskingPage:
    """What the named worker may ask for now; NotFoundError for anybody else, RefusedError off site or paused."""
    visit = own_visit(session, actor, visit_id)
    if actor.worker_id is None or actor.worker_id not in crew_of(session, visit.id):
        raise NotFoundError("There is no such visit.")
    if visit.state != "on_site" or visit.order.state not in WORKED_ON:
        shown = visit.state if visit.state != "on_site" else visit.order.state
        raise RefusedError(
            f"Changes are asked for while you are on site; this visit is {words(shown)}.",
            state=shown,
            action="ask_variation",
        )
    return AskingPage(
        visit_id=visit.id,
        visit_code=visit.code,
        lines=tuple(
            AskedLine(
                line.id,
                f"{line.measure}, {line.opening.label}" if line.opening else line.measure,
                line.quantity,
                line.unit,
                line.revision,
            )
            for line in checklist_lines(visit).values()
        ),
        items=tuple(
            (code, f"{code} {one.item.measure}, ${one.rate:,.2f} {_a(one.item.unit)}")
            for code, one in sorted(addable_items(session, visit, actor.require_firm()).items())
        ),
        openings=tuple((str(one.id), one.label) for one in openings_of(session, visit.order_id)),
        may_be_urgent=may_be_urgent(session, visit),
    )


def _a(unit: str) -> str:
    return unit if unit == "each" else f"a {unit}"
