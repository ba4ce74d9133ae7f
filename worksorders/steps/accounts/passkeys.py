"""Passkeys (WebAuthn Level 3): made, used to sign in, and asked for again before a home's address is read.

Each answer belongs to one challenge, which lasts minutes and is spent by it. The library checks signatures; this
module decides whose key may answer which challenge.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from worksorders.domain.errors import Fault, FaultsError, NotPermittedError
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.sign_in import open_session
from worksorders.store.tables.identity.accounts import Challenge, Passkey
from worksorders.store.tables.identity.people import AppUser

ANSWER_WITHIN = timedelta(minutes=5)
STEP_UP_LASTS = timedelta(seconds=60)
CHALLENGE_BYTES = 32
MOST_PASSKEYS = 10
LONGEST_NAME = 60
REFUSED = "This passkey was not accepted. Try again, or sign in another way."


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys belong: the host of the product's address (never an IP), its origin and its name."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser is given: the challenge's id for the way back, and the options as JSON."""

    id: uuid.UUID
    options: Mapping[str, Any]


def ask_for_new(session: Session, site: Site, actor: Actor, now: datetime) -> Asked:
    """Options for making a passkey; devices that hold one of this account are left out."""
    user = session.get_one(AppUser, actor.user_id)
    present = list_own(session, actor)
    if len(present) >= MOST_PASSKEYS:
        raise NotPermittedError(f"You have {MOST_PASSKEYS} passkeys. Remove one first.")
    challenge = _challenge(session, "new_passkey", actor, now)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=user.id.bytes,
        user_name=user.sign_in_name,
        user_display_name=user.display_name,
        challenge=challenge.secret,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in present],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return Asked(challenge.id, json.loads(options_to_json(options)))


def keep_new(
    session: Session,
    site: Site,
    actor: Actor,
    challenge_id: uuid.UUID,
    credential: Mapping[str, Any],
    name: str,
    now: datetime,
) -> Passkey:
    """Keep the passkey that a device made; raises FaultsError at `name`, NotPermittedError for a bad answer."""
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise FaultsError([Fault("name", f"Name the device, in at most {LONGEST_NAME} characters.")])
    challenge = _spend(session, "new_passkey", challenge_id, actor, now)
    try:
        made = verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge.secret,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotPermittedError(REFUSED) from error
    key = Passkey(
        id=uuid.uuid4(),
        user_id=actor.user_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name,
        made_at=now,
    )
    session.add(key)
    session.flush()
    audit.record(session, actor, "passkey.made", ("passkey", key.id))
    return key


def ask_who(session: Session, site: Site, now: datetime) -> Asked:
    """Options for signing in with whatever passkey of ours the device holds; no name is asked."""
    challenge = _challenge(session, "passkey", None, now)
    return _asking(site, challenge, ())


def sign_in(
    session: Session, site: Site, challenge_id: uuid.UUID, credential: Mapping[str, Any], now: datetime
) -> tuple[str, Actor]:
    """Open a session for who holds the passkey; raises NotPermittedError in the same words whatever is wrong."""
    challenge = _spend(session, "passkey", challenge_id, None, now)
    key = _verify(session, site, challenge, credential, now)
    user = session.get_one(AppUser, key.user_id)
    if user.disabled_at:
        raise NotPermittedError(REFUSED)
    return open_session(session, user, now)


def ask_again(session: Session, site: Site, actor: Actor, now: datetime) -> Asked:
    """Options for a step-up of somebody who is signed in, with one of their own passkeys."""
    keys = list_own(session, actor)
    if not keys:
        raise NotPermittedError("You have no passkey: use your password.")
    challenge = _challenge(session, "step_up", actor, now)
    return _asking(site, challenge, [PublicKeyCredentialDescriptor(id=key.credential_id) for key in keys])


def step_up(
    session: Session,
    site: Site,
    actor: Actor,
    challenge_id: uuid.UUID,
    credential: Mapping[str, Any],
    now: datetime,
) -> None:
    """Note that the passkey was shown again; `use_step_up` takes it once, within a minute, in the same session."""
    challenge = _open(session, "step_up", challenge_id, actor, now)
    if challenge.answered_at:
        raise NotPermittedError(REFUSED)
    key = _verify(session, site, challenge, credential, now)
    if key.user_id != actor.user_id:
        raise NotPermittedError(REFUSED)
    challenge.answered_at = now


