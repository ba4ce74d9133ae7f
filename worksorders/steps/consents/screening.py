"""The conflict check of people with an interest in a home, the bar that stops every contact, and lifting it by two."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, NotPermittedError
from worksorders.domain.people.interests import Hit, Screening
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.consents.hashes import digests_of
from worksorders.steps.people import bar as firm_bar
from worksorders.store import lookups
from worksorders.store.lookups import Digest
from worksorders.store.scope import as_house
from worksorders.store.tables.confidential.interests import HomeInterest, InterestScreening
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.work.cases import NeverSend


def contractors_met(
    session: Session, cipher: Cipher, digests: Collection[Digest]
) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
    """Ids of firms and of workers with one of these names or phones."""
    wanted = frozenset(digests)
    firms = {
        row.id
        for row in session.execute(select(Firm.id, Firm.name, Firm.phone))
        if not wanted.isdisjoint(digests_of(cipher, row.name, row.phone or ""))
    }
    workers = {
        row.id
        for row in session.execute(select(Worker.id, Worker.first_name, Worker.last_name, Worker.phone))
        if not wanted.isdisjoint(digests_of(cipher, f"{row.first_name} {row.last_name}", row.phone or ""))
    }
    return firms, workers


def hits(
    session: Session,
    cipher: Cipher,
    case_id: uuid.UUID,
    digests: Collection[Digest],
    *,
    besides: uuid.UUID | None = None,
) -> frozenset[Hit]:
    """What a person's hashes meet: barred people, whoever is never sent, firms, workers, and the client's own."""
    found: set[Hit] = set()
    with as_house(session):
        everybody = lookups.meet(session, digests)
    for met in everybody:
        if met.screening == Screening.BARRED and met.interest_id != besides:
            found.add(Hit.BARRED_HERE if met.case_id == case_id else Hit.BARRED_ELSEWHERE)
    firms, workers = contractors_met(session, cipher, digests)
    if firms or workers:
        found.add(Hit.NEVER_SENT if _never_sent(session, case_id, firms, workers) else Hit.CONTRACTOR)
    if any(case == case_id for case, _ in lookups.clients(session, digests)):
        found.add(Hit.CLIENT)
    return frozenset(found)


def _never_sent(
    session: Session, case_id: uuid.UUID, firms: Collection[uuid.UUID], workers: Collection[uuid.UUID]
) -> bool:
    rows = session.scalars(select(NeverSend).where(NeverSend.case_id == case_id))
    return any(row.firm_id in firms or row.worker_id in workers for row in rows)


def lock_people(session: Session, case_id: uuid.UUID) -> list[HomeInterest]:
    """Everybody with an interest in a home, locked in one order, so that bars of one case wait for each other."""
    return list(
        session.scalars(
            select(HomeInterest)
            .where(HomeInterest.case_id == case_id)
            .order_by(HomeInterest.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def set_screening(
    session: Session,
    actor: Actor,
    row: HomeInterest,
    to: Screening,
    source: str,
    *,
    found: Iterable[Hit] = (),
    now: datetime,
) -> None:
    """Put an outcome into the row and its history; the trail says of whom, never why."""
    before = row.screening
    row.screening, row.screened_at, row.screened_by = str(to), now, actor.user_id
    row.lift_asked_at = row.lift_asked_by = None
    session.flush()
    session.add(
        InterestScreening(
            id=uuid.uuid4(),
            interest_id=row.id,
            screening=str(to),
            source=source,
            hits=sorted(found),
            at=now,
            by=actor.user_id,
        )
    )
    audit.record(
        session, actor, "interest.screened", ("case_file", row.case_id), moved=(before, row.screening)
    )


def bar(
    session: Session, cipher: Cipher, actor: Actor, interest_id: uuid.UUID, now: datetime
) -> tuple[uuid.UUID, ...]:
    """Mark a person as never to be asked; what waits to be sent to them is stopped in the same transaction.

    So is everybody of the case with the same name or phone; firms and workers that have them are never sent the case,
    and cleared people of other cases with the same phone wait for a person to look. Answers the ids barred.
    """
    row = find(session, actor, interest_id)
    people = lock_people(session, row.case_id)
    if row.is_client:
        raise NotPermittedError("This is the client herself: mark the other person.")
    digests = lookups.of_interest(session, row.id)
    same = {met.interest_id for met in lookups.meet(session, digests) if met.case_id == row.case_id}
    barred = []
    for one in people:
        if one.screening != Screening.BARRED and not one.is_client and one.id in same | {row.id}:
            source = "coordinator" if one.id == row.id else "same_name_or_phone"
            set_screening(session, actor, one, Screening.BARRED, source, now=now)
            barred.append(one.id)
    never_send(session, cipher, actor, row.case_id, digests, now)
    _doubt_elsewhere(session, actor, row.case_id, digests, now)
    return tuple(barred)


def never_send(
    session: Session,
    cipher: Cipher,
    actor: Actor,
    case_id: uuid.UUID,
    digests: Collection[Digest],
    now: datetime,
) -> None:
    """Bar firms and workers that carry a barred person's name or phone from the case, with all that follows."""
    firms, workers = contractors_met(session, cipher, digests)
    for firm_id in sorted(firms):
        firm_bar.bar(session, actor, case_id, firm_id=firm_id, source="conflict_check", now=now)
    for worker_id in sorted(workers):
        firm_bar.bar(session, actor, case_id, worker_id=worker_id, source="conflict_check", now=now)


