"""The only way in which a protected value leaves the vault: announced, committed, read once, logged.

`intend` is committed in its own transaction before `reveal` may answer; the database checks it (see
worksorders/store/vault.py). Values are put in by `protect` and looked for by `find`, which reads none of them.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Mapping
from hashlib import sha256
from types import MappingProxyType

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from worksorders.domain.disclosure.policy import Field, Purpose, may_open
from worksorders.domain.errors import NotPermittedError
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher, WrappedKey
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.free_text.check import require_clean
from worksorders.steps.free_text.learn import learn
from worksorders.steps.privacy import need_to_know
from worksorders.store import vault

PERSON_NAME = "person.name"
PERSON_PHONE = "person.phone"
HOME_ADDRESS = "home.address"
HOME_COORDINATES = "home.coordinates"
SAFE_CONTACT = "person.safe_contact"
KINDS = (PERSON_NAME, PERSON_PHONE, HOME_ADDRESS, HOME_COORDINATES, SAFE_CONTACT)
# Each kind of the vault (up to a colon, or a group up to its dot) and the field of the disclosure table that it is; files and letters name the home.
FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        PERSON_NAME: Field.CLIENT_NAME,
        "person.other_names": Field.CLIENT_NAME,
        "referred.name": Field.CLIENT_NAME,
        PERSON_PHONE: Field.CLIENT_PHONE,
        "person.safe_number": Field.CLIENT_PHONE,
        "person.safe_mail": Field.CLIENT_PHONE,
        SAFE_CONTACT: Field.CLIENT_PHONE,
        "referred.phone": Field.CLIENT_PHONE,
        "referred.safe_contact": Field.CLIENT_PHONE,
        HOME_ADDRESS: Field.ADDRESS,
        "line.paper": Field.ADDRESS,
        "letter": Field.ADDRESS,
        "invoice.file": Field.ADDRESS,
        HOME_COORDINATES: Field.COORDINATES,
        "visit.code_word": Field.CODE_WORD,
        "alarm.reference": Field.ALARM_DETAILS,
        "alarm.words": Field.ALARM_DETAILS,
        "interest": Field.OTHER_PEOPLE,
        "key.holder": Field.OTHER_PEOPLE,
    }
)
TOKEN_BYTES = 32
READ_WITHIN_SECONDS = 60


class Revealed(dict[tuple[uuid.UUID, uuid.UUID, str], str]):
    """Opened values by (case, subject, kind); prints as a count so that no log can hold one."""

    def __repr__(self) -> str:
        return f"<{len(self)} revealed values>"

    def of(self, case_id: uuid.UUID, kind: str) -> str | None:
        """The one value of a kind in a case, whatever its subject; None where there is none."""
        return next((v for (case, _, k), v in self.items() if case == case_id and k == kind), None)


def open_case(session: Session, cipher: Cipher, case_id: uuid.UUID) -> None:
    """Give a new case its own key."""
    vault.put_key(session, case_id, cipher.new_case_key(case_id), cipher.newest)


def protect(
    session: Session, cipher: Cipher, case_id: uuid.UUID, subject_id: uuid.UUID, values: Mapping[str, str]
) -> None:
    """Seal values by kind and put them into the vault, and know them again in free text; empty ones are left out."""
    key = WrappedKey(case_id, *vault.wrapped_key(session, case_id))
    for kind, value in values.items():
        if value:
            sealed = cipher.seal(key, subject_id, kind, value)
            vault.put(session, case_id, subject_id, kind, sealed)
    learn(session, cipher, case_id, values.items())


def remember(session: Session, cipher: Cipher, case_id: uuid.UUID, kind: str, normalised: str) -> None:
    """Keep a keyed hash of a normalised value, so that the same home or person is recognised."""
    vault.put_look_up(session, case_id, kind, cipher.look_up(kind, normalised))


def find(session: Session, cipher: Cipher, kind: str, normalised: Iterable[str]) -> set[uuid.UUID]:
    """Cases that hold one of these normalised values."""
    return vault.find_cases(session, kind, [cipher.look_up(kind, value) for value in normalised if value])


def read(
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    *,
    case_ids: Iterable[uuid.UUID],
    kinds: Iterable[str],
    purpose: str,
    under: Purpose | None = None,
    seen_by_somebody: bool = True,
) -> Revealed:
    """Announce, commit, then read once, each in a transaction of its own; the caller has checked the right to read.

    `purpose` are the reader's words, `under` what the disclosure table calls it (None: whatever it allows the role at
    all); what the table does not give the role raises NotFoundError.
    Whatever the caller checked, nobody reads through a wall, and a coordinator nothing beyond what they need to know
    (points on the map alone are for planning, which shows them to nobody; nor does work with `seen_by_somebody` False). Raises NotFoundError and
    GlassNeededError for these two, and NotPermittedError when the database refuses, without saying which of its
    reasons it was.
    """
    token = secrets.token_bytes(TOKEN_BYTES)
    wanted, asked = list(case_ids), list(kinds)
    if not wanted:
        return Revealed()
    if seen_by_somebody:
        _ask_table(actor, asked, under)
    with sessions.begin() as session:
        if seen_by_somebody and set(asked) != {HOME_COORDINATES}:
            need_to_know.require(session, actor, wanted)
            require_clean(session, cipher, wanted, {"purpose": purpose})
        vault.intend(
            session,
            token_hash=sha256(token).digest(),
            case_ids=wanted,
            kinds=asked,
            purpose=purpose,
            actor_id=actor.user_id,
            session_key=actor.session_key,
            seconds=READ_WITHIN_SECONDS,
        )
    try:
        with sessions.begin() as session:
            rows = vault.reveal(session, token, actor.user_id, actor.session_key)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == "WS001":
            raise NotPermittedError("This reading was refused. Ask for it again.") from None
        raise
    return Revealed(
        {
            (r.case_id, r.subject_id, r.kind): cipher.open(
                WrappedKey(r.case_id, r.wrapped, r.master_version), r.subject_id, r.kind, r.sealed
            )
            for r in rows
        }
    )


def field_of(kind: str) -> Field:
    """The field of the disclosure table that a kind of the vault is; KeyError for a kind that is not in `FIELDS`."""
    known = kind.partition(":")[0]
    return FIELDS[known if known in FIELDS else known.partition(".")[0]]


def _ask_table(actor: Actor, kinds: Iterable[str], under: Purpose | None) -> None:
    """Refuse what the disclosure table does not give; what opens for planning is the system's and shown to nobody."""
    role = Role.SYSTEM if under is Purpose.SCHEDULE else actor.role
    for kind in kinds:
        if not may_open(field_of(kind), role, under):
            raise NotFoundError("There is no such thing to be read.")
