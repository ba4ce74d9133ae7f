"""What a contractor sees of the firm's visits: today in order, and one visit with its checklist."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload

from catalogue.item import Evidence
from worksorders.domain.completion.needs import Asked
from worksorders.domain.completion.proof import find_missing
from worksorders.domain.disclosure.offer import coarse_area
from worksorders.domain.disclosure.policy import Field, Relation, visible_fields
from worksorders.domain.lifecycle.machine import possible
from worksorders.domain.lifecycle.machines import VISIT
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.roles import Role
from worksorders.domain.safety.hazards import hazard_words
from worksorders.gateways import places
from worksorders.steps.actor import Actor
from worksorders.steps.completion.exits import is_exit
from worksorders.steps.completion.proof import asked_of, load_proofs
from worksorders.steps.offers.settings import load_settings
from worksorders.steps.safety.hazards import hazards_of
from worksorders.steps.site import home
from worksorders.steps.site.checklist import checklist_lines
from worksorders.steps.site.openings import touched_openings
from worksorders.steps.site.own_visit import HELD, moment_of, own_visit, viewer_of
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.completion import KeyEntry, LinePaper, LiveTest
from worksorders.store.tables.work.offers import LineDone, Photo
from worksorders.store.tables.work.orders import Visit, WorksOrder

AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class VisitRow:
    """A visit in a list: the area is as coarse as in its offer."""

    id: uuid.UUID
    code: str
    state: str
    trade: str
    area: str
    start_at: datetime | None
    end_at: datetime | None
    workers: tuple[str, ...]
    mine: bool

    @property
    def on(self) -> date | None:
        """The local day."""
        return local_day(self.start_at) if self.start_at else None


@dataclass(frozen=True)
class LineRow:
    """A line of the checklist with what has been entered; `missing` are pairs of field and message."""

    id: uuid.UUID
    item_code: str
    measure: str
    opening: str
    quantity: Decimal
    unit: str
    asked: Asked
    done: LineDone | None
    photo_ids: tuple[uuid.UUID, ...]
    keys: tuple[KeyEntry, ...] = ()
    papers: Mapping[Evidence, LinePaper] = field(default_factory=dict)
    test: LiveTest | None = None
    missing: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """The measure and where it is."""
        return f"{self.measure}, {self.opening}" if self.opening else self.measure


@dataclass(frozen=True)
class OpeningRow:
    """An opening that the visit touches, as it was last seen; `is_exit` where people may have to get out."""

    id: uuid.UUID
    label: str
    state: str
    is_exit: bool


@dataclass(frozen=True)
class VisitPage:
    """One visit; `actions` are the moves possible now, `address_refusal` says why the address is not shown.

    `paused` is set while nobody may go to the home; `named` where the actor is one of the visit's workers. `hazards`
    are words for the named worker near the visit, None for everybody else and at any other time.
    """

    row: VisitRow
    named: bool
    paused: bool
    actions: frozenset[str]
    address_refusal: str | None
    lines: tuple[LineRow, ...]
    openings: tuple[OpeningRow, ...]
    photo_ids: tuple[uuid.UUID, ...]
    hazards: tuple[str, ...] | None


def find_visits(session: Session, actor: Actor, now: datetime) -> list[VisitRow]:
    """The actor's visits (a worker's own, or the whole firm's for its office) from today on, in order of time."""
    firm_id = actor.require_firm()
    never = exists().where(NeverSend.case_id == WorksOrder.case_id, NeverSend.firm_id == firm_id)
    today = start_of_day(local_day(now))
    query = (
        select(Visit)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(Visit.firm_id == firm_id, Visit.state.in_(HELD), Visit.start_at < now + AHEAD, ~never)
        .where((Visit.start_at >= today) | (Visit.state.in_(("accepted", "en_route", "on_site"))))
        .options(selectinload(Visit.order))
        .order_by(Visit.start_at, Visit.id)
    )
    if actor.worker_id is not None:
        booked = exists().where(
            Booking.visit_id == Visit.id, Booking.worker_id == actor.worker_id, Booking.state == "confirmed"
        )
        barred = exists().where(
            NeverSend.case_id == WorksOrder.case_id, NeverSend.worker_id == actor.worker_id
        )
        query = query.where(booked, ~barred)
    visits = session.scalars(query).all()
    named = crews(session, [visit.id for visit in visits])
    k = load_settings(session).area_dwellings
    return [_row(visit, named.get(visit.id, []), actor, k) for visit in visits]


