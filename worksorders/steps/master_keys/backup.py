"""Proof that each master key in use has a copy in a second place; without it no real data is taken in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit
from worksorders.store.tables.confidential.keys import KeyBackup

LONGEST = 200


def record(session: Session, cipher: Cipher, copy: Cipher, kept: str, now: datetime) -> Sequence[int]:
    """Compare a copy with the keys in use and note where it is kept; gives the versions that it holds.

    Raises FaultsError when a key in use is not in the copy, or is another one there.
    """
    kept = " ".join(kept.split())
    if not 0 < len(kept) <= LONGEST:
        raise FaultsError([Fault("kept", f"Say in at most {LONGEST} letters where the copy is kept.")])
    wrong = [
        version for version in cipher.masters
        if version not in copy.masters or copy.fingerprint(version) != cipher.fingerprint(version)
    ]  # fmt: skip
    if wrong:
        versions = ", ".join(map(str, wrong))
        raise FaultsError(
            [Fault("copy", f"The copy lacks master key {versions}, or holds another one there.")]
        )
    for version in sorted(cipher.masters):
        row = KeyBackup(
            id=uuid.uuid4(), version=version, fingerprint=cipher.fingerprint(version), kept=kept, at=now
        )
        session.add(row)
        session.flush()
        audit.record(
            session, None, "master_key.backed_up", ("key_backup", row.id), detail={"version": version}
        )
    return sorted(cipher.masters)


def missing(session: Session, cipher: Cipher) -> Sequence[int]:
    """Versions in use of which no copy was ever recorded."""
    recorded = set(session.scalars(select(KeyBackup.fingerprint)))
    return [version for version in sorted(cipher.masters) if cipher.fingerprint(version) not in recorded]
