"""The page on which a coordinator accepts the work of one order: quantities, evidence and photos by line."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from worksorders.steps.actor import NotFoundError
from worksorders.steps.completion.proof import Proofs, load_proofs
from worksorders.steps.site.accept_work import Work, missing_to_close, work_of
from worksorders.store.tables.work.completion import KeyEntry, LinePaper, LiveTest
from worksorders.store.tables.work.offers import LineDone, Photo
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder


@dataclass(frozen=True)
class WorkLine:
    """A line with what was done of it and what shows it."""

    work: Work
    opening: str
    evidence: LineDone | None
    photo_ids: tuple[uuid.UUID, ...]
    keys: tuple[KeyEntry, ...] = ()
    papers: tuple[LinePaper, ...] = ()
    test: LiveTest | None = None


@dataclass(frozen=True)
class WorkPage:
    """One order's work; `can_close` where every visit is over and nothing waits to be accepted."""

    order_id: uuid.UUID
    order_code: str
    order_state: str
    lines: tuple[WorkLine, ...]
    other_photo_ids: tuple[uuid.UUID, ...]
    can_close: bool


def find_work(session: Session, order_id: uuid.UUID) -> WorkPage:
    """The work of one order in a constant number of queries; raises NotFoundError.

    Photos of a firm that no longer holds the visit are among the others: they show no line of the one that does.
    """
    order = session.scalar(
        select(WorksOrder)
        .where(WorksOrder.id == order_id)
        .options(
            selectinload(WorksOrder.lines).selectinload(WorksLine.opening),
            selectinload(WorksOrder.lines).selectinload(WorksLine.visit),
            selectinload(WorksOrder.visits),
        )
    )
    if order is None:
        raise NotFoundError("There is no such order.")
    proofs = load_proofs(session, [visit.id for visit in order.visits])
    photos: dict[uuid.UUID | None, tuple[uuid.UUID, ...]] = {}
    rows = session.execute(
        select(Photo.line_id, Photo.id, Photo.firm_id == Visit.firm_id)
        .join(Visit, Visit.id == Photo.visit_id)
        .where(Visit.order_id == order_id, Photo.erased_at.is_(None))
        .order_by(Photo.stored_at, Photo.id)
    )
    for line_id, photo_id, is_theirs in rows:
        place = line_id if is_theirs else None
        photos[place] = (*photos.get(place, ()), photo_id)
    lines = tuple(_line(one, proofs, photos.get(one.line.id, ())) for one in work_of(session, order))
    can_close = order.state == "issued" and not missing_to_close(session, order)
    return WorkPage(
        order.id,
        order.code,
        order.state,
        lines,
        photos.get(None, ()),
        can_close,
    )


def _line(work: Work, proofs: Proofs, photo_ids: tuple[uuid.UUID, ...]) -> WorkLine:
    line = work.line
    return WorkLine(
        work,
        line.opening.label if line.opening else "",
        proofs.done.get(line.id),
        photo_ids,
        proofs.keys.get(line.id, ()),
        proofs.papers.get(line.id, ()),
        proofs.tests.get(line.id),
    )
