"""Finds the cases in which a name or phone is known, through keyed hashes: exact, for a purpose, logged, limited.

Nothing is opened by it. What is typed is neither kept nor logged, and a part of a name finds nothing. Cases that are
walled off from the person are left out by the database.
"""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from worksorders.domain.codes import CodeError, read_code
from worksorders.domain.errors import Fault, Faults, FaultsError
from worksorders.domain.people.conflict import Kind, forms, plain
from worksorders.domain.roles import Role
from worksorders.gateways import places
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.consents.find import label
from worksorders.steps.consents.writing.letters import PREFIX, letter_of
from worksorders.steps.consents.writing.read_person import require_purpose
from worksorders.store import lookups
from worksorders.store.lookups import Digest
from worksorders.store.tables.confidential.interests import HomeInterest
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import Assessment, CaseFile
from worksorders.store.tables.work.orders import WorksOrder

BY = {"name": Kind.NAME, "phone": Kind.PHONE}
LETTER = "letter"
SEARCHED = "search.made"
FOUND = "search.found"
MOST, WINDOW = 30, timedelta(hours=1)
CLIENT = "The client"


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case in which the person is known: as whom, and what hangs on it; `never_ask` where one must not be asked."""

    case_id: uuid.UUID
    case_code: str
    region: str
    known_as: tuple[str, ...]
    never_ask: bool
    orders: tuple[tuple[uuid.UUID, str, str], ...]
    assessments: tuple[tuple[uuid.UUID, str, str], ...]


def search(
    session: Session, cipher: Cipher, actor: Actor, *, by: str, term: str, purpose: str
) -> tuple[FoundCase, ...]:
    """Search once; FaultsError at `by`, `term` or `purpose`, or for the whole form after too many searches.

    `by` is "name" (whole; order, case, macrons and titles do not matter), "phone" (in any spelling) or "letter" (the
    code that somebody reads from a letter).
    """
    if actor.role is not Role.COORDINATOR:
        raise NotFoundError("There is no such page.")
    _check_limit(session, actor)
    told = _check(by, term, purpose)
    known = _by_letter(session, term) if by == LETTER else _by_hash(session, cipher, by, term)
    found = _cases(session, known)
    detail = {"by": by, "found": len(found)}
    audit.record(session, actor, SEARCHED, ("app_user", actor.user_id), reason=told, detail=detail)
    for one in found:
        audit.record(session, actor, FOUND, ("case_file", one.case_id), reason=told, detail={"by": by})
    session.flush()
    return found


def _check_limit(session: Session, actor: Actor) -> None:
    """Count by the trail and the database's own clock; two searches of one person at once wait for each other."""
    key = int.from_bytes(actor.user_id.bytes[:8], "big", signed=True)
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    made = session.scalar(
        select(func.count())
        .select_from(AuditEvent)
        .where(
            AuditEvent.actor_id == actor.user_id,
            AuditEvent.action == SEARCHED,
            AuditEvent.at > func.clock_timestamp() - WINDOW,
        )
    )
    if (made or 0) >= MOST:
        message = (
            f"You have searched {MOST} times within an hour. Wait, or ask a colleague: searches are reviewed."
        )
        raise FaultsError([Fault("", message)])


def _check(by: str, term: str, purpose: str) -> str:
    """The purpose, once everything is there and it does not repeat what is searched for."""
    faults = Faults()
    if by not in {*BY, LETTER}:
        faults.add("by", "Choose what you have: a name, a phone number or the code of a letter.")
    elif not _readable(by, term):
        faults.add("term", _WANTED[by])
    told = ""
    try:
        told = require_purpose(purpose)
    except FaultsError as error:
        faults.add("purpose", error.faults[0].message)
    if told and _repeats(by, term, told):
        faults.add(
            "purpose", "Do not repeat the name or number here: the purpose is logged, the search is not."
        )
    faults.raise_if_any()
    return told


_WANTED = {
    "name": "Enter the whole name: a part of it finds nothing.",
    "phone": "Enter the whole phone number, such as 021 555 0100.",
    LETTER: "Enter the code of the letter, such as L-7KQC-2MHTD.",
}


def _readable(by: str, term: str) -> bool:
    if by == LETTER:
        try:
            return bool(read_code(term, PREFIX))
        except CodeError:
            return False
    return bool(forms(BY[by], term))


def _repeats(by: str, term: str, purpose: str) -> bool:
    if by == "phone":
        digits = re.sub(r"\D", "", term)[-7:]
        return bool(digits) and digits in re.sub(r"\D", "", purpose)
    words = {word for word in plain(term).split() if len(word) > 2}
    return by == "name" and not words.isdisjoint(plain(purpose).split())


def _by_letter(session: Session, term: str) -> dict[uuid.UUID, list[tuple[str, bool]]]:
    order_id = letter_of(session, read_code(term, PREFIX))
    order = session.get(WorksOrder, order_id) if order_id else None
    return {order.case_id: [("Letter", False)]} if order else {}


def _by_hash(session: Session, cipher: Cipher, by: str, term: str) -> dict[uuid.UUID, list[tuple[str, bool]]]:
    kind = disclose.PERSON_NAME if by == "name" else disclose.PERSON_PHONE
    digests: set[Digest] = {(kind, cipher.look_up(kind, form)) for form in forms(BY[by], term)}
    known: dict[uuid.UUID, list[tuple[str, bool]]] = defaultdict(list)
    for case_id in {case_id for case_id, _ in lookups.clients(session, digests)}:
        known[case_id].append((CLIENT, False))
    met = {one.interest_id for one in lookups.meet(session, digests)}
    for row in session.scalars(
        select(HomeInterest).where(HomeInterest.id.in_(met)).order_by(HomeInterest.position)
    ):
        known[row.case_id].append((label(row), row.screening == "barred"))
    return known


def _cases(session: Session, known: dict[uuid.UUID, list[tuple[str, bool]]]) -> tuple[FoundCase, ...]:
    """The cases that this person may see, the newest first."""
    rows = session.scalars(
        select(CaseFile).where(CaseFile.id.in_(known)).order_by(CaseFile.created_at.desc(), CaseFile.id)
    ).all()
    orders = _of_cases(session, WorksOrder, known)
    assessments = _of_cases(session, Assessment, known)
    return tuple(
        FoundCase(
            row.id,
            row.code,
            places.region(row.region_code).name,
            tuple(dict.fromkeys(words for words, _ in known[row.id])),
            any(never for _, never in known[row.id]),
            orders[row.id],
            assessments[row.id],
        )
        for row in rows
    )


def _of_cases(
    session: Session, table: type[WorksOrder | Assessment], case_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, tuple[tuple[uuid.UUID, str, str], ...]]:
    found: dict[uuid.UUID, tuple[tuple[uuid.UUID, str, str], ...]] = defaultdict(tuple)
    rows = session.execute(
        select(table.id, table.case_id, table.code, table.state)
        .where(table.case_id.in_(case_ids))
        .order_by(table.code)
    )
    for row in rows:
        found[row.case_id] = (*found[row.case_id], (row.id, row.code, row.state))
    return found
