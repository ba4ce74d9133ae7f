"""What waits for a second person, as whoever looks may see it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from worksorders.steps.account_changes import hands
from worksorders.steps.account_changes.ask import CONFIRMERS, WAITS
from worksorders.steps.account_changes.kinds import MARK, Kind
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.identity.accounts import AccountChange
from worksorders.store.tables.identity.people import AppUser

DAYS = frozenset({"from_on", "to_on", "last_on"})


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that waits; `may_decide` tells whether who looks can be the second person, `own` whether they asked.

    `wanted` holds what is asked for, with the firm by name under `firm` and whom limits are lent under `to`. A token
    has its system's name and no sign-in name.
    """

    id: uuid.UUID
    kind: Kind
    name: str
    sign_in_name: str
    wanted: Mapping[str, Any]
    reason: str
    asked_by: str
    asked_at: datetime
    until: datetime
    own: bool
    may_decide: bool


def waiting(session: Session, actor: Actor | None, now: datetime) -> Sequence[Wish]:
    """What nobody has decided yet, the oldest first; no actor is the server's command line."""
    if actor is not None and actor.role not in CONFIRMERS:
        raise NotFoundError("There is no such page.")
    asker = aliased(AppUser)
    rows = session.execute(
        select(AccountChange, AppUser, asker.display_name)
        .outerjoin(AppUser, AppUser.id == AccountChange.user_id)
        .join(asker, asker.id == AccountChange.asked_by)
        .where(AccountChange.decided_at.is_(None), AccountChange.asked_at > now - WAITS)
        .order_by(AccountChange.asked_at, AccountChange.id)
    ).all()
    seen = hands.look(session) if rows and actor else hands.Hands({})
    firms = _firm_names(session, [wish.wanted for wish, _, _ in rows])
    takers = _user_names(session, [wish.wanted for wish, _, _ in rows])
    return [
        Wish(
            wish.id,
            Kind(wish.kind),
            user.display_name if user else wish.wanted.get("display_name") or wish.wanted["name"],
            user.sign_in_name if user else wish.wanted.get("sign_in_name", ""),
            _readable(wish.wanted)
            | {
                "firm": firms.get(wish.wanted.get("firm_id") or "", ""),
                "to": takers.get(wish.wanted.get("to_user_id") or "", ""),
            },
            wish.reason,
            by,
            wish.asked_at,
            wish.asked_at + WAITS,
            own=actor is not None and actor.user_id == wish.asked_by,
            may_decide=actor is None
            or (
                actor.user_id not in {wish.asked_by, wish.user_id}
                and str(actor.user_id) != wish.wanted.get("to_user_id")
                and not seen.meet(actor.user_id, wish.asked_by)
            ),
        )
        for wish, user, by in rows
    ]


def waiting_about(session: Session, user_id: uuid.UUID, now: datetime) -> int:
    """How much waits about one account."""
    counted = select(func.count()).where(
        AccountChange.user_id == user_id,
        AccountChange.decided_at.is_(None),
        AccountChange.asked_at > now - WAITS,
    )
    return session.scalar(counted) or 0


def accounts(session: Session, actor: Actor) -> Sequence[tuple[uuid.UUID, str]]:
    """Accounts that can be recovered, without one's own, to choose from."""
    rows = session.execute(
        select(AppUser.id, AppUser.display_name, AppUser.sign_in_name)
        .where(AppUser.disabled_at.is_(None), AppUser.id != actor.user_id)
        .order_by(AppUser.display_name, AppUser.id)
    )
    return [(row.id, f"{row.display_name} ({row.sign_in_name})") for row in rows]


def is_alone(session: Session, actor: Actor) -> bool:
    """Whether nobody else could confirm what this person asks for: then the server's command line does."""
    others = session.scalars(
        select(AppUser.id).where(
            AppUser.role.in_([role.value for role in CONFIRMERS]),
            AppUser.disabled_at.is_(None),
            AppUser.id != actor.user_id,
        )
    ).all()
    seen = hands.look(session)
    return all(seen.meet(actor.user_id, other) for other in others)


def _firm_names(session: Session, wanted: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    ids = {uuid.UUID(one["firm_id"]) for one in wanted if one.get("firm_id")}
    if not ids:
        return {}
    rows = session.execute(select(Firm.id, Firm.name).where(Firm.id.in_(ids)))
    return {str(row.id): row.name for row in rows}


def _readable(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for with its days as days, and without the mark of a password's part."""
    return {
        name: date.fromisoformat(value) if name in DAYS else value
        for name, value in wanted.items()
        if name != MARK
    }


def _user_names(session: Session, wanted: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    ids = {uuid.UUID(one["to_user_id"]) for one in wanted if one.get("to_user_id")}
    if not ids:
        return {}
    rows = session.execute(select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(ids)))
    return {str(row.id): row.display_name for row in rows}
