"""Records a person or organisation with an interest in a home: sealed in the vault, screened before anything else."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, NotPermittedError
from worksorders.domain.people.interests import Interest, Near, Screening, screen
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.consents import screening
from worksorders.steps.consents.hashes import digests_of
from worksorders.store import lookups
from worksorders.store.tables.confidential.interests import HomeInterest
from worksorders.store.tables.work.cases import CaseFile

LONGEST = 300


@dataclass(frozen=True, slots=True)
class GivenPerson:
    """What a coordinator enters; `phone` in international form, `post` an address with line breaks.

    `near`: whether this is the abuser or somebody near to them. Of the client herself nothing else is asked.
    """

    interest: str
    near: str
    is_client: bool = False
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)
    post: str = field(default="", repr=False)


def kind(what: str, interest_id: uuid.UUID) -> str:
    """The vault's kind of one value of one person, so that a reading opens this person's and nobody else's."""
    return f"interest.{what}:{interest_id}"


def record_person(
    session: Session, cipher: Cipher, actor: Actor, case_id: uuid.UUID, given: GivenPerson, now: datetime
) -> HomeInterest:
    """Seal and screen a person; FaultsError at `interest`, `near`, `name`, `phone`, `mail` or `post`."""
    case = session.get(CaseFile, case_id)
    if actor.role is not Role.COORDINATOR or case is None:
        raise NotFoundError("There is no such case.")
    people = screening.lock_people(session, case_id)
    _check(given, people)
    digests = digests_of(cipher, given.name, given.phone)
    found = screening.hits(session, cipher, case_id, digests) if not given.is_client else frozenset()
    near = Near.NO if given.is_client else Near(given.near)
    outcome = screen(near, found, is_client=given.is_client)
    row = HomeInterest(
        id=uuid.uuid4(),
        case_id=case_id,
        position=1 + (session.scalar(_highest(case_id)) or 0),
        kind=given.interest,
        is_client=given.is_client,
        has_phone=bool(given.phone),
        has_mail=bool(given.mail),
        has_post=bool(given.post),
        screening=str(Screening.WAITING),
        screened_at=now,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    values = {"name": given.name, "phone": given.phone, "mail": given.mail, "post": given.post}
    sealed = {kind(what, row.id): value.strip() for what, value in values.items()}
    disclose.protect(session, cipher, case_id, row.id, sealed)
    lookups.remember(session, case_id, row.id, digests)
    detail = {"kind": given.interest, "interest_id": str(row.id)}
    audit.record(session, actor, "interest.recorded", ("case_file", case_id), detail=detail)
    if outcome is Screening.BARRED:
        screening.bar(session, cipher, actor, row.id, now)
    else:
        screening.set_screening(session, actor, row, outcome, "check", found=found, now=now)
    return row


def end_person(session: Session, actor: Actor, interest_id: uuid.UUID, now: datetime) -> None:
    """The person has no interest in the home any more; a barred person stays on the list, so that the bar does."""
    row = screening.find(session, actor, interest_id)
    screening.lock_people(session, row.case_id)
    if row.screening == Screening.BARRED:
        raise NotPermittedError("A barred person stays listed, so that they are never asked.")
    if row.ended_at is None:
        row.ended_at = now
        audit.record(session, actor, "interest.ended", ("case_file", row.case_id))


def _highest(case_id: uuid.UUID) -> Select[int]:
    return select(func.max(HomeInterest.position)).where(HomeInterest.case_id == case_id)


def _check(given: GivenPerson, people: list[HomeInterest]) -> None:
    faults = Faults()
    faults.require(
        given.interest in list(Interest), "interest", "Choose what this person has to do with the home."
    )
    if given.is_client:
        if any(row.is_client and row.ended_at is None for row in people):
            faults.add("interest", "The client is recorded already: end that record first.")
        if given.interest == Interest.LANDLORD:
            faults.add("interest", "The client lives in the home: record her as owner or tenant.")
        faults.raise_if_any()
        return
    faults.require(
        given.near in list(Near), "near", "Say whether this is the abuser or somebody near to them."
    )
    faults.require(given.name.strip(), "name", "Enter the name of the person or organisation.")
    for name, value in (("name", given.name), ("mail", given.mail), ("post", given.post)):
        if len(value) > LONGEST:
            faults.add(name, f"Write at most {LONGEST} letters; this has {len(value)}.")
    if given.mail.strip() and ("@" not in given.mail or " " in given.mail.strip()):
        faults.add("mail", "Write the e-mail address like name@example.nz.")
    faults.raise_if_any()
