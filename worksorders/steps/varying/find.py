"""Variations for the coordinators' pages: those that wait, one before and after, and those of an order."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from worksorders.domain.local_time import local_day
from worksorders.domain.money import line_cents
from worksorders.domain.order.variation import Change
from worksorders.gateways import places
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.varying.checks import CONSENT_ASKED, cost_after
from worksorders.steps.varying.decide import refusal
from worksorders.steps.varying.figures import increases_cents, lacks_consent
from worksorders.steps.varying.moves import PENDING
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.offers import Photo
from worksorders.store.tables.work.orders import WorksLine, WorksOrder
from worksorders.store.tables.work.variations import Variation, VariationPhoto

RECENT = timedelta(days=14)
SHOWN = 100
WHOLE_HOME = "Whole home"


@dataclass(frozen=True, slots=True)
class VariationRow:
    """A variation in a list; money in cents ex GST."""

    id: uuid.UUID
    order_id: uuid.UUID
    order_code: str
    urgency: str
    region: str
    firm: str
    change: str
    item_code: str
    quantity: Decimal
    before_quantity: Decimal
    unit: str
    difference_cents: int
    state: str
    urgent: bool
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    decided_how: str | None
    decision_note: str | None
    booking_fits: bool | None


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A line before and after; `original` is what was issued, None where nothing of it was."""

    code: str
    measure: str
    opening: str
    unit: str
    rate: Decimal
    original: Decimal | None
    before: Decimal
    after: Decimal
    version: int
    changed: bool

    @property
    def before_cents(self) -> int:
        return line_cents(self.before, self.rate)

    @property
    def after_cents(self) -> int:
        return line_cents(self.after, self.rate)


@dataclass(frozen=True, slots=True)
class VariationPage:
    """One variation with the order's lines before and after it, and what stands in its way."""

    row: VariationRow
    reason: str
    visit_code: str
    extra_minutes: int
    opening: str
    lines: tuple[ComparedLine, ...]
    increases_cents: int
    photo_ids: tuple[uuid.UUID, ...]
    cost_warning: str | None
    consent_warning: str | None
    refusal: str | None

    @property
    def before_cents(self) -> int:
        return sum(line.before_cents for line in self.lines)

    @property
    def after_cents(self) -> int:
        return sum(line.after_cents for line in self.lines)


def count_pending(session: Session) -> int:
    """How many wait for somebody."""
    return session.scalar(select(func.count()).select_from(Variation).where(Variation.state == PENDING)) or 0


def find_pending(session: Session) -> list[VariationRow]:
    """Those that wait, what cannot wait first, then the oldest."""
    return _rows(
        session,
        Variation.state == PENDING,
        (Variation.urgent.desc(), Variation.asked_at, Variation.id),
    )


def find_decided(session: Session, now: datetime) -> list[VariationRow]:
    """Those decided of late, by rule too, the newest first."""
    return _rows(
        session,
        (Variation.decided_at >= now - RECENT),
        (Variation.decided_at.desc(), Variation.id),
    )


def find_of_order(session: Session, order_id: uuid.UUID) -> list[VariationRow]:
    """All of an order, the oldest first."""
    return _rows(session, Variation.order_id == order_id, (Variation.asked_at, Variation.id))


def _rows(session: Session, condition: object, order: tuple[object, ...]) -> list[VariationRow]:
    found = session.execute(
        select(Variation, WorksOrder, Firm.name)
        .join(WorksOrder, WorksOrder.id == Variation.order_id)
        .outerjoin(Firm, Firm.id == Variation.firm_id)
        .where(condition)  # type: ignore[arg-type]
        .order_by(*order)  # type: ignore[arg-type]
        .limit(SHOWN)
    ).all()
    people = {row.asked_by for row, _, _ in found} | {row.decided_by for row, _, _ in found}
    names = {
        row.id: row.display_name
        for row in session.execute(
            select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(people - {None}))
        )
    }
    return [_row(row, order, firm or "", names) for row, order, firm in found]


