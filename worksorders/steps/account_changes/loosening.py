"""Settings that would show a home sooner or nearer, tell of fewer people, or let more be approved by rule: two look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.domain.roles import Role
from worksorders.steps.account_changes.ask import keep
from worksorders.steps.account_changes.kinds import Kind
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.settings import figures
from worksorders.store.tables.identity.accounts import AccountChange


def ask_figures(
    session: Session, actor: Actor, name: str, values: Mapping[str, int], reason: str, now: datetime
) -> AccountChange:
    """Ask for figures of a group that loosen it; FaultsError at a figure out of its bounds or at `reason`."""
    if actor.role is not Role.ADMINISTRATOR:
        raise NotFoundError("There is no such page.")
    group = figures.check(name, values)
    before = figures.values_of(session)[name]
    changes = [
        {"name": one.name, "label": one.label, "unit": one.unit, "before": before[one.name], "after": values[one.name]}
        for one in group.figures
        if one.name in values
    ]  # fmt: skip
    wanted = {"name": group.title, "group": name, "changes": changes}
    return keep(session, actor, Kind.SETTINGS, None, wanted, reason, now)


def put(session: Session, actor: Actor | None, wish: AccountChange, now: datetime) -> None:
    """Keep the figures; RefusedError where one of them is another by now than when it was asked for."""
    name, changes = wish.wanted["group"], wish.wanted["changes"]
    now_in_force = figures.values_of(session)[name]
    if any(now_in_force[one["name"]] != one["before"] for one in changes):
        raise RefusedError(
            "A figure has changed since this was asked for: refuse it, and ask again.",
            state="changed",
            action="confirm",
        )
    figures.put(
        session, actor, name, {one["name"]: one["after"] for one in changes}, now, asked_by=wish.asked_by
    )
