"""Keyed hashes of interested persons' names and phones: asked for equality, never read as values."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import exists, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from worksorders.store.tables.confidential.interests import HomeInterest, InterestLookUp
from worksorders.store.tables.confidential.vault import LookUp

Digest = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Met:
    """A person whom a keyed hash met: of which case, how the check stands, and by which kind of value."""

    interest_id: uuid.UUID
    case_id: uuid.UUID
    screening: str
    kind: str


def remember(
    session: Session, case_id: uuid.UUID, interest_id: uuid.UUID, digests: Collection[Digest]
) -> None:
    """Keep the hashes of one person; twice is once."""
    for kind, digest in sorted(digests):
        session.execute(
            insert(InterestLookUp)
            .values(interest_id=interest_id, case_id=case_id, kind=kind, digest=digest)
            .on_conflict_do_nothing()
        )


def of_interest(session: Session, interest_id: uuid.UUID) -> set[Digest]:
    """The hashes of one person."""
    rows = session.execute(
        select(InterestLookUp.kind, InterestLookUp.digest).where(InterestLookUp.interest_id == interest_id)
    )
    return {(row.kind, bytes(row.digest)) for row in rows}


def meet(session: Session, digests: Collection[Digest]) -> list[Met]:
    """Every interested person of any case with one of these hashes."""
    rows = session.execute(
        select(InterestLookUp.interest_id, HomeInterest.case_id, HomeInterest.screening, InterestLookUp.kind)
        .join(HomeInterest, HomeInterest.id == InterestLookUp.interest_id)
        .where(tuple_(InterestLookUp.kind, InterestLookUp.digest).in_(list(digests)))
        .order_by(HomeInterest.case_id, HomeInterest.position)
    )
    return [Met(*row) for row in rows]


def clients(session: Session, digests: Collection[Digest]) -> list[tuple[uuid.UUID, str]]:
    """(case, kind) where the protected person's own hashes are among these."""
    rows = session.execute(
        select(LookUp.case_id, LookUp.kind)
        .where(tuple_(LookUp.kind, LookUp.digest).in_(list(digests)))
        .order_by(LookUp.case_id, LookUp.kind)
    )
    return [(row.case_id, row.kind) for row in rows]


def barred_twin(session: Session, interest_id: uuid.UUID) -> bool:
    """Whether somebody barred of the same case has a name or phone of this person: most likely the same one."""
    mine, theirs = aliased(InterestLookUp), aliased(InterestLookUp)
    twin = (
        select(theirs.interest_id)
        .join(
            mine,
            (mine.case_id == theirs.case_id) & (mine.kind == theirs.kind) & (mine.digest == theirs.digest),
        )
        .join(HomeInterest, HomeInterest.id == theirs.interest_id)
        .where(
            mine.interest_id == interest_id,
            theirs.interest_id != interest_id,
            HomeInterest.screening == "barred",
        )
    )
    return bool(session.scalar(select(exists(twin))))