def _row(row: Variation, order: WorksOrder, firm: str, names: dict[uuid.UUID, str]) -> VariationRow:
    return VariationRow(
        id=row.id,
        order_id=order.id,
        order_code=order.code,
        urgency=order.urgency,
        region=places.region(order.region_code).name,
        firm=firm,
        change=row.change,
        item_code=row.item_code,
        quantity=row.quantity,
        before_quantity=row.before_quantity,
        unit=row.unit,
        difference_cents=row.difference_cents,
        state=row.state,
        urgent=row.urgent,
        asked_at=row.asked_at,
        asked_by=names.get(row.asked_by, ""),
        decided_at=row.decided_at,
        decided_by=names.get(row.decided_by, "") if row.decided_by else "",
        decided_how=row.decided_how,
        decision_note=row.decision_note,
        booking_fits=row.booking_fits,
    )


def find_variation(session: Session, actor: Actor, variation_id: uuid.UUID, now: datetime) -> VariationPage:
    """One variation for whoever decides it; raises NotFoundError."""
    variation = session.scalar(
        select(Variation)
        .where(Variation.id == variation_id)
        .options(joinedload(Variation.order), joinedload(Variation.visit), joinedload(Variation.line))
    )
    if variation is None:
        raise NotFoundError("There is no such variation.")
    order = variation.order
    waits = variation.state == PENDING
    opening = session.get(Opening, variation.opening_id) if variation.opening_id else None
    photos = session.scalars(
        select(VariationPhoto.photo_id)
        .join(Photo, Photo.id == VariationPhoto.photo_id)
        .where(VariationPhoto.variation_id == variation.id, Photo.erased_at.is_(None))
        .order_by(VariationPhoto.photo_id)
    )
    return VariationPage(
        row=_rows(session, Variation.id == variation.id, (Variation.id,))[0],
        reason=variation.reason,
        visit_code=variation.visit.code,
        extra_minutes=variation.extra_minutes,
        opening=opening.label if opening else WHOLE_HOME,
        lines=_compared(session, order, variation, opening),
        increases_cents=increases_cents(session, order.id),
        photo_ids=tuple(photos),
        cost_warning=cost_after(session, order, variation, now) if waits else None,
        consent_warning=CONSENT_ASKED.format(variation.item_code)
        if waits and lacks_consent(session, order, variation, local_day(now))
        else None,
        refusal=refusal(session, actor, variation, now) if waits else None,
    )


def _compared(
    session: Session, order: WorksOrder, variation: Variation, opening: Opening | None
) -> tuple[ComparedLine, ...]:
    """The lines as they stand, the asked one with both quantities; one that was decided shows what it changed."""
    rows = session.scalars(
        select(WorksLine)
        .where(
            WorksLine.order_id == order.id,
            or_(WorksLine.removed_at.is_(None), WorksLine.id == variation.line_id),
        )
        .options(joinedload(WorksLine.opening))
        .order_by(WorksLine.position)
    )
    found = [_line(row, variation) for row in rows]
    if variation.change == Change.ADD and variation.line_id is None:
        found.append(
            ComparedLine(
                variation.item_code, variation.offer_name, opening.label if opening else WHOLE_HOME,
                variation.unit, variation.rate, None, Decimal(0), variation.quantity, 0, True,
            )
        )  # fmt: skip
    return tuple(found)


def _line(row: WorksLine, variation: Variation) -> ComparedLine:
    own = row.id == variation.line_id
    return ComparedLine(
        code=row.item_code,
        measure=row.measure,
        opening=row.opening.label if row.opening else WHOLE_HOME,
        unit=row.unit,
        rate=row.rate,
        original=row.quantity if row.original_quantity is None else row.original_quantity,
        before=variation.before_quantity if own else row.quantity,
        after=variation.quantity if own else row.quantity,
        version=row.revision,
        changed=own,
    )


def photo_of_variation(session: Session, photo_id: uuid.UUID) -> bytes:
    """The JPEG of a photo that came with a variation; raises NotFoundError for any other."""
    content = session.scalar(
        select(Photo.content)
        .join(VariationPhoto, VariationPhoto.photo_id == Photo.id)
        .where(Photo.id == photo_id, Photo.erased_at.is_(None))
    )
    if content is None:
        raise NotFoundError("There is no such photo.")
    return content
