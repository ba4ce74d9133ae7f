"""Attacks on who one is: codes of an app, passkeys, recovery of an account; prepared, then tried, then taken back.

Each case does what may be done and returns what must be refused. Each family has a weakness under which some of its
cases go through.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pyotp
from sqlalchemy import select

from tests import factories
from tests.attacks.device import Device
from worksorders.domain.errors import NotPermittedError
from worksorders.steps import sign_in
from worksorders.steps.account_changes import ask, decide
from worksorders.steps.accounts import codes, passkeys
from worksorders.store.tables.identity.accounts import AccountChange, Passkey
from worksorders.store.tables.identity.people import AppUser

NOW = factories.NOW
STEP = timedelta(seconds=30)
SITE = passkeys.Site("localhost", "http://localhost:8000", "Works")
EVIL = "evil.example"
SECRETS = {"mere": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "tama": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"}


def people(session, cipher):
    """Real accounts: Mere and Tama with app and passkey, two administrators, a privacy officer."""
    made = SimpleNamespace(devices={name: Device(SITE.host, SITE.origin) for name in SECRETS})
    roles = {"mere": "coordinator", "tama": "coordinator", "aroha": "administrator", "wiremu": "administrator", "hana": "privacy_officer"}  # fmt: skip
    for name, role in roles.items():
        user = factories.make_user(session, role, sign_in_name=name, is_demo=False)
        if name in SECRETS:
            user.totp_secret_sealed = cipher.seal_alone(user.id, codes.KIND, SECRETS[name])
            device = made.devices[name]
            session.add(
                Passkey(
                    user_id=user.id, credential_id=device.id, public_key=device.public_key, sign_count=0, name="phone",
                    made_at=NOW,
                )
            )  # fmt: skip
        setattr(made, name, user.id)
    return made


def actor(world, session, name):
    return factories.actor_of(session.get_one(AppUser, getattr(world, name)))


def code(at, whose="mere"):
    return pyotp.TOTP(SECRETS[whose]).at(int(at.timestamp()))


def entering(world, session, typed, at=NOW, question=None):
    """Give the password, then a code."""
    asked = question or codes.ask(session, session.get_one(AppUser, world.mere), at)
    return partial(codes.answer, session, world.cipher, asked, typed, at)


def after(first, then):
    """Do the first, which is right; give what is tried next."""
    first()
    return then


def spent_question(w, s):
    asked = codes.ask(s, s.get_one(AppUser, w.mere), NOW)
    return after(
        entering(w, s, code(NOW), question=asked), entering(w, s, code(NOW + STEP), NOW + STEP, asked)
    )


def disabled(world, session, name="mere"):
    session.get_one(AppUser, getattr(world, name)).disabled_at = NOW
    session.flush()


def late(world, session):
    asked = codes.ask(session, session.get_one(AppUser, world.mere), NOW)
    at = NOW + codes.ANSWER_WITHIN
    return entering(world, session, code(at), at, asked)


CODES = {
    "the same code twice": lambda w, s: after(entering(w, s, code(NOW)), entering(w, s, code(NOW))),
    "the same code half a minute later": lambda w, s: after(
        entering(w, s, code(NOW)), entering(w, s, code(NOW), NOW + STEP)
    ),
    "the same code with blanks in it": lambda w, s: after(
        entering(w, s, code(NOW)), entering(w, s, " ".join(code(NOW)))
    ),
    "the code before the last": lambda w, s: after(entering(w, s, code(NOW)), entering(w, s, code(NOW - STEP))),
    "an older code after two newer ones": lambda w, s: after(
        entering(w, s, code(NOW + STEP)), entering(w, s, code(NOW))
    ),
    "a code of two steps ago": lambda w, s: entering(w, s, code(NOW - 2 * STEP)),
    "a code of two steps ahead": lambda w, s: entering(w, s, code(NOW + 2 * STEP)),
    "another account's code": lambda w, s: entering(w, s, code(NOW, "tama")),
    "no code": lambda w, s: entering(w, s, ""),
    "five of its digits": lambda w, s: entering(w, s, code(NOW)[:5]),
    "the code and one more digit": lambda w, s: entering(w, s, code(NOW) + "0"),
    "full-width digits": lambda w, s: entering(w, s, "".join(chr(ord(one) + 0xFEE0) for one in code(NOW))),
    "a question that was answered": spent_question,
    "an answer after five minutes": late,
    "the question of a passkey": lambda w, s: entering(
        w, s, code(NOW), question=passkeys.ask_who(s, SITE, NOW).id
    ),
    "a question that never was": lambda w, s: entering(w, s, code(NOW), question=uuid.uuid4()),
    "a disabled account": lambda w, s: after(partial(disabled, w, s), entering(w, s, code(NOW))),
}  # fmt: skip


def without_the_last_step(patch):
    def take(_session, cipher, user, typed, now):
        return (
            codes._step_of(cipher.open_alone(user.id, codes.KIND, user.totp_secret_sealed), typed, now)
            is not None
        )

    patch.setattr(codes, "_take", take)


def showing(world, session, whose="mere", at=NOW, asked=None, **changes):
    """Sign in with a passkey; `changes` say what the device does wrongly."""
    asked = asked or passkeys.ask_who(session, SITE, NOW)
    shown = world.devices[whose].answer(asked.options, **changes)
    return partial(passkeys.sign_in, session, SITE, asked.id, shown, at)


def twice(world, session):
    again = showing(world, session)
    return after(again, again)


def to_another_question(world, session):
    old = passkeys.ask_who(session, SITE, NOW)
    return showing(world, session, challenge=old.options["challenge"])


def removed(world, session):
    for key in session.scalars(select(Passkey).where(Passkey.user_id == world.mere)):
        key.removed_at = NOW
    session.flush()


def stepping(world, session, whose="mere", at=NOW, **changes):
    """Mere, signed in, shows a passkey again; gives who she is in this session and the question."""
    _, who = sign_in.open_session(session, session.get_one(AppUser, world.mere), NOW)
    asked = passkeys.ask_again(session, SITE, who, NOW)
    shown = world.devices[whose].answer(asked.options, **changes)
    return who, asked.id, partial(passkeys.step_up, session, SITE, who, asked.id, shown, at)


def stepped(world, session, at=NOW, who=None, uses=0):
    real, asked, step = stepping(world, session)
    step()
    for _ in range(uses):
        passkeys.use_step_up(session, real, asked, NOW)
    return partial(passkeys.use_step_up, session, who(session, real) if who else real, asked, at)


def elsewhere(session, who):
    """The same person in another session."""
    return sign_in.open_session(session, session.get_one(AppUser, who.user_id), NOW)[1]


def unanswered(world, session):
    who, asked, _ = stepping(world, session)
    return partial(passkeys.use_step_up, session, who, asked, NOW)


def stolen_name(world, session):
    """Tama's key under the name of Mere's."""
    return showing(world, session, "tama", id=world.devices["mere"].id)


PASSKEYS = {
    "the same answer twice": twice,
    "the answer to another question": to_another_question,
    "from another origin": lambda w, s: showing(w, s, origin=f"https://{EVIL}"),
    "from another port": lambda w, s: showing(w, s, origin="http://localhost:8001"),
    "for another host": lambda w, s: showing(w, s, host=EVIL),
    "without making sure of the person": lambda w, s: showing(w, s, flags=0x01),
    "without a person": lambda w, s: showing(w, s, flags=0x04),
    "with the words of a registration": lambda w, s: showing(w, s, kind="webauthn.create"),
    "signed by another key": lambda w, s: showing(w, s, key=Device(SITE.host, SITE.origin).key),
    "another's key under her name": stolen_name,
    "a key that nobody registered": lambda w, s: showing(w, s, id=b"0" * 16),
    "a counter that stands still": lambda w, s: after(showing(w, s, count=9), showing(w, s, count=9)),
    "a counter that goes back": lambda w, s: after(showing(w, s, count=9), showing(w, s, count=3)),
    "a passkey that was removed": lambda w, s: after(partial(removed, w, s), showing(w, s)),
    "a question of five minutes ago": lambda w, s: showing(w, s, at=NOW + passkeys.ANSWER_WITHIN),
    "an account that is disabled": lambda w, s: after(partial(disabled, w, s), showing(w, s)),
    "another's passkey for her step-up": lambda w, s: stepping(w, s, "tama")[2],
    "a step-up used twice": lambda w, s: stepped(w, s, uses=1),
    "a step-up a minute later": lambda w, s: stepped(w, s, NOW + passkeys.STEP_UP_LASTS),
    "a step-up in another session": lambda w, s: stepped(w, s, who=elsewhere),
    "a step-up that nobody answered": unanswered,
}  # fmt: skip


def without_looking_at_signatures(patch):
    def lax(**given):
        return SimpleNamespace(new_sign_count=given["credential_current_sign_count"])

    patch.setattr(passkeys, "verify_authentication_response", lax)


def wish(world, session, by="aroha", whose="mere"):
    """Ask for a recovery; gives the wish."""
    ask.ask_recovery(
        session, actor(world, session, by), getattr(world, whose), "Called back on her number", NOW
    )
    return session.scalars(select(AccountChange.id).where(AccountChange.decided_at.is_(None))).one()


def deciding(world, session, who, asked=None, *, grant=True):
    asked = asked or wish(world, session)
    return lambda: decide.decide(session, actor(world, session, who), asked, grant=grant, now=NOW)


def decided_before(world, session, *, grant):
    asked = wish(world, session)
    return after(
        deciding(world, session, "wiremu", asked, grant=grant), deciding(world, session, "hana", asked)
    )


def by_hand(world, session, decider):
    row = session.get_one(AccountChange, wish(world, session))

    def write():
        row.decided_by, row.decided_at, row.outcome = getattr(world, decider), NOW, "granted"
        session.flush()

    return write


def asked_again(world, session):
    """Refused by the second person, asked anew by the first, who then agrees."""
    deciding(world, session, "wiremu", grant=False)()
    return deciding(world, session, "aroha")


def old_session(world, session):
    token, _ = sign_in.open_session(session, session.get_one(AppUser, world.mere), NOW)
    deciding(world, session, "wiremu")()

    def use():
        if sign_in.find_session(session, token, NOW) is None:
            raise NotPermittedError("The session has ended.")

    return use


RECOVERY = {
    "who asked agrees": lambda w, s: deciding(w, s, "aroha"),
    "whose account it is agrees": lambda w, s: deciding(w, s, "mere"),
    "who asked agrees after asking again": asked_again,
    "agreed a second time": lambda w, s: decided_before(w, s, grant=True),
    "agreed after it was refused": lambda w, s: decided_before(w, s, grant=False),
    "a wish that never was": lambda w, s: deciding(w, s, "wiremu", uuid.uuid4()),
    "for one's own account": lambda w, s: lambda: wish(w, s, by="aroha", whose="aroha"),
    "a second wish beside the first": lambda w, s: after(partial(wish, w, s), lambda: wish(w, s, by="wiremu")),
    "written by hand for who asked": lambda w, s: by_hand(w, s, "aroha"),
    "the old session afterwards": old_session,
    "the old code afterwards": lambda w, s: after(deciding(w, s, "wiremu"), entering(w, s, code(NOW))),
    "the old passkey afterwards": lambda w, s: after(deciding(w, s, "wiremu"), showing(w, s)),
}  # fmt: skip


def without_a_second_person(patch):
    patch.setattr(decide, "decide", lambda *_, **__: "a password")


FAMILIES = {
    "codes of an app": (CODES, without_the_last_step),
    "passkeys": (PASSKEYS, without_looking_at_signatures),
    "recovery of an account": (RECOVERY, without_a_second_person),
}
