"""A firm's office keeps the hours, absences and contacts of its people, a worker their own; both count at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, selectinload

from worksorders.domain.errors import Faults
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.people import workers
from worksorders.steps.people.workers import Stretch
from worksorders.store.tables.firms.contractors import Absence, Firm, Worker
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.orders import Visit, WorksOrder

DAY = timedelta(days=1)
LONGEST_ABSENCE_DAYS = 400
NOT_SET_OUT = "accepted"


@dataclass(frozen=True, slots=True)
class ConcernedVisit:
    """An accepted visit that lies in an absence: it is given back or somebody else goes."""

    id: uuid.UUID
    code: str
    worker: str
    start_at: datetime


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A worker as the firm keeps them; `account` is their way in, None before they are invited."""

    worker: Worker
    absences: Sequence[Absence]
    account: AppUser | None
    concerned: Sequence[ConcernedVisit]


def office(actor: Actor) -> uuid.UUID:
    """The firm of an office account; a worker's account and everybody else find nothing."""
    if actor.worker_id is not None:
        raise NotFoundError("There is no such page.")
    return actor.require_firm()


def own_person(session: Session, actor: Actor, worker_id: uuid.UUID) -> Worker:
    """A worker of the own firm for its office, oneself for a worker; raises NotFoundError for anybody else."""
    firm_id = actor.require_firm()
    worker = session.scalar(
        select(Worker)
        .where(Worker.id == worker_id, Worker.firm_id == firm_id)
        .options(selectinload(Worker.trades), selectinload(Worker.hours))
    )
    if worker is None or actor.worker_id not in {None, worker_id}:
        raise NotFoundError("There is no such worker.")
    return worker


def find_person(session: Session, actor: Actor, worker_id: uuid.UUID, now: datetime) -> PersonPage:
    """One person with absences to come, the account, and the accepted visits that an absence lies over."""
    worker, today = own_person(session, actor, worker_id), local_day(now)
    account = session.scalar(
        select(AppUser)
        .where(AppUser.worker_id == worker_id, AppUser.firm_id == worker.firm_id)
        .order_by(AppUser.disabled_at.is_not(None), AppUser.created_at.desc(), AppUser.id)
        .limit(1)
    )
    absences = workers.absences_from(session, worker_id, today)
    return PersonPage(worker, absences, account, concerned_visits(session, actor, now, worker_id=worker_id))


def concerned_visits(
    session: Session, actor: Actor, now: datetime, *, worker_id: uuid.UUID | None = None
) -> Sequence[ConcernedVisit]:
    """Accepted visits to come on a day on which somebody of their crew is absent, by start."""
    firm_id = actor.require_firm()
    never = [NeverSend.firm_id == firm_id]
    if actor.worker_id is not None:
        never = [(NeverSend.firm_id == firm_id) | (NeverSend.worker_id == actor.worker_id)]
    barred = exists().where(NeverSend.case_id == WorksOrder.case_id, *never)
    on = func.date(func.timezone("Pacific/Auckland", Visit.start_at))
    query = (
        select(Visit.id, Visit.code, Worker.first_name, Visit.start_at)
        .join(Booking, Booking.visit_id == Visit.id)
        .join(Worker, Worker.id == Booking.worker_id)
        .join(Absence, Absence.worker_id == Worker.id)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(
            Visit.firm_id == firm_id,
            Visit.state == NOT_SET_OUT,
            Visit.start_at >= now,
            Booking.state == "confirmed",
            Absence.from_on <= on,
            Absence.to_on >= on,
            ~barred,
        )
        .distinct()
        .order_by(Visit.start_at, Visit.id, Worker.first_name)
    )
    if worker_id is not None:
        query = query.where(Worker.id == worker_id)
    rows = session.execute(query)
    return [ConcernedVisit(key, code, name, at) for key, code, name, at in rows if at is not None]


def set_hours(session: Session, actor: Actor, worker_id: uuid.UUID, hours: Sequence[Stretch]) -> None:
    """Replace the weekly hours of a person; faults are named by day, as workers.set_hours does."""
    own_person(session, actor, worker_id)
    workers.set_hours(session, actor, worker_id, hours)


