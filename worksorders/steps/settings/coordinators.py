"""Which coordinator looks after which regions, and what each therefore sees first.

A region that nobody looks after is everybody's: its homes are in the first view of every coordinator.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.roles import Role
from worksorders.gateways import places
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.confidential.interests import CoordinatorRegion
from worksorders.store.tables.identity.people import AppUser


@dataclass(frozen=True, slots=True)
class Cover:
    """The regions of one coordinator, and those that nobody looks after."""

    mine: frozenset[str]
    uncovered: frozenset[str]

    @property
    def shown(self) -> frozenset[str] | None:
        """What the first view is narrowed to; None (all of it) for somebody without regions."""
        return self.mine | self.uncovered if self.mine else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the person's own regions, from north to south."""
        return tuple(region.name for region in places.regions() if region.code in self.mine)


@dataclass(frozen=True, slots=True)
class Coordinator:
    """A coordinator with the codes of the regions, from north to south."""

    user_id: uuid.UUID
    name: str
    regions: tuple[str, ...]


def cover_of(session: Session, actor: Actor) -> Cover:
    """Who covers what, as this person sees it; one query."""
    everybody = coordinators(session)
    mine = next((frozenset(one.regions) for one in everybody if one.user_id == actor.user_id), frozenset())
    return Cover(mine, _uncovered(everybody))


def uncovered(session: Session) -> tuple[str, ...]:
    """The codes of regions that no active coordinator looks after, from north to south."""
    codes = _uncovered(coordinators(session))
    return tuple(region.code for region in places.regions() if region.code in codes)


def coordinators(session: Session) -> tuple[Coordinator, ...]:
    """Every active coordinator by name."""
    rows = session.execute(
        select(AppUser.id, AppUser.display_name, CoordinatorRegion.region_code)
        .outerjoin(CoordinatorRegion, CoordinatorRegion.user_id == AppUser.id)
        .where(AppUser.role == Role.COORDINATOR.value, AppUser.disabled_at.is_(None))
        .order_by(func.lower(AppUser.display_name), AppUser.id)
    ).all()
    names = {row.id: row.display_name for row in rows}
    order = [region.code for region in places.regions()]
    looked_after = {(row.id, row.region_code) for row in rows}
    return tuple(
        Coordinator(user_id, name, tuple(code for code in order if (user_id, code) in looked_after))
        for user_id, name in names.items()
    )


def coordinator(session: Session, user_id: uuid.UUID) -> Coordinator:
    """One of them; raises NotFoundError."""
    for one in coordinators(session):
        if one.user_id == user_id:
            return one
    raise NotFoundError("There is no such coordinator.")


def assign(
    session: Session, actor: Actor, user_id: uuid.UUID, codes: Collection[str], now: datetime
) -> Coordinator:
    """Give a coordinator exactly these regions; FaultsError at `regions` for an unknown code."""
    if actor.role is not Role.ADMINISTRATOR:
        raise NotFoundError("There is no such page.")
    before = coordinator(session, user_id)
    unknown = sorted(set(codes) - {region.code for region in places.regions()})
    if unknown:
        raise FaultsError([Fault("regions", f"“{unknown[0]}” is not a region: choose from the list.")])
    session.execute(delete(CoordinatorRegion).where(CoordinatorRegion.user_id == user_id))
    session.add_all(
        CoordinatorRegion(user_id=user_id, region_code=code, assigned_at=now, assigned_by=actor.user_id)
        for code in sorted(set(codes))
    )
    session.flush()
    detail = {"before": list(before.regions), "after": sorted(set(codes))}
    audit.record(session, actor, "user.regions_assigned", ("app_user", user_id), detail=detail)
    return coordinator(session, user_id)


def _uncovered(everybody: Collection[Coordinator]) -> frozenset[str]:
    covered = {code for one in everybody for code in one.regions}
    return frozenset(region.code for region in places.regions() if region.code not in covered)
