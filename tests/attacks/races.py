"""Two at the same moment, each in a thread and a transaction of its own: what may happen once happens once."""

from __future__ import annotations

import secrets
import threading
from functools import partial
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from tests.attacks import glasses, proofs
from worksorders.domain.errors import DomainError
from worksorders.steps import disclose
from worksorders.steps.account_changes import ask, decide
from worksorders.steps.account_changes.kinds import Kind
from worksorders.steps.accounts import codes, passkeys
from worksorders.steps.privacy import glass
from worksorders.store import vault
from worksorders.store.tables.identity.accounts import AccountChange
from worksorders.store.tables.identity.people import AppUser

NOW = proofs.NOW


def glass_opened_twice(world, session):
    wish = glasses.asked(world, session)
    return [
        lambda own, who=who: glass.decide(
            own, proofs.actor(world, own, who), wish, grant=True, now=glasses.now()
        )
        for who in ("mere", "aroha")
    ]


def recovery_agreed_twice(world, session):
    session.execute(delete(AccountChange).where(AccountChange.decided_at.is_(None)))
    wish = proofs.wish(world, session, whose="tama")
    return [
        lambda own, who=who: decide.decide(own, proofs.actor(world, own, who), wish, grant=True, now=NOW)
        for who in ("wiremu", "hana")
    ]


def account_confirmed_twice(world, session):
    session.execute(delete(AccountChange).where(AccountChange.decided_at.is_(None)))
    asker = proofs.actor(world, session, "aroha")
    wish = ask.ask_access(
        session, asker, Kind.PASSWORD, world.tama, "Called back on the known number", NOW
    ).id
    return [
        lambda own, who=who: decide.decide(own, proofs.actor(world, own, who), wish, grant=True, now=NOW)
        for who in ("wiremu", "hana")
    ]


def account_confirmed_while_taken_back(world, session):
    confirm, _ = account_confirmed_twice(world, session)
    wish = session.scalars(select(AccountChange.id).where(AccountChange.decided_at.is_(None))).one()
    return [confirm, lambda own: decide.withdraw(own, proofs.actor(world, own, "aroha"), wish, NOW)]


def code_used_twice(world, session):
    session.execute(update(AppUser).where(AppUser.id == world.mere).values(totp_last_step=None))
    asked = [codes.ask(session, session.get_one(AppUser, world.mere), NOW) for _ in range(2)]
    return [lambda own, one=one: codes.answer(own, world.cipher, one, proofs.code(NOW), NOW) for one in asked]


def passkey_shown_twice(world, session):
    asked = passkeys.ask_who(session, proofs.SITE, NOW)
    shown = world.devices["mere"].answer(asked.options)
    return [lambda own: passkeys.sign_in(own, proofs.SITE, asked.id, shown, NOW)] * 2


def step_up_used_twice(world, session):
    who, asked, step = proofs.stepping(world, session)
    step()
    return [lambda own: passkeys.use_step_up(own, who, asked, NOW)] * 2


def address_revealed_twice(world, session):
    token, who = secrets.token_bytes(32), proofs.actor(world, session, "mere")
    vault.intend(
        session, token_hash=sha256(token).digest(), case_ids=[world.case_id], kinds=[disclose.PERSON_NAME],
        purpose="Call the client", actor_id=who.user_id, session_key=who.session_key, seconds=60,
    )  # fmt: skip
    return [lambda own: vault.reveal(own, token, who.user_id, who.session_key)] * 2


RACES = {
    "two open one glass": glass_opened_twice,
    "two agree to one recovery": recovery_agreed_twice,
    "two confirm one new password": account_confirmed_twice,
    "one confirms what the other takes back": account_confirmed_while_taken_back,
    "one code for two sessions": code_used_twice,
    "one answer of a passkey for two sessions": passkey_shown_twice,
    "one step-up for two readings": step_up_used_twice,
    "one token for two readings": address_revealed_twice,
}


def _always(module, name, patch):
    patch.setattr(module, name, lambda *_, **__: None)


WEAKNESSES = {
    "two open one glass": partial(_always, glass, "decide"),
    "two agree to one recovery": partial(_always, decide, "decide"),
    "two confirm one new password": partial(_always, decide, "decide"),
    "one confirms what the other takes back": partial(_always, decide, "decide"),
    "one code for two sessions": proofs.without_the_last_step,
    "one answer of a passkey for two sessions": partial(_always, passkeys, "sign_in"),
    "one step-up for two readings": partial(_always, passkeys, "use_step_up"),
    "one token for two readings": partial(_always, vault, "reveal"),
}


def winners(world, name):
    """How many of two get through that act at the same moment."""
    with world.services.sessions.begin() as session:
        attempts = RACES[name](world, session)
    start, through = threading.Barrier(2), []

    def run(attempt):
        try:
            with world.services.sessions.begin() as session:
                session.execute(select(1))
                start.wait(30)
                attempt(session)
            through.append(attempt)
        except (DomainError, DBAPIError):
            pass

    threads = [threading.Thread(target=run, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return len(through)