def crews(session: Session, visit_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[tuple[uuid.UUID, str]]]:
    """The named workers of each visit, as pairs of id and first name."""
    found: dict[uuid.UUID, list[tuple[uuid.UUID, str]]] = {}
    rows = session.execute(
        select(Booking.visit_id, Worker.id, Worker.first_name)
        .join(Worker, Worker.id == Booking.worker_id)
        .where(Booking.visit_id.in_(visit_ids), Booking.state == "confirmed")
        .order_by(Worker.first_name, Worker.id)
    )
    for visit_id, worker_id, name in rows:
        found.setdefault(visit_id, []).append((worker_id, name))
    return found


def _row(visit: Visit, crew: Sequence[tuple[uuid.UUID, str]], actor: Actor, k: int) -> VisitRow:
    return VisitRow(
        id=visit.id,
        code=visit.code,
        state=visit.state,
        trade=visit.trade,
        area=coarse_area(visit.order.area_code, places.offer_areas(), k),
        start_at=visit.start_at,
        end_at=visit.end_at,
        workers=tuple(name for _, name in crew),
        mine=any(worker_id == actor.worker_id for worker_id, _ in crew),
    )


def find_visit(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> VisitPage:
    """One visit of the actor's firm, no field more than the disclosure rule allows; raises NotFoundError."""
    visit = own_visit(session, actor, visit_id)
    settings = load_settings(session)
    viewer, moment = viewer_of(session, actor, visit, now), moment_of(visit, now)
    fields = visible_fields(viewer, moment, settings.address_window)
    photos = _photos(session, visit) if Field.PHOTOS in fields else {}
    named = viewer.relation is Relation.NAMED
    return VisitPage(
        row=_row(visit, crews(session, [visit.id]).get(visit.id, []), actor, settings.area_dwellings),
        named=named,
        paused=Field.OPENING_LABELS not in fields and visit.state != "done",
        actions=frozenset(possible(VISIT, visit.state, Role.CONTRACTOR)) if named else frozenset(),
        address_refusal=home.why_not(session, actor, visit, now),
        lines=_lines(session, visit, photos, fields) if Field.MEASURES in fields else (),
        openings=tuple(
            OpeningRow(one.id, one.label, one.state, is_exit(one))
            for one in touched_openings(session, visit.id)
        )
        if Field.SECURE_STATE in fields
        else (),
        photo_ids=tuple(photo for found in photos.values() for photo in found),
        hazards=_hazards(session, visit) if Field.HAZARDS in fields else None,
    )


def _hazards(session: Session, visit: Visit) -> tuple[str, ...]:
    case_id = visit.order.case_id
    return hazard_words(hazards_of(session, [case_id]).get(case_id, ()))


def _photos(session: Session, visit: Visit) -> Mapping[uuid.UUID | None, tuple[uuid.UUID, ...]]:
    found: dict[uuid.UUID | None, tuple[uuid.UUID, ...]] = {}
    rows = session.execute(
        select(Photo.line_id, Photo.id)
        .where(Photo.visit_id == visit.id, Photo.firm_id == visit.firm_id, Photo.erased_at.is_(None))
        .order_by(Photo.stored_at, Photo.id)
    )
    for line_id, photo_id in rows:
        found[line_id] = (*found.get(line_id, ()), photo_id)
    return found


def _lines(
    session: Session,
    visit: Visit,
    photos: Mapping[uuid.UUID | None, tuple[uuid.UUID, ...]],
    fields: frozenset[Field],
) -> tuple[LineRow, ...]:
    proofs = load_proofs(session, [visit.id])
    rows = []
    for line in checklist_lines(visit).values():
        asked = asked_of(line)
        papers = {Evidence(one.kind): one for one in proofs.papers.get(line.id, ())}
        rows.append(
            LineRow(
                id=line.id,
                item_code=line.item_code,
                measure=line.measure,
                opening=line.opening.label if line.opening and Field.OPENING_LABELS in fields else "",
                quantity=line.quantity,
                unit=line.unit,
                asked=asked,
                done=proofs.done.get(line.id),
                photo_ids=photos.get(line.id, ()),
                keys=proofs.keys.get(line.id, ()),
                papers=papers,
                test=proofs.tests.get(line.id),
                missing=find_missing(line.measure, asked, proofs.of(line.id)),
            )
        )
    return tuple(rows)
