"""The vault: sealed values that only the database's own functions hand out, one intent at a time.

The app role may put sealed values in and search by keyed hash. It has no SELECT on sealed values: it records an
intent (committed on its own), then redeems it once with `vault.reveal`, which answers only if that transaction is
committed, the token unused and young, and the actor and session the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class SealedValue:
    """One row out of the vault, still sealed, with its case's wrapped key."""

    case_id: uuid.UUID
    subject_id: uuid.UUID
    kind: str
    sealed: bytes
    wrapped: bytes
    master_version: int


def put_key(session: Session, case_id: uuid.UUID, wrapped: bytes, master_version: int) -> None:
    """Store a new case's wrapped key; a second key for the same case is an error of the database."""
    session.execute(
        text("SELECT vault.put_key(:case_id, :wrapped, :version)"),
        {"case_id": case_id, "wrapped": wrapped, "version": master_version},
    )


def wrapped_key(session: Session, case_id: uuid.UUID) -> tuple[bytes, int]:
    """The wrapped key of a case and the master key's version, to seal one more value with."""
    row = session.execute(
        text("SELECT wrapped, master_version FROM vault.wrapped_key(:case_id)"), {"case_id": case_id}
    ).one()
    return bytes(row.wrapped), int(row.master_version)


def put(session: Session, case_id: uuid.UUID, subject_id: uuid.UUID, kind: str, sealed: bytes) -> None:
    """Put a sealed value in, replacing the earlier one of the same subject and kind."""
    session.execute(
        text("SELECT vault.put(:case_id, :subject_id, :kind, :sealed)"),
        {"case_id": case_id, "subject_id": subject_id, "kind": kind, "sealed": sealed},
    )


def put_look_up(session: Session, case_id: uuid.UUID, kind: str, digest: bytes) -> None:
    """Record a keyed hash of a case; twice is once."""
    session.execute(
        text("INSERT INTO vault.look_up (case_id, kind, digest) VALUES (:c, :k, :d) ON CONFLICT DO NOTHING"),
        {"c": case_id, "k": kind, "d": digest},
    )


def find_cases(session: Session, kind: str, digests: Sequence[bytes]) -> set[uuid.UUID]:
    """Cases with one of these keyed hashes."""
    rows = session.execute(
        text("SELECT case_id FROM vault.look_up WHERE kind = :k AND digest = ANY(:d)"),
        {"k": kind, "d": list(digests)},
    )
    return {row.case_id for row in rows}


def intend(
    session: Session,
    *,
    token_hash: bytes,
    case_ids: Sequence[uuid.UUID],
    kinds: Sequence[str],
    purpose: str,
    actor_id: uuid.UUID,
    session_key: str,
    seconds: int,
) -> None:
    """Record a wish to read; the caller commits before it redeems the token."""
    session.execute(
        text(
            "SELECT vault.intend(:token_hash, :case_ids, :kinds, :purpose, :actor_id, :session_key, :seconds)"
        ),
        {
            "token_hash": token_hash,
            "case_ids": list(case_ids),
            "kinds": list(kinds),
            "purpose": purpose,
            "actor_id": actor_id,
            "session_key": session_key,
            "seconds": seconds,
        },
    )


def reveal(session: Session, token: bytes, actor_id: uuid.UUID, session_key: str) -> list[SealedValue]:
    """Redeem a committed intent once; the database refuses anything else with SQLSTATE WS001."""
    rows = session.execute(
        text(
            "SELECT case_id, subject_id, kind, sealed, wrapped, master_version"
            " FROM vault.reveal(:token, :actor_id, :session_key)"
        ),
        {"token": token, "actor_id": actor_id, "session_key": session_key},
    )
    return [
        SealedValue(r.case_id, r.subject_id, r.kind, bytes(r.sealed), bytes(r.wrapped), r.master_version)
        for r in rows
    ]


def keys_before(session: Session, version: int, limit: int) -> list[tuple[uuid.UUID, bytes, int]]:
    """Wrapped case keys that are under an older master key, locked for the change."""
    rows = session.execute(
        text("SELECT case_id, wrapped, master_version FROM vault.keys_before(:version, :limit)"),
        {"version": version, "limit": limit},
    )
    return [(row.case_id, bytes(row.wrapped), int(row.master_version)) for row in rows]


def rewrap(session: Session, case_id: uuid.UUID, before: int, wrapped: bytes, after: int) -> bool:
    """Put a case key under a newer master key; False when it was changed meanwhile."""
    return bool(
        session.scalar(
            text("SELECT vault.rewrap(:case_id, :before, :wrapped, :after)"),
            {"case_id": case_id, "before": before, "wrapped": wrapped, "after": after},
        )
    )


def keys_by_version(session: Session) -> list[tuple[int, int]]:
    """How many case keys are under which version of the master key."""
    rows = session.execute(text("SELECT master_version, count FROM vault.keys_by_version()"))
    return [(int(row[0]), int(row[1])) for row in rows]


def put_look_ups(session: Session, case_id: uuid.UUID, kind: str, digests: Sequence[bytes]) -> None:
    """Record many keyed hashes of one kind of a case; twice is once."""
    session.execute(
        text(
            "INSERT INTO vault.look_up (case_id, kind, digest)"
            " SELECT :c, :k, one FROM unnest(CAST(:d AS bytea[])) AS one ON CONFLICT DO NOTHING"
        ),
        {"c": case_id, "k": kind, "d": list(digests)},
    )


def look_ups_below(
    session: Session, case_ids: Collection[uuid.UUID], prefix: str
) -> dict[uuid.UUID, frozenset[bytes]]:
    """The keyed hashes of each of these cases whose kind begins with `prefix:`."""
    rows = session.connection().execute(
        text(
            "SELECT case_id, array_agg(digest) AS digests FROM vault.look_up"
            " WHERE split_part(kind, ':', 1) = :k AND kind <> :k AND case_id = ANY(:c) GROUP BY case_id"
        ),
        {"k": prefix, "c": list(case_ids)},
    )
    return {row.case_id: frozenset(bytes(one) for one in row.digests) for row in rows}


def forget_values(
    session: Session, case_id: uuid.UUID, kinds: Sequence[str], subject_id: uuid.UUID | None = None
) -> int:
    """Destroy the sealed values and hashes of these kinds of a case (of one subject, if named); gives how many values.

    The database refuses it with SQLSTATE WS003 while a legal hold stands.
    """
    asked = text("SELECT vault.forget_values(:c, :k, :s)")
    return int(session.scalar(asked, {"c": case_id, "k": list(kinds), "s": subject_id}) or 0)


def forget_case(session: Session, case_id: uuid.UUID) -> int:
    """Destroy a case's key with every sealed value and hash; gives how many values; WS003 under a legal hold."""
    return int(session.scalar(text("SELECT vault.forget_case(:c)"), {"c": case_id}) or 0)


def forget_hazards(session: Session, case_id: uuid.UUID) -> int:
    """Delete what was noted of a home for its workers; gives how many rows; WS003 under a legal hold."""
    return int(session.scalar(text("SELECT vault.forget_hazards(:c)"), {"c": case_id}) or 0)
