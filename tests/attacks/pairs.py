"""Attacks on what two people do together: first passwords in two parts, tokens, and limits; each family with its weakness."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from hashlib import sha256

from sqlalchemy import select

from tests.attacks.proofs import NOW, actor, after, disabled
from worksorders.domain.errors import NotPermittedError
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.steps import sign_in
from worksorders.steps.account_changes import ask, decide
from worksorders.steps.account_changes.kinds import MARK, Kind
from worksorders.steps.account_changes.lending import ask_loan
from worksorders.steps.account_changes.loosening import ask_figures
from worksorders.steps.account_changes.machines import ask_token
from worksorders.steps.accounts import two_parts
from worksorders.steps.admin import users
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.exchange import tokens
from worksorders.steps.exchange.tokens import TokenDetails
from worksorders.steps.limits.delegations import Loan, delegate, delegations_to
from worksorders.steps.settings import figures
from worksorders.store.tables.exchange import ApiToken
from worksorders.store.tables.identity.accounts import AccountChange
from worksorders.store.tables.identity.people import AppUser

TODAY = local_day(NOW)
WHY = "Called back on the number of the contract"
NGAIO = UserDetails("Ngaio", Role.AUDITOR)
TOKEN = TokenDetails("Refuge", frozenset({"orders:read"}), TODAY)


class Handed:
    """A new account: what each of the two was shown, and what the database held meanwhile."""

    def __init__(self, world, session, name="ngaio"):
        self.session, self.name = session, name
        asked = ask.ask_invite(session, actor(world, session, "aroha"), name, NGAIO, WHY, NOW)
        self.first, self.mark = asked.first_part, asked.wish.wanted[MARK]
        self.second = decide.decide(session, actor(world, session, "wiremu"), asked.id, grant=True, now=NOW)

    def typing(self, password, at=NOW):
        """Sign in with that; the account has no second proof yet, so that a right password opens it."""
        return lambda: sign_in.sign_in(self.session, self.name, password, at)

    def whole(self, at=NOW):
        return self.typing(self.first + self.second, at)


def typed(of):
    """An attack by one password, made of what the two were shown."""
    return lambda w, s: (handed := Handed(w, s)).typing(of(handed))


def renewed(world, session, at=NOW):
    """The old parts, once a new password was handed over by two."""
    handed = Handed(world, session)
    user = session.scalars(select(AppUser).where(AppUser.sign_in_name == "ngaio")).one()
    asked = ask.ask_access(session, actor(world, session, "wiremu"), Kind.PASSWORD, user.id, WHY, at)
    second = decide.decide(session, actor(world, session, "hana"), asked.id, grant=True, now=at)
    return handed, asked, second


def of_another(world, session):
    one, other = Handed(world, session), Handed(world, session, "tui")
    return one.typing(one.first + other.second)


def taken_back(world, session):
    asked = ask.ask_invite(session, actor(world, session, "aroha"), "ngaio", NGAIO, WHY, NOW)
    decide.withdraw(session, actor(world, session, "aroha"), asked.id, NOW)
    return partial(sign_in.sign_in, session, "ngaio", asked.first_part, NOW)


def chosen(world, session):
    handed = Handed(world, session)
    _, who = handed.whole()()
    whole = handed.first + handed.second
    sign_in.choose_password(session, who, whole, "a password of her own", NOW)
    return handed.whole()


def without_a_mark(world, session):
    asked = ask.ask_access(session, actor(world, session, "aroha"), Kind.PASSWORD, world.tama, WHY, NOW)
    asked.wish.wanted = {}
    return partial(decide.decide, session, actor(world, session, "wiremu"), asked.id, grant=True, now=NOW)


PARTS = {
    "the first part": typed(lambda h: h.first),
    "the second part": typed(lambda h: h.second),
    "the second before the first": typed(lambda h: f"{h.second}-{h.first}"),
    "the first part twice": typed(lambda h: h.first * 2),
    "the second part twice": typed(lambda h: h.second * 2),
    "what the database held, and the second part": typed(lambda h: h.mark + h.second),
    "what is hashed of both": typed(lambda h: two_parts.join(h.mark, h.second)),
    "what is hashed of both, as of a plain one": typed(lambda h: "plain:" + two_parts.join(h.mark, h.second)),
    "a hash of the first part and the second": typed(lambda h: sha256(h.first.encode()).hexdigest() + h.second),
    "both, with a sign wrong": typed(lambda h: h.first + h.second[:-1] + ("2" if h.second[-1] != "2" else "3")),
    "both, with one sign more": typed(lambda h: h.first + h.second + "2"),
    "both, with one sign less": typed(lambda h: h.first + h.second[:-1]),
    "both, in other letters": typed(lambda h: "".join(chr(ord(one) + 0xFEE0) for one in h.first + h.second)),
    "one's first and another's second part": of_another,
    "the first part of what was taken back": taken_back,
    "both after three days": lambda w, s: Handed(w, s).whole(NOW + sign_in.FIRST_PASSWORD_LASTS),
    "both after the owner chose her own": chosen,
    "both after the next password": lambda w, s: renewed(w, s)[0].whole(),
    "the next second part on the old first": lambda w, s: (
        (r := renewed(w, s))[0].typing(r[0].first + r[2])
    ),
    "confirmed where there is no first part": without_a_mark,
}  # fmt: skip


def with_a_second_part_alone(patch):
    """As it was: whoever confirms is shown the whole password."""

    def whole(_mark):
        password = two_parts.new_part()
        return password, sign_in.hash_password(password)

    patch.setattr(users, "_first", whole)


def calling(session, secret, at=NOW):
    def call():
        if tokens.admit(session, secret, at, call={}).caller is None:
            raise NotPermittedError("No such token.")

    return call


def token(world, session, by="aroha", details=TOKEN):
    return ask_token(session, actor(world, session, by), details, WHY, NOW).id


def given(world, session, who="hana"):
    return decide.decide(session, actor(world, session, who), token(world, session), grant=True, now=NOW)


def deciding(world, session, who, wish, at=NOW):
    return lambda: decide.decide(session, actor(world, session, who), wish, grant=True, now=at)


def revoked(world, session):
    secret = given(world, session)
    row = session.scalars(select(ApiToken)).one()
    tokens.revoke(session, actor(world, session, "aroha"), row.id, NOW)
    session.flush()
    return calling(session, secret)


def signing_in_as_it(world, session):
    secret = given(world, session)
    user = session.get_one(AppUser, session.scalars(select(ApiToken)).one().user_id)
    return lambda: sign_in.sign_in(session, user.sign_in_name, secret, NOW)


def asker_left(world, session, ask_it):
    wish = ask_it(world, session)
    disabled(world, session, "aroha")
    return deciding(world, session, "hana", wish)


def refused_before(world, session, ask_it):
    wish = ask_it(world, session)
    decide.decide(session, actor(world, session, "wiremu"), wish, grant=False, now=NOW)
    return deciding(world, session, "hana", wish)


def by_hand(world, session, ask_it, who):
    row = session.get_one(AccountChange, ask_it(world, session))

    def write():
        row.decided_by, row.decided_at, row.outcome = getattr(world, who), NOW, "granted"
        session.flush()

    return write


TOKENS = {
    "who asked confirms": lambda w, s: deciding(w, s, "aroha", token(w, s)),
    "a coordinator confirms": lambda w, s: deciding(w, s, "mere", token(w, s)),
    "a coordinator asks": lambda w, s: lambda: token(w, s, by="mere"),
    "a privacy officer asks": lambda w, s: lambda: token(w, s, by="hana"),
    "confirmed after it was refused": lambda w, s: refused_before(w, s, token),
    "confirmed after a week": lambda w, s: deciding(w, s, "hana", token(w, s), NOW + ask.WAITS),
    "confirmed after its last day": lambda w, s: deciding(w, s, "hana", token(w, s), NOW + timedelta(days=2)),
    "confirmed after who asked has left": lambda w, s: asker_left(w, s, token),
    "a scope that there is not": lambda w, s: lambda: token(w, s, details=TokenDetails("x", frozenset({"*"}), TODAY)),
    "for ten years": lambda w, s: lambda: token(w, s, details=TokenDetails("x", TOKEN.scopes, TODAY + timedelta(days=3650))),
    "written by hand for who asked": lambda w, s: by_hand(w, s, token, "aroha"),
    "a call after it was revoked": revoked,
    "a call after its last day": lambda w, s: calling(s, given(w, s), NOW + timedelta(days=1)),
    "a call with half of it": lambda w, s: calling(s, given(w, s)[:24]),
    "a call with what the database holds": lambda w, s: calling(s, sha256(given(w, s).encode()).hexdigest()),
    "signing in as its account": signing_in_as_it,
}  # fmt: skip


def loan(world, session, by="aroha", **other):
    """Tama's limits for Mere, asked for by an administrator."""
    session.get_one(AppUser, world.tama).raise_limit_cents = 250_000
    values = {"from_user_id": world.tama, "to_user_id": world.mere, "from_on": TODAY, "to_on": TODAY}
    wanted = Loan(**values | {"limit_cents": 100_000, "reason": WHY} | other)
    return ask_loan(session, actor(world, session, by), wanted, NOW).id


