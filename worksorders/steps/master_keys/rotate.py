"""Puts everything that the vault's master key wraps under the newest one, in small transactions.

Readers go on meanwhile: what is under an older key still opens, and a process that meets a newer key reads the key
file again. Look-up hashes stay under a key derived from the first master key, whose line must stay in the file.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from worksorders.gateways.cipher import Cipher, WrappedKey
from worksorders.steps import audit
from worksorders.steps.accounts.codes import KIND
from worksorders.store import vault
from worksorders.store.tables.exchange import Webhook
from worksorders.store.tables.firms.contractors import CheckDocument
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.invoice_files import InvoiceFile

AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class Count:
    """How many keys of a kind are under a version of the master key."""

    kind: str
    version: int
    count: int


def rotate(sessions: sessionmaker[Session], cipher: Cipher) -> int:
    """Rewrap all that is under an older master key than the newest; gives how many. May be stopped and run again."""
    cipher.read_again()
    done = 0
    for batch in (_cases, _documents, _invoice_files, _webhooks, _accounts):
        while True:
            with sessions.begin() as session:
                changed = batch(session, cipher)
            done += changed
            if not changed:
                break
    with sessions.begin() as session:
        marker = session.scalars(select(func.gen_random_uuid())).one()
        detail = {"version": cipher.newest, "rewrapped": done}
        audit.record(session, None, "master_key.rotated", ("master_key", marker), detail=detail)
    return done


def count_by_version(session: Session) -> Sequence[Count]:
    """How many keys are under which version, by kind: what must be empty before an old key is destroyed."""
    cases = [Count("cases", version, count) for version, count in vault.keys_by_version(session)]
    documents = session.execute(
        select(CheckDocument.key_version, func.count())
        .where(CheckDocument.key_version.is_not(None))
        .group_by(CheckDocument.key_version)
    )
    files = session.execute(
        select(InvoiceFile.key_version, func.count())
        .where(InvoiceFile.key_version.is_not(None))
        .group_by(InvoiceFile.key_version)
    )
    webhooks = session.execute(select(Webhook.key_version, func.count()).group_by(Webhook.key_version))
    version = func.get_byte(AppUser.totp_secret_sealed, 0) * 256 + func.get_byte(
        AppUser.totp_secret_sealed, 1
    )
    accounts = session.execute(
        select(version, func.count()).where(AppUser.totp_secret_sealed.is_not(None)).group_by(version)
    )
    return [
        *cases,
        *(Count("documents", number, count) for number, count in documents if number is not None),
        *(Count("invoice files", number, count) for number, count in files if number is not None),
        *(Count("webhooks", number, count) for number, count in webhooks),
        *(Count("authenticator apps", number, count) for number, count in accounts),
    ]


def _cases(session: Session, cipher: Cipher) -> int:
    keys = vault.keys_before(session, cipher.newest, AT_A_TIME)
    for case_id, wrapped, version in keys:
        fresh = cipher.rewrap(WrappedKey(case_id, wrapped, version))
        vault.rewrap(session, case_id, version, fresh.wrapped, fresh.version)
    return len(keys)


def _documents(session: Session, cipher: Cipher) -> int:
    rows = session.scalars(
        select(CheckDocument)
        .where(CheckDocument.key_version < cipher.newest)
        .order_by(CheckDocument.check_id)
        .limit(AT_A_TIME)
        .with_for_update()
    ).all()
    return _rewrap([(row.check_id, row) for row in rows], cipher)


def _invoice_files(session: Session, cipher: Cipher) -> int:
    rows = session.scalars(
        select(InvoiceFile)
        .where(InvoiceFile.key_version < cipher.newest)
        .order_by(InvoiceFile.id)
        .limit(AT_A_TIME)
        .with_for_update()
    ).all()
    return _rewrap([(row.id, row) for row in rows], cipher)


def _rewrap(rows: Sequence[tuple[uuid.UUID, CheckDocument | InvoiceFile]], cipher: Cipher) -> int:
    """Put the own key of each file under the newest master key."""
    for key_id, row in rows:
        if row.wrapped is not None and row.key_version is not None:
            fresh = cipher.rewrap(WrappedKey(key_id, row.wrapped, row.key_version))
            row.wrapped, row.key_version = fresh.wrapped, fresh.version
    return len(rows)


def _webhooks(session: Session, cipher: Cipher) -> int:
    rows = session.scalars(
        select(Webhook).where(Webhook.key_version < cipher.newest).order_by(Webhook.id).with_for_update()
    ).all()
    for row in rows:
        fresh = cipher.rewrap(WrappedKey(row.id, row.key_wrapped, row.key_version))
        row.key_wrapped, row.key_version = fresh.wrapped, fresh.version
    return len(rows)


def _accounts(session: Session, cipher: Cipher) -> int:
    rows = session.scalars(
        select(AppUser)
        .where(
            AppUser.totp_secret_sealed.is_not(None),
            func.substring(AppUser.totp_secret_sealed, 1, 2) < cipher.newest.to_bytes(2, "big"),
        )
        .order_by(AppUser.id)
        .limit(AT_A_TIME)
        .with_for_update()
    ).all()
    for row in rows:
        if row.totp_secret_sealed is not None:
            secret = cipher.open_alone(row.id, KIND, row.totp_secret_sealed)
            row.totp_secret_sealed = cipher.seal_alone(row.id, KIND, secret)
    return len(rows)
