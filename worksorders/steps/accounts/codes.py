"""One-time codes of an authenticator app (TOTP, RFC 6238): six digits, thirty seconds, each code once.

Libraries do not stop a code from being used twice, so the last step is kept and only later ones are taken.
"""

from __future__ import annotations

import hmac
import re
import uuid
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import update
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, NotPermittedError
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit, sign_in
from worksorders.steps.actor import Actor
from worksorders.store.tables.identity.accounts import Challenge
from worksorders.store.tables.identity.people import AppUser

STEP_SECONDS = 30
# A phone's clock may be one step off.
STEPS_OFF = (0, -1, 1)
WRONG = "The code is wrong or was used before. Wait for the next one."
ANSWER_WITHIN = timedelta(minutes=5)
KIND = "app_user.totp"


def new_secret() -> str:
    """A secret for an authenticator app: 160 random bits in base32."""
    return pyotp.random_base32()


def address_of(secret: str, name: str, product: str) -> str:
    """The `otpauth:` address that authenticator apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=product)


def set_up(session: Session, cipher: Cipher, actor: Actor, secret: str, code: str, now: datetime) -> None:
    """Take an authenticator app into use, once it has shown a right code; raises FaultsError at `code`."""
    user = session.get_one(AppUser, actor.user_id)
    step = _step_of(secret, code, now)
    if step is None:
        raise FaultsError(
            [Fault("code", "The code does not fit the key: type the code that the app shows now.")]
        )
    user.totp_secret_sealed = cipher.seal_alone(user.id, KIND, secret)
    user.totp_last_step = step
    audit.record(session, actor, "user.code_set_up", ("app_user", user.id))


def ask(session: Session, user: AppUser, now: datetime) -> uuid.UUID:
    """Note that a right password was given; the code must follow within five minutes."""
    challenge = Challenge(
        id=uuid.uuid4(), kind="code", user_id=user.id, secret=b"", made_at=now, expires_at=now + ANSWER_WITHIN
    )
    session.add(challenge)
    session.flush()
    return challenge.id


def answer(
    session: Session, cipher: Cipher, challenge_id: uuid.UUID, code: str, now: datetime
) -> tuple[str, Actor]:
    """Open a session for who gave the password and now the code.

    Raises NotPermittedError; the caller counts the failed try with `note_wrong_code`, in a transaction of its own.
    """
    challenge = session.get(Challenge, challenge_id, with_for_update=True)
    if challenge is None or challenge.kind != "code" or challenge.spent_at or challenge.expires_at <= now:
        raise NotPermittedError("Too much time has passed. Sign in again.")
    user = session.get_one(AppUser, challenge.user_id, with_for_update=True)
    sign_in.refuse_when_locked_out(session, user.sign_in_name, now)
    if user.disabled_at or not _take(session, cipher, user, code, now):
        raise NotPermittedError(WRONG)
    challenge.spent_at = now
    sign_in.forget_failures(session, user.sign_in_name)
    return sign_in.open_session(session, user, now)


def note_wrong_code(session: Session, challenge_id: uuid.UUID, now: datetime) -> None:
    """Count a wrong code against the account's name, as a wrong password is."""
    challenge = session.get(Challenge, challenge_id)
    if challenge is not None and challenge.user_id is not None:
        sign_in.note_failure(session, session.get_one(AppUser, challenge.user_id).sign_in_name, now)


def _take(session: Session, cipher: Cipher, user: AppUser, code: str, now: datetime) -> bool:
    if user.totp_secret_sealed is None:
        return False
    step = _step_of(cipher.open_alone(user.id, KIND, user.totp_secret_sealed), code, now)
    if step is None:
        return False
    taken = session.scalar(
        update(AppUser)
        .where(AppUser.id == user.id, (AppUser.totp_last_step.is_(None)) | (AppUser.totp_last_step < step))
        .values(totp_last_step=step)
        .returning(AppUser.id)
    )
    return taken is not None


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code this is; None for none near."""
    digits = "".join(code.split())
    totp = pyotp.TOTP(secret)
    present = int(now.timestamp()) // STEP_SECONDS
    for off in STEPS_OFF:
        if hmac.compare_digest(totp.at((present + off) * STEP_SECONDS).encode(), digits.encode()):
            return present + off
    return None


def is_set_up(session: Session, actor: Actor) -> bool:
    """Whether the account has an authenticator app in use."""
    return session.get_one(AppUser, actor.user_id).totp_secret_sealed is not None


def is_secret(text: str) -> bool:
    """Whether a text has the form of a secret made by `new_secret`."""
    return re.fullmatch(r"[A-Z2-7]{32}", text) is not None