def lent(world, session, by, **other):
    """The same at once."""
    session.get_one(AppUser, world.tama).raise_limit_cents = 250_000
    values = {"from_user_id": world.tama, "to_user_id": world.mere, "from_on": TODAY, "to_on": TODAY}
    wanted = Loan(**values | {"limit_cents": 100_000, "reason": WHY} | other)
    return lambda: delegate(session, actor(world, session, by), wanted, NOW)


def lowered(world, session):
    wish = loan(world, session)
    session.get_one(AppUser, world.tama).raise_limit_cents = 50_000
    session.get_one(AppUser, world.tama).vary_limit_cents = 0
    return deciding(world, session, "hana", wish)


def taker_made_administrator(world, session):
    wish = loan(world, session)
    session.get_one(AppUser, world.mere).role = "administrator"
    session.flush()
    return deciding(world, session, "mere", wish)


def used_before(world, session):
    loan(world, session)

    def use():
        if not delegations_to(session, world.mere):
            raise NotPermittedError("Nothing is lent.")

    return use


def higher(world, session, who="aroha", cents=90_000_000):
    details = UserDetails("Mere", Role.COORDINATOR, raise_limit_cents=cents)
    return lambda: users.change(session, actor(world, session, who), world.mere, details)


def asked_higher(world, session):
    details = UserDetails("Mere", Role.COORDINATOR, raise_limit_cents=90_000_000)
    return ask.ask_role(session, actor(world, session, "aroha"), world.mere, details, WHY, NOW).id