def set_hours_of_all(session: Session, actor: Actor, hours: Sequence[Stretch]) -> int:
    """Give everybody who works for the firm the same weekly hours; returns how many they are."""
    people = _at_work(session, office(actor))
    for worker_id in people:
        workers.set_hours(session, actor, worker_id, hours)
    return len(people)


def set_on_call(session: Session, actor: Actor, worker_id: uuid.UUID, *, on_call: bool) -> None:
    """Say whether a person may be reached for an urgent visit outside hours."""
    own_person(session, actor, worker_id)
    workers.set_on_call(session, actor, worker_id, on_call=on_call)


def set_contact(
    session: Session, actor: Actor, worker_id: uuid.UUID, *, phone: str, max_travel_minutes: int
) -> None:
    """The mobile phone of a person and the longest way that they drive; FaultsError at `max_travel_minutes`."""
    worker = own_person(session, actor, worker_id)
    faults = Faults()
    faults.require(
        0 < max_travel_minutes <= workers.LONGEST_TRAVEL,
        "max_travel_minutes",
        f"{max_travel_minutes} minutes of travel: give 1 to {workers.LONGEST_TRAVEL}.",
    )
    faults.raise_if_any()
    worker.phone, worker.max_travel_minutes = phone.strip() or None, max_travel_minutes
    audit.record(session, actor, "worker.contact_changed", ("worker", worker.id))


def set_firm_contact(session: Session, actor: Actor, *, email: str, phone: str) -> Firm:
    """Where the firm's office is reached."""
    firm = session.get_one(Firm, office(actor))
    firm.email, firm.phone = email.strip() or None, phone.strip() or None
    audit.record(session, actor, "firm.contact_changed", ("firm", firm.id))
    return firm


def add_absence(
    session: Session,
    actor: Actor,
    worker_id: uuid.UUID,
    from_on: date,
    to_on: date,
    *,
    note: str = "",
    now: datetime,
) -> Sequence[ConcernedVisit]:
    """Keep days without work; returns the accepted visits on them, which are to be given back or passed to another.

    Raises FaultsError at `from_on` or `to_on` for days that have passed or far too many of them.
    """
    own_person(session, actor, worker_id)
    _check_days(from_on, to_on, now)
    workers.add_absence(session, actor, worker_id, from_on, to_on, note=note)
    return [
        visit
        for visit in concerned_visits(session, actor, now, worker_id=worker_id)
        if start_of_day(from_on) <= visit.start_at < start_of_day(to_on + DAY)
    ]


def close_days(
    session: Session, actor: Actor, from_on: date, to_on: date, *, note: str = "", now: datetime
) -> Sequence[ConcernedVisit]:
    """Keep days on which the whole firm does not work; returns the accepted visits on them."""
    people = _at_work(session, office(actor))
    _check_days(from_on, to_on, now)
    for worker_id in people:
        workers.add_absence(session, actor, worker_id, from_on, to_on, note=note)
    return [
        visit
        for visit in concerned_visits(session, actor, now)
        if start_of_day(from_on) <= visit.start_at < start_of_day(to_on + DAY)
    ]


def remove_absence(session: Session, actor: Actor, absence_id: uuid.UUID) -> Worker:
    """Take an absence back."""
    own_person(session, actor, own_absence(session, actor, absence_id).worker_id)
    return workers.remove_absence(session, actor, absence_id)


def own_absence(session: Session, actor: Actor, absence_id: uuid.UUID) -> Absence:
    """An absence of a person that the actor may keep; raises NotFoundError."""
    row = session.get(Absence, absence_id)
    if row is None:
        raise NotFoundError("There is no such absence.")
    own_person(session, actor, row.worker_id)
    return row


def _at_work(session: Session, firm_id: uuid.UUID) -> Sequence[uuid.UUID]:
    return session.scalars(
        select(Worker.id).where(Worker.firm_id == firm_id, Worker.active).order_by(Worker.id)
    ).all()


def _check_days(from_on: date, to_on: date, now: datetime) -> None:
    faults, today = Faults(), local_day(now)
    faults.require(from_on >= today, "from_on", "Give today or a later day: days that have passed are over.")
    faults.require(
        (to_on - from_on).days < LONGEST_ABSENCE_DAYS,
        "to_on",
        f"That is more than {LONGEST_ABSENCE_DAYS} days: ask the office to stop the worker instead.",
    )
    faults.raise_if_any()
