"""In which regions the service exists, from which day and until when; the intake of assessments obeys it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.intake.service import SERVICE_REGIONS, region_has_service
from worksorders.steps.people.places import region_choices
from worksorders.store.tables.work.catalogue import Setting


@dataclass(frozen=True, slots=True)
class Term:
    """A region and the days on which it is served, both inside; `is_set` is false where nobody gave any."""

    code: str
    name: str
    is_set: bool
    from_on: date | None
    until_on: date | None
    served_today: bool


def terms(session: Session, today: date) -> tuple[Term, ...]:
    """Every region from north to south."""
    row = session.get(Setting, SERVICE_REGIONS)
    kept = row.value if row else {}
    return tuple(
        Term(
            code,
            name,
            code in kept,
            _day(kept.get(code, {}).get("from")),
            _day(kept.get(code, {}).get("until")),
            region_has_service(session, code, today),
        )
        for code, name in region_choices()
    )


def change_term(
    session: Session, actor: Actor, code: str, from_on: date | None, until_on: date | None, *, now: datetime
) -> None:
    """Give a region its days; no first day means not yet, no last day means until further notice."""
    if actor.role is not Role.ADMINISTRATOR or code not in dict(region_choices()):
        raise NotFoundError("There is no such region.")
    faults = Faults()
    if until_on is not None:
        faults.require(from_on, "from_on", "Give the first day, or leave both empty.")
        faults.require(
            from_on is None or from_on <= until_on, "until_on", "The last day is before the first: swap them."
        )
    faults.raise_if_any()
    row = session.get(Setting, SERVICE_REGIONS, with_for_update=True)
    if row is None:
        row = Setting(name=SERVICE_REGIONS, value={})
        session.add(row)
    before = row.value.get(code)
    after = {
        "from": from_on.isoformat() if from_on else None,
        "until": until_on.isoformat() if until_on else None,
    }
    row.value = {**row.value, code: after}
    row.changed_at, row.changed_by = now, actor.user_id
    session.flush()
    detail = {"group": SERVICE_REGIONS, "changes": {code: [before, after]}}
    audit.record(session, actor, "setting.changed", ("app_user", actor.user_id), detail=detail)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