LIMITS = {
    "who asked confirms a loan": lambda w, s: deciding(w, s, "aroha", loan(w, s)),
    "whose limits they are confirms": lambda w, s: deciding(w, s, "tama", loan(w, s)),
    "who gets them confirms": lambda w, s: deciding(w, s, "mere", loan(w, s)),
    "who gets them confirms as an administrator": taker_made_administrator,
    "a coordinator asks for another's": lambda w, s: lambda: loan(w, s, by="mere"),
    "an administrator asks for herself": lambda w, s: lambda: loan(w, s, to_user_id=w.aroha),
    "an administrator lends another's at once": lambda w, s: lent(w, s, "aroha"),
    "a coordinator lends another's at once": lambda w, s: lent(w, s, "mere"),
    "lent to oneself": lambda w, s: lent(w, s, "tama", to_user_id=w.tama),
    "above the limit": lambda w, s: lambda: loan(w, s, limit_cents=10**12),
    "confirmed after the limit was lowered": lowered,
    "confirmed after its days": lambda w, s: deciding(w, s, "hana", loan(w, s), NOW + timedelta(days=2)),
    "confirmed after who asked has left": lambda w, s: asker_left(w, s, loan),
    "used before it is confirmed": used_before,
    "written by hand for who gets them": lambda w, s: by_hand(w, s, loan, "mere"),
    "written by hand for whose they are": lambda w, s: by_hand(w, s, loan, "tama"),
    "a higher limit alone": higher,
    "a higher limit for oneself": lambda w, s: higher(w, s, who="mere"),
    "who asked confirms a higher limit": lambda w, s: deciding(w, s, "aroha", asked_higher(w, s)),
    "whose limit it is confirms": lambda w, s: deciding(w, s, "mere", asked_higher(w, s)),
}  # fmt: skip


