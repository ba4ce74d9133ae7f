"""Who is on duty when: turns are set by the day and taken back, never changed, so that the past stays true."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.roles import Role
from worksorders.domain.telling.roster import PARTS, Gap, Overlap, Turn, find_gaps, find_overlaps, stretch
from worksorders.gateways import places
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.duty import DutyTurn
from worksorders.store.tables.work.telling import UserContact

ON_DUTY = (Role.COORDINATOR.value, Role.ADMINISTRATOR.value)
MOST_DAYS = 62
MOST_RANK = 3
SHOWN_DAYS = 14


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn of the list; `reached` where the person has given a mail address or mobile."""

    id: uuid.UUID
    turn: Turn
    region: str
    now: bool
    reached: bool


@dataclass(frozen=True, slots=True)
class RosterPage:
    """The turns of the days shown, and what is wrong with them; region names, not codes."""

    turns: tuple[TurnRow, ...]
    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    ends_at: datetime


def set_turns(
    session: Session,
    actor: Actor,
    user_id: uuid.UUID | None,
    *,
    region_code: str | None,
    rank: int,
    first_on: date | None,
    days: int,
    part: str,
    now: datetime,
) -> int:
    """Put somebody on duty for a day's part on one or several days; gives how many turns.

    Raises FaultsError at `user`, `region`, `rank`, `first_on`, `days` or `part`, with all that is wrong.
    """
    faults = Faults()
    user = session.get(AppUser, user_id) if user_id else None
    serves = user is not None and user.role in ON_DUTY and user.disabled_at is None
    faults.require(serves, "user", "Choose a coordinator or administrator.")
    known = region_code is None or region_code in {region.code for region in places.regions()}
    faults.require(known, "region", "Choose a region of the list, or all of them.")
    faults.require(1 <= rank <= MOST_RANK, "rank", f"Choose a place from 1 to {MOST_RANK}.")
    faults.require(1 <= days <= MOST_DAYS, "days", f"Give 1 to {MOST_DAYS} days.")
    faults.require(part in dict(PARTS), "part", "Choose day, night or both.")
    future = first_on is not None and first_on >= local_day(now)
    faults.require(future, "first_on", "Give a day that is today or later.")
    faults.raise_if_any()
    if user is None or first_on is None:
        return 0
    for ahead in range(days):
        starts_at, ends_at = stretch(first_on + timedelta(days=ahead), part)
        session.add(
            DutyTurn(
                user_id=user.id,
                region_code=region_code,
                rank=rank,
                starts_at=starts_at,
                ends_at=ends_at,
                set_at=now,
                set_by=actor.user_id,
            )
        )
    session.flush()
    detail = {
        "first_on": first_on.isoformat(), "days": days, "part": part, "rank": rank, "region": region_code,
    }  # fmt: skip
    audit.record(session, actor, "duty.turns_set", ("app_user", user.id), detail=detail)
    return days


def remove_turn(session: Session, actor: Actor, turn_id: uuid.UUID, now: datetime) -> None:
    """Take somebody off a turn that is not over; raises NotFoundError."""
    turn = session.scalar(
        select(DutyTurn)
        .where(DutyTurn.id == turn_id, DutyTurn.removed_at.is_(None), DutyTurn.ends_at > now)
        .with_for_update()
    )
    if turn is None:
        raise NotFoundError("There is no such turn.")
    turn.removed_at, turn.removed_by = now, actor.user_id
    session.flush()
    audit.record(
        session, actor, "duty.turn_removed", ("app_user", turn.user_id), detail={"turn": str(turn.id)}
    )


def find_roster(session: Session, now: datetime) -> RosterPage:
    """The turns that run or come within the days shown, with gaps and overlaps, in one query."""
    ends_at = start_of_day(local_day(now) + timedelta(days=SHOWN_DAYS))
    rows = session.execute(
        select(DutyTurn, AppUser.display_name, UserContact.user_id)
        .join(AppUser, AppUser.id == DutyTurn.user_id)
        .outerjoin(UserContact, UserContact.user_id == AppUser.id)
        .where(
            DutyTurn.removed_at.is_(None),
            DutyTurn.ends_at > now,
            DutyTurn.starts_at < ends_at,
            AppUser.disabled_at.is_(None),
        )
        .order_by(DutyTurn.starts_at, DutyTurn.rank, DutyTurn.id)
    ).all()
    names = {region.code: region.name for region in places.regions()}
    turns = tuple(
        TurnRow(
            row.id,
            Turn(who, names.get(row.region_code or ""), row.rank, row.starts_at, row.ends_at),
            names.get(row.region_code or "", "All regions"),
            now=row.starts_at <= now,
            reached=contact is not None,
        )
        for row, who, contact in rows
    )
    listed = [one.turn for one in turns]
    return RosterPage(
        turns, find_gaps(listed, sorted(names.values()), now, ends_at), find_overlaps(listed), ends_at
    )


def may_be_on_duty(session: Session) -> list[tuple[uuid.UUID, str]]:
    """Accounts that a turn can name, by name."""
    rows = session.execute(
        select(AppUser.id, AppUser.display_name)
        .where(AppUser.role.in_(ON_DUTY), AppUser.disabled_at.is_(None))
        .order_by(AppUser.display_name, AppUser.id)
    )
    return [(user_id, name) for user_id, name in rows]


def region_choices() -> list[tuple[str, str]]:
    """Regions as pairs of code and name."""
    return [(region.code, region.name) for region in places.regions()]
