"""Adds the abortive-visit charge by rule where nobody could let the firm in; accepted and paid like any line."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalogue.item import CatalogueItem
from worksorders.domain.lifecycle.reasons import NO_ACCESS
from worksorders.domain.order.attendance import abortive_charge_due
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.finance import ledger
from worksorders.steps.ordering.lines import catalogue_of
from worksorders.steps.ordering.rates import FirmRate, rates_in_force
from worksorders.store.tables.work.catalogue import Setting
from worksorders.store.tables.work.offers import LineAccepted
from worksorders.store.tables.work.orders import FrozenRate, Visit, WorksLine, WorksOrder
from worksorders.store.tables.work.safety import AbortiveCharge
from worksorders.store.tables.work.variations import LineRevision

ITEM = "SV08"
NAME = "abortive"
ONE = Decimal(1)


@dataclass(frozen=True)
class AbortiveRule:
    """For each reason of no access 1 where the visit is paid and 0 where not; the operator's setting comes on top."""

    nobody_home: int = int(abortive_charge_due("nobody_home"))
    client_declined_today: int = int(abortive_charge_due("client_declined_today"))
    wrong_or_unsafe_contact: int = int(abortive_charge_due("wrong_or_unsafe_contact"))
    perpetrator_or_unknown_person_present: int = int(
        abortive_charge_due("perpetrator_or_unknown_person_present")
    )
    landlord_refused_entry: int = int(abortive_charge_due("landlord_refused_entry"))
    animal: int = int(abortive_charge_due("animal"))
    site_hazard_or_asbestos: int = int(abortive_charge_due("site_hazard_or_asbestos"))
    wrong_address: int = int(abortive_charge_due("wrong_address"))
    worker_late: int = int(abortive_charge_due("worker_late"))
    access_equipment: int = int(abortive_charge_due("access_equipment"))

    def pays(self, reason: str) -> bool:
        """Whether a visit that ended for this reason is paid."""
        return bool(NO_ACCESS.knows(reason) and getattr(self, reason))


def load_rule(session: Session) -> AbortiveRule:
    """The rule with what the operator changed."""
    row = session.get(Setting, NAME)
    known = {field.name for field in fields(AbortiveRule)}
    changed = row.value if row else {}
    return AbortiveRule(**{name: value for name, value in changed.items() if name in known})


def charge(session: Session, actor: Actor, visit: Visit, reason: str, now: datetime) -> WorksLine | None:
    """Add one abortive visit at the firm's rate of the day of issue; None where the rule does not pay, or no rate is.

    The visit itself goes back to the planner and may become another firm's: the charge keeps its own payee.
    """
    order, firm_id = visit.order, visit.firm_id
    if firm_id is None or order.issued_on is None or not load_rule(session).pays(reason):
        return None
    found = _rate(session, order, firm_id)
    item = catalogue_of(session, order).items.get(ITEM) if found else None
    if found is None or item is None:
        audit.record(session, actor, "visit.no_abortive_rate", ("visit", visit.id), reason=reason)
        return None
    line = _line(session, order, item, found, reason, now)
    session.add(line)
    session.flush()
    session.add(
        FrozenRate(
            line_id=line.id,
            firm_id=firm_id,
            rate_card_id=found.rate_card_id,
            unit=found.unit,
            rate=found.rate,
        )
    )
    session.add(
        AbortiveCharge(
            line_id=line.id, visit_id=visit.id, firm_id=firm_id, reason=reason, at=now, by=actor.user_id
        )
    )
    session.flush()
    session.add(LineRevision(line_id=line.id, revision=1, quantity=ONE, at=now))
    session.flush()
    session.expire(order, ["lines"])
    audit.record(
        session,
        actor,
        "order.abortive_charge_added",
        ("works_order", order.id),
        reason=reason,
        detail={"item": item.code, "visit": str(visit.id), "line": str(line.id), "firm": str(firm_id)},
    )
    ledger.settle_orders(session, actor, [order.id], now)
    return line


def _line(
    session: Session, order: WorksOrder, item: CatalogueItem, rate: FirmRate, reason: str, now: datetime
) -> WorksLine:
    """The charge as the order's last line: it takes no minutes, since nobody works for it."""
    position = session.scalar(select(func.max(WorksLine.position)).where(WorksLine.order_id == order.id))
    return WorksLine(
        id=uuid.uuid4(),
        order_id=order.id,
        position=(position or 0) + 1,
        item_code=item.code,
        measure=item.measure,
        offer_name=item.offer_name,
        kind=str(item.kind),
        quantity=ONE,
        original_quantity=ONE,
        unit=item.unit,
        rate=rate.rate,
        rate_card_id=rate.rate_card_id,
        frozen_at=now,
        minutes=0,
        trade=str(item.trade),
        crew=1,
        lead_working_days=0,
        consent_group=str(item.consent),
        evidence="|".join(item.evidence),
        because=f"no access: {NO_ACCESS.label(reason).lower()}",
    )


def orders_to_accept(session: Session) -> list[tuple[WorksOrder, int, datetime]]:
    """Orders with charges that nobody has accepted yet, with how many and since when."""
    accepted = (
        select(func.coalesce(func.sum(LineAccepted.quantity), 0))
        .where(LineAccepted.line_id == WorksLine.id)
        .correlate(WorksLine)
        .scalar_subquery()
    )
    rows = session.execute(
        select(WorksOrder, func.count(), func.min(AbortiveCharge.at))
        .join(WorksLine, WorksLine.order_id == WorksOrder.id)
        .join(AbortiveCharge, AbortiveCharge.line_id == WorksLine.id)
        .where(WorksLine.removed_at.is_(None), WorksLine.quantity > accepted, WorksOrder.state != "closed")
        .group_by(WorksOrder.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _rate(session: Session, order: WorksOrder, firm_id: uuid.UUID) -> FirmRate | None:
    """The firm's rate on the day on which the order was issued, like that of every other line."""
    assert order.issued_on is not None
    rates = rates_in_force(session, order.region_code, [ITEM], order.issued_on).by_item.get(ITEM, ())
    return next((rate for rate in rates if rate.firm_id == firm_id), None)
