"""Keyed hashes of people's names and phones, and whether a number belongs to somebody who must never be asked."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from worksorders.domain.people.conflict import Kind, forms
from worksorders.domain.people.interests import Screening
from worksorders.gateways.cipher import Cipher
from worksorders.steps import disclose
from worksorders.store import lookups
from worksorders.store.lookups import Digest


def digests_of(cipher: Cipher, name: str, phone: str) -> frozenset[Digest]:
    """The keyed hashes under which a person with this name and phone is met."""
    values = [(disclose.PERSON_NAME, one) for one in forms(Kind.NAME, name)]
    values += [(disclose.PERSON_PHONE, one) for one in forms(Kind.PHONE, phone)]
    return frozenset((kind, cipher.look_up(kind, value)) for kind, value in values)


def phone_is_barred(session: Session, cipher: Cipher, case_id: uuid.UUID, phone: str) -> bool:
    """Whether a phone number is one of somebody of the case who must never be asked, whatever name came with it."""
    met = lookups.meet(session, digests_of(cipher, "", phone))
    return any(one.case_id == case_id and one.screening == Screening.BARRED for one in met)
