"""Makes the hashes of spellings for cases from before they were made, so that their free text is compared too.

Each case is read once, announced and logged like every other reading, and shown to nobody; what was done is in the
trail, so that it may be stopped and run again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, String, func, literal, select
from sqlalchemy.orm import Session, sessionmaker

from worksorders.domain.errors import NotPermittedError
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.gateways.retention import rules
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor
from worksorders.steps.consents import persons
from worksorders.steps.free_text.learn import SHAPES, learn, text_kind
from worksorders.store.tables.confidential.forgetting import Forgotten
from worksorders.store.tables.confidential.interests import HomeInterest
from worksorders.store.tables.confidential.vault import LookUp
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import CaseFile

LEARNED = "case.spellings_learned"
PURPOSE = "Making keyed hashes to compare free text with; shown to nobody"
AT_A_TIME = 50
KEEPERS = (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)


def keeper(session: Session, sign_in_name: str) -> Actor:
    """Who answers for these readings, by sign-in name; NotPermittedError for anybody else than a keeper."""
    row = session.scalar(
        select(AppUser).where(AppUser.sign_in_name == sign_in_name, AppUser.disabled_at.is_(None))
    )
    if row is None or Role(row.role) not in KEEPERS:
        raise NotPermittedError("Name an active administrator or privacy officer, who answers for it.")
    return Actor(row.id, Role(row.role), row.display_name, "command line")


def count_waiting(session: Session) -> int:
    """How many cases wait to be learned."""
    return session.scalar(select(func.count()).select_from(_waiting().subquery())) or 0


def learn_waiting(sessions: sessionmaker[Session], cipher: Cipher, actor: Actor) -> int:
    """Learn every case that waits, some at a time; gives how many. May be stopped and run again."""
    done = 0
    while True:
        with sessions() as session:
            ids = session.scalars(_waiting().order_by(CaseFile.id).limit(AT_A_TIME)).all()
            kinds = _kinds(session, ids)
        if not ids:
            return done
        found = disclose.read(
            sessions, cipher, actor, case_ids=ids, kinds=kinds, purpose=PURPOSE, seen_by_somebody=False
        )
        with sessions.begin() as session:
            for case_id in ids:
                _learn(session, cipher, actor, case_id, found)
        done += len(ids)


def _learn(
    session: Session, cipher: Cipher, actor: Actor, case_id: uuid.UUID, found: disclose.Revealed
) -> None:
    """Keep the hashes of one case, but for what was forgotten since it was read."""
    session.scalar(select(CaseFile.id).where(CaseFile.id == case_id).with_for_update())
    gone = set(session.scalars(select(Forgotten.field).where(Forgotten.case_id == case_id)))
    ended = [rule for rule in rules() if rule.field in gone]
    lost = SHAPES.keys() if any(rule.takes_all for rule in ended) else {k for r in ended for k in r.kinds}
    values = [
        (kind, value)
        for (case, _, kind), value in found.items()
        if case == case_id and kind.partition(":")[0] not in lost
    ]
    learn(session, cipher, case_id, values)
    audit.record(session, actor, LEARNED, ("case_file", case_id), detail={"values": len(values)})


def _waiting() -> Select[uuid.UUID]:
    """Cases that lack the spellings of a name or of the address and were not gone over yet."""
    gone_over = select(AuditEvent.id).where(
        AuditEvent.subject_table == "case_file",
        AuditEvent.subject_id == CaseFile.id,
        AuditEvent.action == LEARNED,
    )
    known = [
        select(LookUp.case_id)
        .where(LookUp.case_id == CaseFile.id, LookUp.kind == literal(text_kind(kind), String))
        .exists()
        for kind in (disclose.PERSON_NAME, disclose.HOME_ADDRESS)
    ]
    return select(CaseFile.id).where(~gone_over.exists(), ~(known[0] & known[1]))


def _kinds(session: Session, case_ids: Sequence[uuid.UUID]) -> list[str]:
    """Every kind with a shape; those of people with an interest carry the ids of these people."""
    plain = [kind for kind, shape in SHAPES.items() if shape is not None]
    people = session.scalars(select(HomeInterest.id).where(HomeInterest.case_id.in_(case_ids))).all()
    whats = [kind.partition(".")[2] for kind in plain if kind.startswith("interest.")]
    return [*plain, *(persons.kind(what, one) for one in people for what in whats)]
