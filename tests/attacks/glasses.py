"""Attacks on broken glass: one's own agreement, too late, twice, through a wall, under another's glass."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import select

from tests import factories
from tests.attacks.proofs import actor, after
from worksorders.steps import disclose
from worksorders.steps.privacy import glass, need_to_know, walls
from worksorders.store.tables.confidential.interests import CoordinatorRegion
from worksorders.store.tables.confidential.walls import BreakGlass

WHY = "Mere is ill and the client called"


def now():
    """The machine's own time, which the database asks too."""
    return datetime.now(UTC)


def case(session, cipher, made):
    """A case in a region that Mere looks after; its id and code."""
    found = factories.make_case(session, region="E7")
    disclose.open_case(session, cipher, found.id)
    disclose.protect(session, cipher, found.id, found.id, {disclose.PERSON_NAME: "Someone"})
    session.add(
        CoordinatorRegion(user_id=made.mere, region_code="E7", assigned_at=now(), assigned_by=made.aroha)
    )
    return found.id, found.code


def asked(world, session, at=None):
    """Tama asks for the case."""
    glass.ask(session, actor(world, session, "tama"), world.case_code, WHY, at or now())
    return session.scalars(select(BreakGlass.id).order_by(BreakGlass.asked_at.desc())).first()


def deciding(world, session, who, wish=None, *, grant=True, at=None):
    wish = wish or asked(world, session)
    return lambda: glass.decide(session, actor(world, session, who), wish, grant=grant, now=at or now())


def reading(world, session, who="tama"):
    return lambda: need_to_know.require(session, actor(world, session, who), [world.case_id])


def opened(world, session, at=None, who="tama"):
    """Glass that was opened at some time; reading under it."""
    deciding(world, session, "mere", asked(world, session, at), at=at)()
    return reading(world, session, who)


def by_hand(world, session, who, minutes):
    row = session.get_one(BreakGlass, asked(world, session))

    def write():
        row.decided_by, row.decided_at, row.granted = getattr(world, who), now(), True
        row.expires_at = row.decided_at + timedelta(minutes=minutes)
        session.flush()

    return write


def walled(world, session, name):
    walls.raise_wall(session, actor(world, session, "hana"), world.case_code, getattr(world, name), now())


def decided_before(world, session, *, grant):
    wish = asked(world, session)
    first = deciding(world, session, "mere", wish, grant=grant)
    return after(first, deciding(world, session, "aroha", wish))


def longer(world, session):
    """Glass that was opened, its end put off afterwards."""
    wish = asked(world, session)
    deciding(world, session, "mere", wish)()

    def write():
        session.get_one(BreakGlass, wish).expires_at += timedelta(minutes=1)
        session.flush()

    return write


def another_coordinator(world, session):
    deciding(world, session, "mere")()
    other = factories.actor_of(factories.make_user(session, "coordinator", is_demo=False))
    return lambda: need_to_know.require(session, other, [world.case_id])


def by_somebody_else(world, session, role):
    firm = factories.make_firm(session).id if role == "contractor" else None
    other = factories.actor_of(factories.make_user(session, role, firm, is_demo=False))
    wish = asked(world, session)
    return lambda: glass.decide(session, other, wish, grant=True, now=now())


GLASS = {
    "who asked agrees": lambda w, s: deciding(w, s, "tama"),
    "read without asking": reading,
    "read while it waits": lambda w, s: after(partial(asked, w, s), reading(w, s)),
    "read after it was refused": lambda w, s: after(deciding(w, s, "mere", grant=False), reading(w, s)),
    "read after half an hour": lambda w, s: opened(w, s, now() - timedelta(minutes=30, seconds=1)),
    "answered after four hours": lambda w, s: deciding(
        w, s, "mere", asked(w, s, now() - glass.ANSWER_WITHIN - timedelta(seconds=1))
    ),
    "opened a second time": lambda w, s: decided_before(w, s, grant=True),
    "opened after it was refused": lambda w, s: decided_before(w, s, grant=False),
    "another coordinator under the same glass": another_coordinator,
    "a wall in front of who asked": lambda w, s: after(partial(walled, w, s, "tama"), opened(w, s)),
    "opened by a contractor": lambda w, s: by_somebody_else(w, s, "contractor"),
    "opened by finance": lambda w, s: by_somebody_else(w, s, "finance"),
    "opened by an auditor": lambda w, s: by_somebody_else(w, s, "auditor"),
    "asked for by an administrator": lambda w, s: partial(
        glass.ask, s, actor(w, s, "aroha"), w.case_code, WHY, now()
    ),
    "a wish that never was": lambda w, s: deciding(w, s, "mere", uuid.uuid4()),
    "written by hand for who asked": lambda w, s: by_hand(w, s, "tama", 30),
    "written by hand for an hour": lambda w, s: by_hand(w, s, "mere", 60),
    "its end put off by hand": longer,
}  # fmt: skip


def without_asking_who_needs_to_know(patch):
    patch.setattr(need_to_know, "require", lambda *_: None)


FAMILIES = {"broken glass": (GLASS, without_asking_who_needs_to_know)}
