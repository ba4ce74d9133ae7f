"""Breaking glass: a coordinator asks for a case outside their regions, a second person opens it for half an hour.

Privacy officers are told of each wish and of each answer, and every reading is in their queue besides.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from worksorders.domain.errors import Fault, Faults, FaultsError, NotPermittedError
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.tell.api import notify_users
from worksorders.store.tables.confidential.walls import BreakGlass
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.orders import WorksOrder

OPEN_FOR = timedelta(minutes=30)
ANSWER_WITHIN = timedelta(hours=4)
SHORTEST_REASON, LONGEST_REASON = 8, 300
SHOWN = 50
DECIDERS = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER})


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish as the person who looks may see it."""

    id: uuid.UUID
    case_code: str
    asked_by: str
    asked_at: datetime
    reason: str
    decided_by: str | None
    granted: bool | None
    expires_at: datetime | None
    own: bool
    may_decide: bool

    def state(self, now: datetime) -> str:
        """`waiting`, `old` (nobody answered in time), `refused`, `open` or `over`."""
        if self.granted is None:
            return "waiting" if now - self.asked_at <= ANSWER_WITHIN else "old"
        if not self.granted or self.expires_at is None:
            return "refused"
        return "open" if self.expires_at > now else "over"


def ask(session: Session, actor: Actor, code: str, reason: str, now: datetime) -> None:
    """Ask for a case by its own code or its order's; raises FaultsError at `code` or `reason`.

    A case that the actor is walled off from is not there for them, in the words of any unknown code.
    """
    _only(actor, frozenset({Role.COORDINATOR}))
    reason = " ".join(reason.split())
    wanted = code.strip()
    written = {wanted, wanted.upper()}
    faults = Faults()
    case = session.scalar(
        select(CaseFile)
        .outerjoin(WorksOrder, WorksOrder.case_id == CaseFile.id)
        .where(or_(CaseFile.code.in_(written), WorksOrder.code.in_(written)))
        .limit(1)
    )
    faults.require(case, "code", f"There is no case or order {wanted[:40] or '(nothing)'}: check each sign.")
    faults.require(
        SHORTEST_REASON <= len(reason) <= LONGEST_REASON,
        "reason",
        f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} letters and without any name or place.",
    )
    faults.raise_if_any()
    if case is None:
        raise FaultsError([Fault("code", "There is no such case.")])
    wish = BreakGlass(id=uuid.uuid4(), case_id=case.id, asked_by=actor.user_id, asked_at=now, reason=reason)
    session.add(wish)
    session.flush()
    audit.record(session, actor, "glass.asked", ("case_file", case.id), reason=reason)
    tell_privacy_officers(session, now)


def decide(session: Session, actor: Actor, wish_id: uuid.UUID, *, grant: bool, now: datetime) -> BreakGlass:
    """Open the case to who asked, for half an hour, or refuse.

    Raises NotFoundError for a wish that does not wait (any more), is unknown, or is of a case hidden from the actor,
    and NotPermittedError for one's own.
    """
    _only(actor, DECIDERS)
    wish = session.scalar(select(BreakGlass).where(BreakGlass.id == wish_id).with_for_update())
    if (
        wish is None
        or wish.decided_at is not None
        or now - wish.asked_at > ANSWER_WITHIN
        or session.get(CaseFile, wish.case_id) is None
    ):
        raise NotFoundError("There is no such wish.")
    if wish.asked_by == actor.user_id:
        raise NotPermittedError("A second person decides, not who asked.")
    wish.decided_by, wish.decided_at, wish.granted = actor.user_id, now, grant
    wish.expires_at = now + OPEN_FOR if grant else None
    session.flush()
    audit.record(session, actor, "glass.opened" if grant else "glass.refused", ("case_file", wish.case_id))
    tell_privacy_officers(session, now)
    return wish


def find(session: Session, actor: Actor, now: datetime) -> Sequence[Wish]:
    """The latest wishes about cases that the actor may see: a coordinator's own and those that wait, officers' all."""
    _only(actor, DECIDERS)
    asker, decider = aliased(AppUser), aliased(AppUser)
    query = (
        select(BreakGlass, CaseFile.code, asker.display_name, decider.display_name)
        .join(CaseFile, CaseFile.id == BreakGlass.case_id)
        .join(asker, asker.id == BreakGlass.asked_by)
        .outerjoin(decider, decider.id == BreakGlass.decided_by)
        .order_by(BreakGlass.asked_at.desc(), BreakGlass.id)
        .limit(SHOWN)
    )
    if actor.role is not Role.PRIVACY_OFFICER:
        waiting = BreakGlass.decided_at.is_(None) & (BreakGlass.asked_at >= now - ANSWER_WITHIN)
        query = query.where((BreakGlass.asked_by == actor.user_id) | waiting)
    return [
        Wish(
            wish.id,
            code,
            asked_by,
            wish.asked_at,
            wish.reason,
            decided_by,
            wish.granted,
            wish.expires_at,
            own=wish.asked_by == actor.user_id,
            may_decide=wish.decided_at is None
            and wish.asked_by != actor.user_id
            and now - wish.asked_at <= ANSWER_WITHIN,
        )
        for wish, code, asked_by, decided_by in session.execute(query)
    ]


def tell_privacy_officers(session: Session, now: datetime) -> None:
    """A content-free message to each privacy officer."""
    officers = session.scalars(
        select(AppUser.id).where(AppUser.role == Role.PRIVACY_OFFICER, AppUser.disabled_at.is_(None))
    ).all()
    notify_users(session, officers, "update", now)


def _only(actor: Actor, roles: frozenset[Role]) -> None:
    if actor.role not in roles:
        raise NotFoundError("There is no such page.")
