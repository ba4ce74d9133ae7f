"""The demo's accounts: two coordinators, three finance clerks, two administrators and the rest, all with one password."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.roles import Role
from worksorders.steps import sign_in
from worksorders.steps.accounts.demo_data import mark_as_demo
from worksorders.steps.actor import Actor
from worksorders.steps.demo.firms import Made
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.identity.people import AppUser

PASSWORD = "kea-kaka-ruru-tui"  # noqa: S105 -- demo accounts exist only beside demo data.
# Sign-in name, shown name, role, raise limit and vary limit in cents before GST.
STAFF: tuple[tuple[str, str, Role, int, int], ...] = (
    ("mere", "Mere Tauira", Role.COORDINATOR, 150_000, 50_000),
    ("tama", "Tama Exampleton", Role.COORDINATOR, 1_500_000, 200_000),
    ("sione", "Sione Samplesworth", Role.FINANCE, 0, 0),
    ("priya", "Priya Fabler", Role.FINANCE, 0, 0),
    ("grace", "Grace Novella", Role.FINANCE, 0, 0),
    ("aroha", "Aroha Storybrook", Role.ADMINISTRATOR, 0, 0),
    ("daniel", "Daniel Pattern", Role.ADMINISTRATOR, 0, 0),
    ("li", "Li Schema", Role.AUDITOR, 0, 0),
    ("hana", "Hana Suppose", Role.PRIVACY_OFFICER, 0, 0),
)


def make_staff(session: Session, now: datetime) -> dict[str, Actor]:
    """The programme's own people as actors, by sign-in name; from here on the data is marked as invented."""
    mark_as_demo(session, now)
    password_hash = sign_in.hash_password(PASSWORD)
    actors = {}
    for name, shown, role, raise_limit, vary_limit in STAFF:
        user = _user(session, name, shown, role, password_hash, now)
        user.raise_limit_cents, user.vary_limit_cents = raise_limit, vary_limit
        actors[name] = actor_of(user)
    return actors


def make_contractors(session: Session, firms: Iterable[Made], now: datetime) -> dict[uuid.UUID, Actor]:
    """An office account for each firm, and one for each worker, named after the firm's code; the office's by firm."""
    password_hash = sign_in.hash_password(PASSWORD)
    offices = {}
    for made in firms:
        firm = session.get_one(Firm, made.firm_id)
        code = firm.code.lower().replace("-", "")
        office = _user(
            session, f"{code}-office", f"{firm.name}, office", Role.CONTRACTOR, password_hash, now, firm.id
        )
        offices[firm.id] = actor_of(office)
        for number, worker_id in enumerate(made.worker_ids, start=1):
            worker = session.get_one(Worker, worker_id)
            shown = f"{worker.first_name} {worker.last_name}"
            user = _user(session, f"{code}-{number}", shown, Role.CONTRACTOR, password_hash, now, firm.id)
            user.worker_id = worker_id
    session.flush()
    return offices


def worker_actors(session: Session) -> dict[uuid.UUID, Actor]:
    """Each worker's own account as an actor."""
    users = session.scalars(select(AppUser).where(AppUser.worker_id.is_not(None)))
    return {user.worker_id: actor_of(user) for user in users if user.worker_id is not None}


def actor_of(user: AppUser) -> Actor:
    """The actor that the account would be once signed in."""
    return Actor(user.id, Role(user.role), user.display_name, f"demo:{user.id}", user.firm_id, user.worker_id)


def _user(
    session: Session,
    name: str,
    shown: str,
    role: Role,
    password_hash: str,
    now: datetime,
    firm_id: uuid.UUID | None = None,
) -> AppUser:
    user = AppUser(
        id=uuid.uuid4(),
        sign_in_name=name,
        display_name=shown,
        role=role.value,
        password_hash=password_hash,
        firm_id=firm_id,
        is_demo=True,
        created_at=now,
        raise_limit_cents=0,
        vary_limit_cents=0,
    )
    session.add(user)
    session.flush()
    return user