def use_step_up(session: Session, actor: Actor, challenge_id: uuid.UUID, now: datetime) -> None:
    """Spend a step-up; raises NotPermittedError for one that is old, spent, not answered or another's."""
    taken = session.scalar(
        update(Challenge)
        .where(
            Challenge.id == challenge_id,
            Challenge.kind == "step_up",
            Challenge.user_id == actor.user_id,
            Challenge.session_id == uuid.UUID(actor.session_key),
            Challenge.answered_at > now - STEP_UP_LASTS,
            Challenge.spent_at.is_(None),
        )
        .values(spent_at=now)
        .returning(Challenge.id)
    )
    if taken is None:
        raise NotPermittedError("The passkey must be shown again.")


def list_own(session: Session, actor: Actor) -> Sequence[Passkey]:
    """The account's passkeys in use, the oldest first."""
    return session.scalars(
        select(Passkey)
        .where(Passkey.user_id == actor.user_id, Passkey.removed_at.is_(None))
        .order_by(Passkey.made_at, Passkey.id)
    ).all()


def remove(session: Session, actor: Actor, key_id: uuid.UUID, now: datetime) -> None:
    """Take a passkey out of use; raises NotFoundError for another's, NotPermittedError for the last way in."""
    keys = list_own(session, actor)
    key = next((key for key in keys if key.id == key_id), None)
    if key is None:
        raise NotFoundError("There is no such passkey.")
    user = session.get_one(AppUser, actor.user_id)
    if len(keys) == 1 and user.totp_secret_sealed is None and not user.is_demo:
        raise NotPermittedError(
            "This is your only second proof. Add another passkey or an authenticator app first."
        )
    key.removed_at = now
    audit.record(session, actor, "passkey.removed", ("passkey", key.id))


def _asking(site: Site, challenge: Challenge, allowed: Sequence[PublicKeyCredentialDescriptor]) -> Asked:
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge.secret,
        allow_credentials=list(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Asked(challenge.id, json.loads(options_to_json(options)))


def _challenge(session: Session, kind: str, actor: Actor | None, now: datetime) -> Challenge:
    challenge = Challenge(
        id=uuid.uuid4(),
        kind=kind,
        user_id=actor.user_id if actor else None,
        session_id=uuid.UUID(actor.session_key) if actor else None,
        secret=secrets.token_bytes(CHALLENGE_BYTES),
        made_at=now,
        expires_at=now + ANSWER_WITHIN,
    )
    session.add(challenge)
    session.flush()
    return challenge


def _open(
    session: Session, kind: str, challenge_id: uuid.UUID, actor: Actor | None, now: datetime
) -> Challenge:
    challenge = session.get(Challenge, challenge_id, with_for_update=True)
    if (
        challenge is None
        or challenge.kind != kind
        or challenge.spent_at is not None
        or challenge.expires_at <= now
        or challenge.user_id != (actor.user_id if actor else None)
        or challenge.session_id != (uuid.UUID(actor.session_key) if actor else None)
    ):
        raise NotPermittedError(REFUSED)
    return challenge


def _spend(
    session: Session, kind: str, challenge_id: uuid.UUID, actor: Actor | None, now: datetime
) -> Challenge:
    challenge = _open(session, kind, challenge_id, actor, now)
    challenge.spent_at = now
    return challenge


def _verify(
    session: Session, site: Site, challenge: Challenge, credential: Mapping[str, Any], now: datetime
) -> Passkey:
    """The key that signed this challenge at this site, its counter moved on."""
    try:
        credential_id = base64url_to_bytes(str(credential["rawId"]))
    except (KeyError, ValueError) as error:
        raise NotPermittedError(REFUSED) from error
    key = session.scalar(
        select(Passkey)
        .where(Passkey.credential_id == credential_id, Passkey.removed_at.is_(None))
        .with_for_update()
    )
    if key is None:
        raise NotPermittedError(REFUSED)
    try:
        shown = verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge.secret,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotPermittedError(REFUSED) from error
    key.sign_count = shown.new_sign_count
    key.used_at = now
    return key