LOOSER = {"address_window_hours": 72, "area_dwellings": 500}


def loosened(world, session, by="aroha", values=LOOSER):
    return ask_figures(session, actor(world, session, by), "offers", values, WHY, NOW).id


def changing(world, session, values, group="offers", who="aroha"):
    return lambda: figures.change(session, actor(world, session, who), group, values, NOW)


def tightened_meanwhile(world, session):
    wish = loosened(world, session)
    changing(world, session, {"address_window_hours": 2}, who="wiremu")()
    return deciding(world, session, "hana", wish)


SETTINGS = {
    "the address sooner, alone": lambda w, s: changing(w, s, {"address_window_hours": 19}),
    "a smaller area, alone": lambda w, s: changing(w, s, {"area_dwellings": 1_999}),
    "smaller counts, alone": lambda w, s: changing(w, s, {"least_cell": 2}, "paying"),
    "more by rule, alone": lambda w, s: changing(w, s, {"variation_limit_cents": 100_000_000}, "ordering"),
    "more of what is urgent by rule, alone": lambda w, s: changing(w, s, {"urgent_variation_cents": 100_000_000}, "ordering"),
    "hidden among tighter ones": lambda w, s: changing(w, s, {"p1_answer_minutes": 10, "area_dwellings": 1_000}),
    "in steps of one": lambda w, s: changing(w, s, {"address_window_hours": 19, "area_dwellings": 2_001}),
    "a coordinator asks": lambda w, s: lambda: loosened(w, s, by="mere"),
    "a privacy officer asks": lambda w, s: lambda: loosened(w, s, by="hana"),
    "beyond its bounds": lambda w, s: lambda: loosened(w, s, values={"address_window_hours": 73}),
    "below its bounds": lambda w, s: lambda: loosened(w, s, values={"area_dwellings": 0}),
    "a figure that there is not": lambda w, s: lambda: loosened(w, s, values={"everything": 1}),
    "who asked confirms": lambda w, s: deciding(w, s, "aroha", loosened(w, s)),
    "a coordinator confirms": lambda w, s: deciding(w, s, "mere", loosened(w, s)),
    "confirmed after a week": lambda w, s: deciding(w, s, "hana", loosened(w, s), NOW + ask.WAITS),
    "confirmed after it was refused": lambda w, s: refused_before(w, s, loosened),
    "confirmed after who asked has left": lambda w, s: asker_left(w, s, loosened),
    "confirmed after another tightened it": tightened_meanwhile,
    "a second wish beside the first": lambda w, s: after(lambda: loosened(w, s), lambda: loosened(w, s, by="wiremu")),
    "written by hand for who asked": lambda w, s: by_hand(w, s, loosened, "aroha"),
}  # fmt: skip


def without_a_second_person(patch):
    patch.setattr(decide, "_refuse_the_same", lambda *_: None)


FAMILIES = {
    "passwords in two parts": (PARTS, with_a_second_part_alone),
    "tokens of one person": (TOKENS, without_a_second_person),
    "settings of one person": (SETTINGS, lambda patch: patch.setattr(figures, "looser", lambda *_: {})),
    "limits of one person": (LIMITS, lambda patch: patch.setattr(users, "gives_more", lambda *_: False)),
}
