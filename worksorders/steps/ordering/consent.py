"""Records who agreed to which group of measures, and which groups of an order still lack an agreement."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session

from catalogue.item import ConsentNeeded
from worksorders.domain.errors import Faults, FaultsError
from worksorders.domain.local_time import local_day
from worksorders.domain.people.consent import Answer, How, Interest, check_answer
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.ordering.moves import lock_order
from worksorders.store.tables.orders import Consent, WorksOrder

GROUPS = (ConsentNeeded.LOCKS, ConsentNeeded.OWNER)
GROUP_WORDS = {
    ConsentNeeded.LOCKS: "Locks",
    ConsentNeeded.OWNER: "Owner’s measures",
}
LONGEST_CONDITIONS = 500


def needed_groups(order: WorksOrder) -> tuple[str, ...]:
    """The groups of the order's lines that somebody has to agree to."""
    present = {line.consent_group for line in order.lines if line.removed_at is None}
    return tuple(str(group) for group in GROUPS if group in present)


def missing_groups(order: WorksOrder) -> tuple[str, ...]:
    """Those of them for which no agreement is recorded."""
    given = {consent.consent_group for consent in order.consents}
    return tuple(group for group in needed_groups(order) if group not in given)


def record_consent(
    session: Session,
    actor: Actor,
    order_id: uuid.UUID,
    *,
    group: str,
    given_by_role: str,
    how: str,
    given_on: date | None,
    conditions: str = "",
    reinstatement: bool = False,
    now: datetime,
) -> Consent:
    """Record an agreement; FaultsError at `group`, `given_by_role`, `how`, `given_on` or `conditions`.

    By phone only for locks (Residential Tenancies Act 1986 s46: at the time, or a reasonable time before);
    `not_needed` where the client alone owns the home.
    """
    order = lock_order(session, order_id)
    faults = Faults()
    if group not in needed_groups(order):
        faults.add("group", "No line of this order needs this agreement: choose another group.")
    faults.require(given_by_role in list(Interest), "given_by_role", "Choose who gave the agreement.")
    faults.require(how in list(How), "how", "Choose how the agreement was given.")
    faults.require(given_on, "given_on", "Enter the day on which the agreement was given.")
    if len(conditions) > LONGEST_CONDITIONS:
        faults.add("conditions", f"Write the conditions in at most {LONGEST_CONDITIONS} letters.")
    faults.raise_if_any()
    assert given_on is not None
    _check_rule(group, How(how), given_on, local_day(now))
    row = Consent(
        id=uuid.uuid4(),
        order_id=order.id,
        consent_group=group,
        given_by_role=given_by_role,
        how=how,
        given_on=given_on,
        conditions=conditions.strip(),
        reinstatement=reinstatement,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    order.consents.append(row)
    audit.record(
        session,
        actor,
        "order.consent_recorded",
        ("works_order", order.id),
        detail={"group": group, "by": given_by_role, "how": how},
    )
    session.flush()
    return row


def _check_rule(group: str, how: How, given_on: date, today: date) -> None:
    answer = Answer("", ConsentNeeded(group), given_on, granted=True, answered_on=given_on, how=how)
    try:
        check_answer(answer, today)
    except FaultsError as error:
        faults = Faults()
        for fault in error.faults:
            if fault.field == "how":
                faults.add("how", fault.message)
        if given_on > today:
            faults.add("given_on", f"{given_on:%d/%m/%Y} is in the future: give the day of the agreement.")
        faults.raise_if_any()
