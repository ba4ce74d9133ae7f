"""Decides which name and phone of a home counts where a later referral gave another one: for a purpose, logged.

Nothing is lost: what is not chosen changes places with what is, sealed beside the referral that gave it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, sessionmaker

from worksorders.domain.disclosure.policy import Purpose
from worksorders.domain.errors import Faults
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.consents.hashes import phone_is_barred
from worksorders.steps.consents.writing.read_person import require_purpose
from worksorders.steps.intake.keep import (
    CONTACT_APART,
    REFERRED_NAME,
    REFERRED_PHONE,
    REFERRED_SAFE_CONTACT,
)
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import Assessment

SETTLED = "assessment.contact_settled"
KEEP, TAKE = "keep", "take"
# What is held, and what the referral gave instead; the words on how to call safely go with the number.
PARTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "name": ((disclose.PERSON_NAME, REFERRED_NAME),),
    "phone": (
        (disclose.PERSON_PHONE, REFERRED_PHONE),
        (disclose.SAFE_CONTACT, REFERRED_SAFE_CONTACT),
    ),
}


@dataclass(frozen=True, slots=True)
class Apart:
    """An assessment whose referral gave another name or phone, about which nobody has decided."""

    assessment_id: uuid.UUID
    code: str
    case_id: uuid.UUID


def contacts_apart(session: Session, case_id: uuid.UUID) -> tuple[Apart, ...]:
    """The open questions of a home, the oldest first; one query."""
    later = aliased(AuditEvent)
    settled = (
        select(later.id)
        .where(
            later.subject_table == "assessment",
            later.subject_id == AuditEvent.subject_id,
            later.action == SETTLED,
            later.id > AuditEvent.id,
        )
        .exists()
    )
    rows = session.execute(
        select(Assessment.id, Assessment.code, Assessment.case_id)
        .join(AuditEvent, AuditEvent.subject_id == Assessment.id)
        .where(
            AuditEvent.subject_table == "assessment",
            AuditEvent.action == CONTACT_APART,
            Assessment.case_id == case_id,
            ~settled,
        )
        .order_by(AuditEvent.id)
    )
    return tuple(Apart(*row) for row in rows)


def open_question(session: Session, actor: Actor, assessment_id: uuid.UUID) -> Apart:
    """The open question of one assessment; raises NotFoundError where there is none, or it is decided."""
    row = session.get(Assessment, assessment_id)
    if actor.role is Role.COORDINATOR and row is not None:
        for one in contacts_apart(session, row.case_id):
            if one.assessment_id == assessment_id:
                return one
    raise NotFoundError("There is no such question.")


def settle(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    assessment_id: uuid.UUID,
    *,
    name: str,
    phone: str,
    purpose: str,
) -> None:
    """Keep or take the name, and the phone with its words; FaultsError at `name`, `phone` or `purpose`.

    A number that belongs to somebody who must never be asked is refused, whatever name came with it.
    """
    session.scalar(select(Assessment.id).where(Assessment.id == assessment_id).with_for_update())
    apart = open_question(session, actor, assessment_id)
    told = require_purpose(purpose)
    chosen = {"name": name, "phone": phone}
    faults = Faults()
    for part, choice in chosen.items():
        faults.require(choice in {KEEP, TAKE}, part, f"Choose which {part} counts.")
    faults.raise_if_any()
    taken = [part for part, choice in chosen.items() if choice == TAKE]
    if taken:
        _swap(session, sessions, cipher, actor, apart, taken, told)
    detail = dict(chosen)
    audit.record(session, actor, SETTLED, ("assessment", assessment_id), reason=told, detail=detail)
    session.flush()


def _swap(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    apart: Apart,
    taken: list[str],
    purpose: str,
) -> None:
    pairs = [pair for part in taken for pair in PARTS[part]]
    kinds = [kind for pair in pairs for kind in pair]
    found = disclose.read(
        sessions,
        cipher,
        actor,
        case_ids=[apart.case_id],
        kinds=kinds,
        purpose=purpose,
        under=Purpose.CONTACT_CLIENT,
    )
    held = {kind: found.get((apart.case_id, apart.case_id, kind), "") for kind, _ in pairs}
    given = {kind: found.get((apart.case_id, apart.assessment_id, kind), "") for _, kind in pairs}
    faults = Faults()
    for part in taken:
        if not given[PARTS[part][0][1]]:
            faults.add(part, f"The referral gave no {part}: keep the one that is held.")
    number = given.get(REFERRED_PHONE, "")
    if number and phone_is_barred(session, cipher, apart.case_id, number):
        faults.add(
            "phone", "This number must never be called. Keep the one that is held, and ask the agency."
        )
    faults.raise_if_any()
    disclose.protect(
        session, cipher, apart.case_id, apart.case_id, {kind: given[other] for kind, other in pairs}
    )
    disclose.protect(
        session, cipher, apart.case_id, apart.assessment_id, {other: held[kind] for kind, other in pairs}
    )
