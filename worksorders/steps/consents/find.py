"""Everything that the page of an order's agreements shows, without a name: people are told apart by number and kind."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from worksorders.domain.local_time import local_day
from worksorders.domain.people.interests import Screening, may_be_contacted
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.consents.reach import person_of
from worksorders.steps.consents.standing import LineStanding, line_standings
from worksorders.store.tables.confidential.interests import (
    ConsentAnswer,
    ConsentRequest,
    ConsentRequestLine,
    HomeInterest,
    InterestContact,
    InterestScreening,
    LegalBasis,
    Letter,
)
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

KIND_WORDS = {
    "owner": "Owner",
    "co_owner": "Co-owner",
    "tenant": "Tenant",
    "landlord": "Private landlord",
    "housing_agency": "Kāinga Ora",
    "mortgagee": "Mortgagee",
}
OPEN_STATES = (
    "draft",
    "consent_pending",
    "approval_pending",
    "ready",
    "issued",
    "on_hold",
    "variation_pending",
)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person with an interest; `reachable` where a letter, message or call may be made."""

    row: HomeInterest
    label: str
    reachable: bool
    hits: tuple[str, ...]
    ended: bool

    @property
    def id(self) -> uuid.UUID:
        return self.row.id

    @property
    def barred(self) -> bool:
        return self.row.screening == Screening.BARRED


@dataclass(frozen=True, slots=True)
class Said:
    """An answer with the measures that it was about."""

    who: str
    what: tuple[str, ...]
    outcome: str
    how: str
    on: date
    conditions: str
    reinstatement: bool
    reason: str
    recorded_at: datetime
    recorded_by: uuid.UUID


@dataclass(frozen=True, slots=True)
class WasAsked:
    """A request with its measures and the day by which the answer is due."""

    who: str
    what: tuple[str, ...]
    how: str
    on: date
    due_on: date


@dataclass(frozen=True)
class AgreementsView:
    """The page of one order's agreements; `names` are display names of accounts by id."""

    order: WorksOrder
    people: tuple[PersonRow, ...]
    lines: tuple[LineStanding, ...]
    bases: tuple[LegalBasis, ...]
    said: tuple[Said, ...]
    asked: tuple[WasAsked, ...]
    contacts: tuple[InterestContact, ...]
    letters: Mapping[uuid.UUID, Letter]
    names: Mapping[uuid.UUID, str]
    labels: Mapping[uuid.UUID, str]
    is_open: bool

    def person(self, interest_id: uuid.UUID) -> PersonRow:
        """One of them; raises NotFoundError for somebody of another home."""
        for one in self.people:
            if one.id == interest_id:
                return one
        raise NotFoundError("There is no such person.")

    def basis(self, basis_id: uuid.UUID) -> LegalBasis:
        """One legal basis; raises NotFoundError for one of another home."""
        for one in self.bases:
            if one.id == basis_id:
                return one
        raise NotFoundError("There is no such legal basis.")

    def contact(self, contact_id: uuid.UUID) -> InterestContact:
        """One contact of this order; raises NotFoundError for another's."""
        for one in self.contacts:
            if one.id == contact_id:
                return one
        raise NotFoundError("There is no such contact.")

    @property
    def reachable(self) -> tuple[PersonRow, ...]:
        return tuple(one for one in self.people if one.reachable)

    @property
    def needs_basis(self) -> bool:
        return any(one.standing == "needs_legal_basis" for one in self.lines)


def find_agreements(session: Session, actor: Actor, order_id: uuid.UUID, now: datetime) -> AgreementsView:
    """The page of an order's agreements; raises NotFoundError for anyone but a coordinator."""
    order = session.scalar(
        select(WorksOrder).where(WorksOrder.id == order_id).options(joinedload(WorksOrder.case))
    )
    if actor.role is not Role.COORDINATOR or order is None:
        raise NotFoundError("There is no such order.")
    people = _people(session, order)
    labels = {one.id: one.label for one in people}
    measures = {line.id: _measure(line) for line in order.lines}
    said = session.scalars(
        select(ConsentAnswer)
        .where(ConsentAnswer.order_id == order.id)
        .order_by(ConsentAnswer.recorded_at.desc(), ConsentAnswer.id)
    ).all()
    contacts = session.scalars(
        select(InterestContact)
        .where(InterestContact.order_id == order.id)
        .order_by(InterestContact.queued_at.desc(), InterestContact.id)
    ).all()
    bases = session.scalars(
        select(LegalBasis).where(LegalBasis.case_id == order.case_id).order_by(LegalBasis.proposed_at)
    ).all()
    letters = session.scalars(select(Letter).where(Letter.contact_id.in_([one.id for one in contacts])))
    return AgreementsView(
        order=order,
        people=people,
        lines=line_standings(session, order, local_day(now)),
        bases=tuple(bases),
        said=_said(said, labels, measures),
        asked=_asked(session, order, labels, measures),
        contacts=tuple(contacts),
        letters={one.contact_id: one for one in letters},
        names=_names(session, said, contacts, bases),
        labels=labels,
        is_open=order.state in OPEN_STATES,
    )


