"""Breaches of the rules over secrets and the vault, and their fair neighbours, for `semgrep --test`."""

import hashlib
import hmac

# ruleid: chance-for-secrets
import random

# ok: chance-for-secrets
import secrets

# ruleid: vault-opened-elsewhere
from worksorders.store.vault import reveal

from sqlalchemy import select, text
from worksorders.steps import disclose
from worksorders.store import vault


def compare(given, row, token, state, wanted):
    # ruleid: secret-compared-letter-by-letter
    if given == row.token_hash:
        return False
    # ruleid: secret-compared-letter-by-letter
    if token != given:
        return False
    # ruleid: secret-compared-letter-by-letter
    if row.secret == wanted:
        return False
    # ok: secret-compared-letter-by-letter
    if token == "":
        return False
    # ok: secret-compared-letter-by-letter
    if row.state == state:
        return False
    # ok: secret-compared-letter-by-letter
    found = select(row).where(row.token_hash == given)
    # ok: secret-compared-letter-by-letter
    return found and hmac.compare_digest(token, given)


def digest(content):
    # ruleid: weak-hash
    hashlib.md5(content)
    # ruleid: weak-hash
    hashlib.new("sha1", content)
    # ok: weak-hash
    hashlib.sha256(content)


def open_home(session, sessions, cipher, actor, key, row, case_id, under):
    # ruleid: vault-opened-elsewhere
    vault.reveal(session, b"", actor.user_id, actor.session_key)
    # ruleid: vault-opened-elsewhere
    vault.intend(session, token_hash=b"")
    # ruleid: vault-opened-elsewhere
    cipher.open(key, row.id, "home.address", row.sealed)
    # ruleid: reading-without-its-purpose
    disclose.read(sessions, cipher, actor, case_ids=[case_id], kinds=["home.address"], purpose="She asked for help")
    # ok: vault-opened-elsewhere, reading-without-its-purpose
    disclose.read(sessions, cipher, actor, case_ids=[case_id], kinds=["home.address"], purpose="She asked for help", under=under)
    # ruleid: vault-by-hand
    session.execute(text("SELECT sealed FROM vault.sealed WHERE case_id = :c"))
    # ok: vault-by-hand
    session.execute(text("SELECT state FROM works_order WHERE case_id = :c"))
