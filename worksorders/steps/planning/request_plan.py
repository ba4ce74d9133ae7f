"""Asks for a plan; the work itself is a job."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.lifecycle.machines import PLAN
from worksorders.gateways import places
from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.people.workforce import LOCAL
from worksorders.steps.planning.settings import LIMITS, load_settings
from worksorders.store.tables.plans.planning import Plan

SOLVE = "plan.solve"
LATEST_START = timedelta(days=60)


def request_plan(
    session: Session,
    actor: Actor,
    *,
    starts_on: date,
    region_codes: Collection[str],
    seconds: int | None,
    now: datetime,
    work: int = 0,
) -> Plan:
    """Queue a plan over the regions (none: all); raises FaultsError at `starts_on`, `regions` or `seconds`.

    With `work` solving ends after so many steps and not by the clock.
    """
    settings = load_settings(session)
    _check(starts_on, region_codes, seconds, now)
    if seconds is not None:
        settings = replace(settings, seconds=seconds)
    if work:
        settings = replace(settings, work=work)
    plan = Plan(
        id=uuid.uuid4(),
        code=f"P-{secrets.token_hex(3).upper()}",
        state=PLAN.initial,
        created_at=now,
        created_by=actor.user_id,
        starts_on=starts_on,
        days=settings.days,
        region_codes=sorted(region_codes),
        seed=secrets.randbelow(1_000_000),
        seconds=settings.seconds,
        settings=asdict(settings),
        progress={},
    )
    session.add(plan)
    session.flush()
    audit.record(session, actor, "plan.requested", ("plan", plan.id), moved=(None, plan.state))
    outbox.send(
        session, SOLVE, {"plan_id": str(plan.id)}, queue=outbox.PLANNING, dedupe_key=f"{SOLVE}:{plan.id}"
    )
    return plan


def _check(starts_on: date, region_codes: Collection[str], seconds: int | None, now: datetime) -> None:
    faults = Faults()
    today = now.astimezone(LOCAL).date()
    faults.require(
        today <= starts_on <= today + LATEST_START,
        "starts_on",
        f"{starts_on:%-d %B %Y} is not possible: choose a day from today to {today + LATEST_START:%-d %B %Y}.",
    )
    known = {region.code for region in places.regions()}
    for code in set(region_codes) - known:
        faults.add("regions", f"There is no region {code}; choose from the list.")
    least, most = LIMITS["seconds"]
    if seconds is not None:
        faults.require(
            least <= seconds <= most, "seconds", f"{seconds} s is not possible: give {least} to {most}."
        )
    faults.raise_if_any()


def find_plan(session: Session, plan_id: uuid.UUID, *, lock: bool = False) -> Plan:
    """A plan by id, locked as it is now and not as this session read it before; raises NotFoundError."""
    query = select(Plan).where(Plan.id == plan_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    plan = session.scalars(query).one_or_none()
    if plan is None:
        raise NotFoundError("There is no such plan.")
    return plan
