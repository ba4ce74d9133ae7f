"""How consent stands, measure by measure, and what an order still waits for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.item import ConsentNeeded
from worksorders.domain.people.consent import (
    Answer,
    Asked,
    Basis,
    How,
    Outcome,
    Standing,
    of_person,
    standing,
    who_to_ask,
)
from worksorders.domain.people.consent import LegalBasis as Ground
from worksorders.domain.people.interests import Person
from worksorders.steps.consents.reach import person_of
from worksorders.store.tables.confidential.interests import (
    ConsentAnswer,
    ConsentRequest,
    ConsentRequestLine,
    HomeInterest,
    LegalBasis,
)
from worksorders.store.tables.work.orders import WorksLine, WorksOrder


@dataclass(frozen=True, slots=True)
class LineStanding:
    """One measure that needs consent: how it stands, and how with each person who is asked about it."""

    line: WorksLine
    standing: Standing
    by_person: Mapping[uuid.UUID, Standing]


@dataclass(frozen=True, slots=True)
class Known:
    """What is recorded for an order and its home, as the rules see it."""

    persons: tuple[Person, ...]
    asked: tuple[Asked, ...]
    answers: tuple[Answer, ...]
    bases: tuple[Ground, ...]


def known(session: Session, order: WorksOrder) -> Known:
    """Read it all with four queries."""
    people = session.scalars(
        select(HomeInterest)
        .where(HomeInterest.case_id == order.case_id, HomeInterest.ended_at.is_(None))
        .order_by(HomeInterest.position)
    )
    asked = session.execute(
        select(ConsentRequest.interest_id, ConsentRequestLine.line_id, ConsentRequest.asked_on)
        .join(ConsentRequestLine, ConsentRequestLine.request_id == ConsentRequest.id)
        .where(ConsentRequest.order_id == order.id)
        .order_by(ConsentRequest.recorded_at, ConsentRequest.id)
    )
    said = session.scalars(
        select(ConsentAnswer)
        .where(ConsentAnswer.order_id == order.id)
        .order_by(ConsentAnswer.recorded_at, ConsentAnswer.id)
    )
    bases = session.scalars(
        select(LegalBasis).where(
            LegalBasis.case_id == order.case_id,
            LegalBasis.confirmed_at.is_not(None),
            LegalBasis.withdrawn_at.is_(None),
        )
    )
    return Known(
        persons=tuple(person_of(row) for row in people),
        asked=tuple(Asked(str(row.interest_id), str(row.line_id), row.asked_on) for row in asked),
        answers=tuple(
            Answer(str(r.interest_id), str(r.line_id), Outcome(r.outcome), r.answered_on, How(r.how))
            for r in said
        ),
        bases=tuple(
            Ground(Basis(r.basis), r.dated_on, str(r.proposed_by), str(r.confirmed_by), r.ends_on)
            for r in bases
        ),
    )


def needing(lines: Iterable[WorksLine]) -> tuple[WorksLine, ...]:
    """The lines that somebody has to agree to."""
    return tuple(
        line
        for line in lines
        if line.removed_at is None and ConsentNeeded(line.consent_group) is not ConsentNeeded.NONE
    )


def line_standings(
    session: Session, order: WorksOrder, today: date, found: Known | None = None
) -> tuple[LineStanding, ...]:
    """Each measure that needs consent, in the order of the lines."""
    lines = needing(order.lines)
    if not lines:
        return ()
    all_of_it = found or known(session, order)
    return tuple(_of_line(line, all_of_it, today) for line in lines)


def _of_line(line: WorksLine, found: Known, today: date) -> LineStanding:
    group, key = ConsentNeeded(line.consent_group), str(line.id)
    asked = {one.person_id: one for one in found.asked if one.line_id == key}
    said = {one.person_id: one for one in found.answers if one.line_id == key}
    in_force = [basis for basis in found.bases if basis.holds_on(today)]
    return LineStanding(
        line,
        standing(
            group,
            key,
            found.persons,
            asked=found.asked,
            answers=found.answers,
            bases=found.bases,
            today=today,
        ),
        {
            uuid.UUID(person.id): of_person(asked.get(person.id), said.get(person.id), in_force, today)
            for person in who_to_ask(group, found.persons)
        },
    )


def unsettled(session: Session, order: WorksOrder, today: date) -> tuple[LineStanding, ...]:
    """The measures of an order for which an agreement, or what stands in for it, is still missing."""
    return tuple(one for one in line_standings(session, order, today) if not one.standing.is_settled)


def standing_of_new(session: Session, order: WorksOrder, group: ConsentNeeded, today: date) -> Standing:
    """How the consent to a measure stands that is not on the order yet, so that nobody was asked about it."""
    if group is ConsentNeeded.NONE:
        return Standing.NOT_NEEDED
    found = known(session, order)
    return standing(group, "", found.persons, asked=(), answers=(), bases=found.bases, today=today)


def measures(missing: Sequence[LineStanding]) -> str:
    """Their names, each once, for a sentence."""
    return ", ".join(dict.fromkeys(one.line.measure for one in missing))
