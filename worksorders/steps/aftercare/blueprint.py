"""The family's guide to the measures in their home: from the work that was done, in plain words, printed for a purpose."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from worksorders.domain.errors import Faults
from worksorders.domain.local_time import local_day
from worksorders.gateways.documents.headings import UnreviewedError, load_headings
from worksorders.gateways.documents.pdf import render_pdf
from worksorders.gateways.measures import guidance
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.completion.exits import OPENS, last_answers
from worksorders.store.tables.work.aftercare import Defect
from worksorders.store.tables.work.cases import Assessment
from worksorders.store.tables.work.offers import LineDone
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

TEMPLATE = "blueprint.html"
TITLE = "A guide to your home"
SERVICE = "National Home Safety Service"
LANGUAGE = "mi"
PURPOSES: Mapping[str, str] = {
    "walk_through": "For the walk-through with the family",
    "asked_for": "The family asked for a copy",
    "replaced": "A copy was lost or is out of date",
}


@dataclass(frozen=True)
class Measure:
    """One measure at a place; `count` is how many, empty for one."""

    name: str
    what_it_does: str
    how_to_use: str
    count: str = ""


@dataclass(frozen=True)
class Place:
    """A door, a window or (without a label) the whole home, with what was done there."""

    label: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Guide:
    """What the document says; `others` are reviewed headings in another language, None for English only."""

    order_id: uuid.UUID
    order_code: str
    places: tuple[Place, ...]
    ways_out: tuple[str, ...]
    cover: tuple[str, ...] = ()
    others: Mapping[str, str] | None = None
    not_used: str = ""
    title: str = field(default=TITLE)

    @property
    def count(self) -> int:
        return sum(len(place.measures) for place in self.places)


def find_guide(session: Session, order_id: uuid.UUID, now: datetime) -> Guide:
    """The guide of an order as its work stands now; raises NotFoundError."""
    order = session.scalar(
        select(WorksOrder)
        .where(WorksOrder.id == order_id)
        .options(joinedload(WorksOrder.assessment).selectinload(Assessment.openings))
    )
    if order is None:
        raise NotFoundError("There is no such order.")
    openings = order.assessment.openings
    answers = last_answers(session, [opening.id for opening in openings])
    others, not_used = _headings(now)
    return Guide(
        order.id,
        order.code,
        _places(session, order),
        tuple(one.label for one in openings if (seen := answers.get(one.id)) and seen.answer == OPENS),
        others=others,
        not_used=not_used,
    )


def _headings(now: datetime) -> tuple[Mapping[str, str] | None, str]:
    try:
        return load_headings(LANGUAGE, local_day(now)), ""
    except UnreviewedError as refusal:
        return None, str(refusal)


def _places(session: Session, order: WorksOrder) -> tuple[Place, ...]:
    """What was done, by opening in the order of the assessment, the home as a whole last; repairs are no measures."""
    repairs = select(Defect.repair_line_id).where(Defect.repair_line_id.is_not(None))
    rows = session.execute(
        select(WorksLine, LineDone.done_quantity)
        .join(LineDone, LineDone.line_id == WorksLine.id)
        .join(Visit, Visit.id == LineDone.visit_id)
        .where(
            WorksLine.order_id == order.id,
            WorksLine.removed_at.is_(None),
            WorksLine.id.not_in(repairs),
            Visit.state == "done",
            LineDone.firm_id == Visit.firm_id,
            LineDone.done_quantity > 0,
        )
        .order_by(WorksLine.position)
    )
    done: dict[uuid.UUID | None, list[tuple[WorksLine, Decimal]]] = {}
    for line, quantity in rows:
        done.setdefault(line.opening_id, []).append((line, quantity))
    labels: list[tuple[uuid.UUID | None, str]] = [(one.id, one.label) for one in order.assessment.openings]
    places = (Place(label, _measures(done.get(key, ()))) for key, label in [*labels, (None, "")])
    return tuple(place for place in places if place.measures)


def _measures(lines: Sequence[tuple[WorksLine, Decimal]]) -> tuple[Measure, ...]:
    """Each item once; what was only there until the lasting measure came is left out."""
    lasting = any(not line.interim for line, _ in lines)
    counted: dict[str, Decimal] = {}
    for line, quantity in lines:
        if not (line.interim and lasting):
            counted[line.item_code] = counted.get(line.item_code, Decimal(0)) + quantity
    found = []
    for code, quantity in counted.items():
        words = guidance(code)
        if words is not None:
            whole = quantity == quantity.to_integral_value() and quantity > 1
            count = f"{quantity:.0f}" if whole else ""
            found.append(Measure(words.name, words.what_it_does, words.how_to_use, count))
    return tuple(found)


def print_guide(
    session: Session,
    actor: Actor,
    order_id: uuid.UUID,
    *,
    purpose: str,
    how: str,
    with_code: bool = False,
    with_service: bool = False,
    now: datetime,
) -> Guide:
    """The guide to be printed, with the printing in the trail; FaultsError at `purpose`, or where nothing is done.

    Its cover names neither case nor service unless that was asked for, and the guide never says whose home it is.
    """
    guide = find_guide(session, order_id, now)
    faults = Faults()
    faults.require(purpose in PURPOSES, "purpose", "Choose what it is printed for.")
    if not guide.places:
        faults.add("", "No work of this order is done yet: there is nothing to tell the family.")
    faults.raise_if_any()
    cover = (*((SERVICE,) if with_service else ()), *((guide.order_code,) if with_code else ()))
    audit.record(
        session,
        actor,
        "blueprint.printed",
        ("works_order", order_id),
        reason=PURPOSES[purpose],
        detail={"how": how, "measures": guide.count, "cover": len(cover)},
    )
    return Guide(
        guide.order_id, guide.order_code, guide.places, guide.ways_out, cover, guide.others, guide.not_used
    )


def guide_pdf(guide: Guide) -> bytes:
    """The guide as a tagged PDF."""
    values: dict[str, Any] = {
        "title": guide.title,
        "cover": guide.cover,
        "ways_out": guide.ways_out,
        "places": guide.places,
        "others": guide.others,
    }
    return render_pdf(TEMPLATE, values)