def label(row: HomeInterest) -> str:
    """What a person is called on pages: a number and what they have to do with the home, never a name."""
    return f"{row.position}. {KIND_WORDS[row.kind]}{' (the client)' if row.is_client else ''}"


def _measure(line: WorksLine) -> str:
    where = line.opening.label if line.opening else "whole home"
    return f"{line.measure}, {where}"


def _people(session: Session, order: WorksOrder) -> tuple[PersonRow, ...]:
    rows = session.scalars(
        select(HomeInterest).where(HomeInterest.case_id == order.case_id).order_by(HomeInterest.position)
    ).all()
    latest: dict[uuid.UUID, InterestScreening] = {}
    for event in session.scalars(
        select(InterestScreening)
        .where(InterestScreening.interest_id.in_([row.id for row in rows]))
        .order_by(InterestScreening.at, InterestScreening.id)
    ):
        latest[event.interest_id] = event
    return tuple(
        PersonRow(
            row,
            label(row),
            may_be_contacted(person_of(row)),
            tuple(latest[row.id].hits) if row.id in latest else (),
            row.ended_at is not None,
        )
        for row in rows
    )


def _said(
    rows: Sequence[ConsentAnswer], labels: Mapping[uuid.UUID, str], measures: Mapping[uuid.UUID, str]
) -> tuple[Said, ...]:
    """Answers given together are one row: same person, same words, same moment of recording within a second."""
    grouped: dict[tuple[object, ...], list[ConsentAnswer]] = {}
    for row in rows:
        key = (row.interest_id, row.outcome, row.how, row.answered_on, row.conditions, row.reason)
        grouped.setdefault((*key, row.reinstatement, row.recorded_at.replace(microsecond=0)), []).append(row)
    return tuple(
        Said(
            labels[first.interest_id],
            tuple(measures[one.line_id] for one in many),
            first.outcome,
            first.how,
            first.answered_on,
            first.conditions,
            first.reinstatement,
            first.reason,
            first.recorded_at,
            first.recorded_by,
        )
        for many in grouped.values()
        for first in many[:1]
    )


def _asked(
    session: Session, order: WorksOrder, labels: Mapping[uuid.UUID, str], measures: Mapping[uuid.UUID, str]
) -> tuple[WasAsked, ...]:
    rows = session.execute(
        select(ConsentRequest, ConsentRequestLine.line_id)
        .join(ConsentRequestLine, ConsentRequestLine.request_id == ConsentRequest.id)
        .where(ConsentRequest.order_id == order.id)
        .order_by(ConsentRequest.recorded_at.desc(), ConsentRequest.id)
    ).all()
    requests = {row[0].id: row[0] for row in rows}
    return tuple(
        WasAsked(
            labels[request.interest_id],
            tuple(measures[line_id] for one, line_id in rows if one.id == key),
            request.how,
            request.asked_on,
            request.answer_due_on,
        )
        for key, request in requests.items()
    )


def _names(
    session: Session,
    said: Sequence[ConsentAnswer],
    contacts: Sequence[InterestContact],
    bases: Sequence[LegalBasis],
) -> dict[uuid.UUID, str]:
    ids = {row.recorded_by for row in said}
    ids |= {by for row in contacts for by in (row.queued_by, row.made_by) if by}
    ids |= {by for row in bases for by in (row.proposed_by, row.confirmed_by, row.withdrawn_by) if by}
    rows = session.execute(select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(ids)))
    return {row.id: row.display_name for row in rows}
