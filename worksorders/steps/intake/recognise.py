"""Finds the case that a home or person already has, by keyed hashes: nothing protected is read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.machines import ORDER
from worksorders.domain.people.conflict import Kind, forms
from worksorders.gateways.cipher import Cipher
from worksorders.steps import disclose
from worksorders.steps.intake.referral import Referral
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.orders import WorksOrder

LIVE_STATES = tuple(state for state in ORDER.states if ORDER.is_open(state) and state != "closed")


@dataclass(frozen=True, slots=True)
class Known:
    """A case that the referral touches: by its address, phone or name, and the codes of its live orders."""

    case_id: uuid.UUID
    case_code: str
    by: frozenset[str]
    live_orders: tuple[str, ...]

    @property
    def same_home(self) -> bool:
        return "address" in self.by

    @property
    def same_person(self) -> bool:
        return "phone" in self.by


def look_ups(referral: Referral, town_name: str) -> dict[str, tuple[str, ...]]:
    """Every normalised form of names, phone and address, by the kind under which it is hashed."""
    names = {
        form
        for name in (referral.person.name, *referral.person.other_names)
        for form in forms(Kind.NAME, name)
    }
    return {
        disclose.HOME_ADDRESS: tuple(forms(Kind.ADDRESS, f"{referral.home.street}, {town_name}")),
        disclose.PERSON_PHONE: tuple(forms(Kind.PHONE, referral.person.phone or "")),
        disclose.PERSON_NAME: tuple(sorted(names)),
    }


def lock(session: Session, cipher: Cipher, values: dict[str, tuple[str, ...]]) -> None:
    """Make two referrals of one home or person wait for each other until the first has committed."""
    digests = {cipher.look_up(kind, value) for kind, many in values.items() for value in many}
    keys = sorted(int.from_bytes(digest[:8], "big", signed=True) for digest in digests)
    for key in keys:
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def recognise(session: Session, cipher: Cipher, values: dict[str, tuple[str, ...]]) -> tuple[Known, ...]:
    """The cases that share a value, those of the same home first, then of the same phone, the oldest first."""
    words = {
        disclose.HOME_ADDRESS: "address",
        disclose.PERSON_PHONE: "phone",
        disclose.PERSON_NAME: "name",
    }
    by: dict[uuid.UUID, set[str]] = {}
    for kind, many in values.items():
        for case_id in disclose.find(session, cipher, kind, many):
            by.setdefault(case_id, set()).add(words[kind])
    if not by:
        return ()
    cases = session.scalars(
        select(CaseFile).where(CaseFile.id.in_(by)).order_by(CaseFile.created_at, CaseFile.id)
    ).all()
    live = live_orders(session, by)
    known = [Known(case.id, case.code, frozenset(by[case.id]), live.get(case.id, ())) for case in cases]
    return tuple(sorted(known, key=lambda one: (not one.same_home, not one.same_person)))


def live_orders(session: Session, case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    """The codes of the orders that are neither closed nor cancelled, by case."""
    rows = session.execute(
        select(WorksOrder.case_id, WorksOrder.code)
        .where(WorksOrder.case_id.in_(list(case_ids)), WorksOrder.state.in_(LIVE_STATES))
        .order_by(WorksOrder.raised_at, WorksOrder.id)
    )
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for case_id, code in rows:
        found[case_id] = (*found.get(case_id, ()), code)
    return found
