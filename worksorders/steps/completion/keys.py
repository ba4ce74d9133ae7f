"""Names who holds keys that a worker left to somebody: never a person who must never be asked."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.completion.proof import HOLDERS, NAMED
from worksorders.domain.errors import Fault, Faults, FaultsError
from worksorders.domain.people.interests import Hit
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.consents.hashes import digests_of
from worksorders.steps.consents.reach import may_hold_keys
from worksorders.steps.consents.screening import hits
from worksorders.store.tables.confidential.interests import HomeInterest
from worksorders.store.tables.work.completion import KeyEntry

KEY_HOLDER = "key.holder"
LONGEST_NAME = 120
BY_ROLE = {code: label for code, label in HOLDERS.items() if code != "to_be_named"}
CLEARED = frozenset({Hit.CLIENT})
REFUSED = "Keys are not registered to this person. Give them to the client, an advocate or the key safe."


def lock_key(session: Session, key_id: uuid.UUID) -> KeyEntry:
    """The entry, locked; raises NotFoundError."""
    row = session.scalar(select(KeyEntry).where(KeyEntry.id == key_id).with_for_update(of=KeyEntry))
    if row is None:
        raise NotFoundError("There is no such key.")
    return row


def find_key(session: Session, key_id: uuid.UUID) -> KeyEntry:
    """The entry; raises NotFoundError."""
    row = session.get(KeyEntry, key_id)
    if row is None:
        raise NotFoundError("There is no such key.")
    return row


def people_of(session: Session, key_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """People with an interest in the home to whom these keys may be registered, as pairs of id and kind."""
    case_id = find_key(session, key_id).visit.order.case_id
    rows = session.scalars(
        select(HomeInterest).where(HomeInterest.case_id == case_id).order_by(HomeInterest.position)
    ).all()
    return [(row.id, row.kind) for row in rows if may_hold_keys(session, row.id)]


def name_holder(
    session: Session,
    cipher: Cipher,
    actor: Actor,
    key_id: uuid.UUID,
    *,
    holder: str = "",
    interest_id: uuid.UUID | None = None,
    name: str = "",
    now: datetime,
) -> KeyEntry:
    """Say who holds the keys: by role, a recorded person of the home, or a name, which is sealed.

    FaultsError at `holder` or `name`; a person who must never be asked is refused in the same words whatever the
    reason is. The trail says that a holder was named, never who.
    """
    row = lock_key(session, key_id)
    before = row.holder
    if holder in BY_ROLE:
        row.holder, row.interest_id, row.named_at, row.named_by = holder, None, None, None
    else:
        _require(session, cipher, row, holder, interest_id, name)
        row.holder, row.interest_id, row.named_at, row.named_by = NAMED, interest_id, now, actor.user_id
        if interest_id is None:
            case_id = row.visit.order.case_id
            disclose.protect(session, cipher, case_id, row.id, {KEY_HOLDER: name.strip()})
    session.flush()
    audit.record(
        session,
        actor,
        "keys.holder_named",
        ("works_order", row.visit.order_id),
        moved=(before, row.holder),
        detail={"key": str(row.id), "copies": row.copies},
    )
    return row


def _require(
    session: Session,
    cipher: Cipher,
    row: KeyEntry,
    holder: str,
    interest_id: uuid.UUID | None,
    name: str,
) -> None:
    faults = Faults()
    faults.require(holder == NAMED, "holder", "Choose who holds the keys.")
    faults.require(interest_id or name.strip(), "name", "Choose a person of the home, or enter the name.")
    faults.require(len(name) <= LONGEST_NAME, "name", f"Enter at most {LONGEST_NAME} characters.")
    faults.raise_if_any()
    if interest_id is not None:
        person = session.get(HomeInterest, interest_id)
        known = person is not None and person.case_id == row.visit.order.case_id
        allowed = known and may_hold_keys(session, interest_id)
    else:
        met = hits(session, cipher, row.visit.order.case_id, digests_of(cipher, name, ""))
        allowed = met <= CLEARED
    if not allowed:
        raise FaultsError([Fault("name", REFUSED)])
