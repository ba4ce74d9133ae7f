"""Shows a coordinator whom to reach and where: asked for with a purpose, logged, kept nowhere."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from sqlalchemy.orm import Session, sessionmaker

from worksorders.domain.disclosure.policy import Purpose
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.steps import disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.intake.keep import OTHER_NAMES, REFERRED_NAME, REFERRED_PHONE, REFERRED_SAFE_CONTACT
from worksorders.store.tables.work.cases import CaseFile

LEAST_PURPOSE, LONGEST_PURPOSE = 8, 200
SHOWN = (
    disclose.PERSON_NAME,
    disclose.PERSON_PHONE,
    disclose.SAFE_CONTACT,
    disclose.HOME_ADDRESS,
    OTHER_NAMES,
    REFERRED_NAME,
    REFERRED_PHONE,
    REFERRED_SAFE_CONTACT,
)


@dataclass(frozen=True, slots=True)
class Contact:
    """What one reading showed; `referred` are names, phones and safe-contact words that came with later referrals of this home."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    other_names: str = field(repr=False)
    safe_contact: str = field(repr=False)
    address: str = field(repr=False)
    referred: tuple[tuple[str, str, str], ...] = field(repr=False)


def read_contact(
    sessions: sessionmaker[Session], cipher: Cipher, actor: Actor, case_id: uuid.UUID, purpose: str
) -> Contact:
    """Read name, phone and address of a case; FaultsError at `purpose` where it says too little."""
    if actor.role is not Role.COORDINATOR:
        raise NotFoundError("There is no such case.")
    text = " ".join(purpose.split())
    if not LEAST_PURPOSE <= len(text) <= LONGEST_PURPOSE:
        message = f"Say what you need it for, in {LEAST_PURPOSE} to {LONGEST_PURPOSE} letters: it is logged."
        raise FaultsError([Fault("purpose", message)])
    with sessions() as session:
        if session.get(CaseFile, case_id) is None:
            raise NotFoundError("There is no such case.")
    found = disclose.read(
        sessions, cipher, actor, case_ids=[case_id], kinds=SHOWN, purpose=text, under=Purpose.CONTACT_CLIENT
    )
    subjects = {subject for _, subject, kind in found if kind == REFERRED_NAME}
    return Contact(
        name=found.of(case_id, disclose.PERSON_NAME) or "",
        phone=found.of(case_id, disclose.PERSON_PHONE) or "",
        other_names=found.of(case_id, OTHER_NAMES) or "",
        safe_contact=found.of(case_id, disclose.SAFE_CONTACT) or "",
        address=found.of(case_id, disclose.HOME_ADDRESS) or "",
        referred=tuple(
            (
                found.get((case_id, subject, REFERRED_NAME), ""),
                found.get((case_id, subject, REFERRED_PHONE), ""),
                found.get((case_id, subject, REFERRED_SAFE_CONTACT), ""),
            )
            for subject in sorted(subjects)
        ),
    )
