"""Writes a judged referral into its rows, and what must stay hidden into the vault."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.gateways.cipher import Cipher
from worksorders.gateways.places import Town
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor
from worksorders.steps.intake.recognise import Known
from worksorders.steps.intake.referral import Referral, windows_text
from worksorders.store.tables.work.cases import (
    Assessment,
    CaseFile,
    EligibilityAnswer,
    Opening,
    OpeningEvent,
    OpeningFinding,
)

OTHER_NAMES = "person.other_names"
REFERRED_NAME = "referred.name"
REFERRED_PHONE = "referred.phone"
REFERRED_SAFE_CONTACT = "referred.safe_contact"
CONTACT_APART = "assessment.contact_kept_apart"


def fresh_code(prefix: str) -> str:
    """A new public code; a repeated one would be refused by its unique constraint."""
    return new_code(prefix, secrets.token_bytes(LEAST_BYTES))


def case_of(
    session: Session,
    cipher: Cipher,
    actor: Actor,
    referral: Referral,
    *,
    town: Town,
    joined: Known | None,
    now: datetime,
) -> CaseFile:
    """The case that is joined, or a new one with a key of its own."""
    if joined is not None:
        return session.get_one(CaseFile, joined.case_id)
    case = CaseFile(
        id=uuid.uuid4(),
        code=fresh_code("C"),
        region_code=town.region_code,
        area_code=town.area_code,
        built_before_2000=bool(referral.home.built_before_2000),
        point_estimated=referral.home.latitude is None,
        created_at=now,
        created_by=actor.user_id,
    )
    session.add(case)
    session.flush()
    disclose.open_case(session, cipher, case.id)
    audit.record(session, actor, "case.opened", ("case_file", case.id))
    return case


def assessment(
    session: Session, actor: Actor, referral: Referral, case: CaseFile, now: datetime
) -> Assessment:
    """The survey with its answers and openings; the state of each opening tonight is its first event."""
    row = Assessment(
        id=uuid.uuid4(),
        code=fresh_code("A"),
        case_id=case.id,
        agency=referral.agency.strip(),
        urgency=referral.urgency,
        adults=referral.adults,
        children=referral.children,
        state="waiting",
        assessed_on=referral.assessed_on,
        received_at=now,
        received_by=actor.user_id,
        safe_windows=windows_text(sorted(referral.safe_windows)),
        case=case,
        answers=[
            EligibilityAnswer(
                criterion=answer.criterion,
                answer=bool(answer.holds),
                given_by=answer.given_by.strip(),
                given_on=answer.given_on,
            )
            for answer in referral.answers
        ],
        openings=_openings(referral, now),
    )
    session.add(row)
    session.flush()
    session.add_all(
        OpeningEvent(opening_id=opening.id, state=opening.state, at=now, by=actor.user_id)
        for opening in row.openings
    )
    audit.record(
        session,
        actor,
        "assessment.taken_in",
        ("assessment", row.id),
        moved=(None, "waiting"),
        detail={"code": row.code, "case": case.code, "urgency": row.urgency},
    )
    return row


def _openings(referral: Referral, now: datetime) -> list[Opening]:
    return [
        Opening(
            id=uuid.uuid4(),
            position=position,
            kind=opening.kind,
            label=opening.label.strip(),
            state=str(opening.state),
            state_at=now,
            findings=[
                OpeningFinding(finding=finding, quantity=measured) for finding, measured in opening.findings
            ],
        )
        for position, opening in enumerate(referral.openings, start=1)
    ]


def protect(
    session: Session,
    cipher: Cipher,
    actor: Actor,
    referral: Referral,
    row: Assessment,
    *,
    town: Town,
    joined: Known | None,
) -> bool:
    """Seal what identifies home and person; answers whether the contact differs from the one already held.

    A joined home keeps its address and the contact held, whoever is named there; what a later referral gives is kept
    beside it, for a person to decide: a wrong number can cost a life.
    """
    home, person = referral.home, referral.person
    if joined is not None:
        apart = {
            REFERRED_NAME: person.name.strip(),
            REFERRED_PHONE: person.phone or "",
            REFERRED_SAFE_CONTACT: person.safe_contact.strip(),
        }
        disclose.protect(session, cipher, row.case_id, row.id, apart)
        differs = not {"name", "phone"} <= joined.by
        if differs:
            audit.record(session, actor, CONTACT_APART, ("assessment", row.id))
        return differs
    values = {
        disclose.PERSON_NAME: person.name.strip(),
        disclose.PERSON_PHONE: person.phone or "",
        disclose.SAFE_CONTACT: person.safe_contact.strip(),
        OTHER_NAMES: "; ".join(person.other_names),
        disclose.HOME_ADDRESS: f"{home.street.strip()}, {town.name}",
    }
    # Without a point the planner reckons from the middle of the area, and says so.
    if home.latitude is not None and home.longitude is not None:
        values[disclose.HOME_COORDINATES] = f"{home.latitude},{home.longitude}"
    disclose.protect(session, cipher, row.case_id, row.case_id, values)
    return False
