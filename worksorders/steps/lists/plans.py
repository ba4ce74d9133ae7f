"""The list of plans: what was asked, how far each is, and how many visits it placed."""

from __future__ import annotations

from sqlalchemy import func, select

from worksorders.domain.roles import Role
from worksorders.steps.lists.register import Column, Register
from worksorders.store.tables.plans.planning import Plan, PlanStop, PlanUnassigned

_PLACED = (
    select(func.count(PlanStop.visit_id.distinct()))
    .where(PlanStop.plan_id == Plan.id)
    .correlate(Plan)
    .scalar_subquery()
)
_LEFT_OUT = select(func.count()).where(PlanUnassigned.plan_id == Plan.id).correlate(Plan).scalar_subquery()

PLANS = Register(
    name="plans",
    title="Plans",
    noun="plan",
    roles=frozenset({Role.COORDINATOR}),
    columns=(
        Column("code", "Plan", "code", Plan.code),
        Column("state", "State", "state", Plan.state),
        Column("starts_on", "First day", "day", Plan.starts_on),
        Column("days", "Days", "number", Plan.days),
        Column("placed", "Visits placed", "number", _PLACED),
        Column("left_out", "Visits left out", "number", _LEFT_OUT),
        Column("created_at", "Asked", "instant", Plan.created_at),
        Column("finished_at", "Finished", "instant", Plan.finished_at, shown=False),
        Column("published_at", "Published", "instant", Plan.published_at),
    ),
    source=lambda query: query.select_from(Plan),
    sort=Plan.created_at,
    key=Plan.id,
    on=Plan.created_at,
    on_title="Asked",
    filters={"state": Plan.state},
    states=("queued", "solving", "draft", "published", "discarded", "cancelled", "failed"),
    searched=(Plan.code,),
)