def _doubt_elsewhere(
    session: Session, actor: Actor, case_id: uuid.UUID, digests: Collection[Digest], now: datetime
) -> None:
    phones = [one for one in digests if one[0] == disclose.PERSON_PHONE]
    with as_house(session):
        for met in lookups.meet(session, phones):
            if met.case_id != case_id and met.screening == Screening.CLEARED:
                row = session.get_one(HomeInterest, met.interest_id, with_for_update=True)
                if not row.is_client:
                    found = {Hit.BARRED_ELSEWHERE}
                    set_screening(session, actor, row, Screening.WAITING, "check", found=found, now=now)


def clear(session: Session, cipher: Cipher, actor: Actor, interest_id: uuid.UUID, now: datetime) -> None:
    """A coordinator looked at what the check met and knows that this person may be reached.

    Raises NotPermittedError for somebody barred (two people lift a bar) or who has a barred person's name or phone.
    """
    row = find(session, actor, interest_id)
    lock_people(session, row.case_id)
    if row.screening != Screening.WAITING:
        raise NotPermittedError("Only a person whose check waits can be cleared.")
    found = hits(session, cipher, row.case_id, lookups.of_interest(session, row.id), besides=row.id)
    if Hit.BARRED_HERE in found or Hit.NEVER_SENT in found:
        raise NotPermittedError("Somebody with this name or phone must never be asked: this person neither.")
    set_screening(session, actor, row, Screening.CLEARED, "coordinator", found=found, now=now)


def ask_lift(session: Session, actor: Actor, interest_id: uuid.UUID, now: datetime) -> None:
    """The first of two people says that a bar was set by mistake; until the second agrees nothing changes."""
    row = find(session, actor, interest_id)
    lock_people(session, row.case_id)
    if row.screening != Screening.BARRED:
        raise NotPermittedError("This person is not barred.")
    row.lift_asked_at, row.lift_asked_by = now, actor.user_id
    session.flush()
    audit.record(session, actor, "interest.lift_asked", ("case_file", row.case_id))


def lift(session: Session, actor: Actor, interest_id: uuid.UUID, now: datetime) -> None:
    """The second person lifts the bar; the check then waits for somebody to clear it, and nothing stopped goes on."""
    row = find(session, actor, interest_id)
    lock_people(session, row.case_id)
    if row.lift_asked_by is None:
        raise NotPermittedError("Nobody has asked for this bar to be lifted.")
    if row.lift_asked_by == actor.user_id:
        raise FaultsError([Fault("lift", "A second person lifts a bar: ask a colleague.")])
    set_screening(session, actor, row, Screening.WAITING, "lifted", now=now)


def find(session: Session, actor: Actor, interest_id: uuid.UUID) -> HomeInterest:
    """The person, for coordinators alone; raises NotFoundError."""
    row = session.get(HomeInterest, interest_id)
    if actor.role is not Role.COORDINATOR or row is None:
        raise NotFoundError("There is no such person.")
    return row
