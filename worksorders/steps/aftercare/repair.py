"""Makes the repair of a defect a line and a visit of the same order: free for the firm that did it, paid for another."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.local_time import local_day
from worksorders.domain.money import format_cents, line_cents
from worksorders.domain.order.visits import SECURE_CHECK_MINUTES
from worksorders.steps.actor import Actor
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.aftercare import Defect
from worksorders.store.tables.work.orders import FrozenRate, Visit, WorksLine, WorksOrder
from worksorders.store.tables.work.variations import LineRevision

SAME_FIRM, ANOTHER_FIRM = "same", "another"
TO = {
    SAME_FIRM: "Back to the firm that did the work",
    ANOTHER_FIRM: "To another firm",
}
FREE = Decimal(0)


def make_repair(
    session: Session, actor: Actor, order: WorksOrder, defect: Defect, to: str, now: datetime
) -> WorksLine:
    """The repair's line, at a visit of its own that is planned like any other; FaultsError at `to`.

    The firm that did the work is the only one with a rate for it, nothing under the warranty; another firm has its
    own rate of the day of issue, and what that may cost lies within the coordinator's vary limit.
    """
    wrong = defect.line
    assert wrong.visit is not None
    rates = _rates(session, defect, to)
    rate = max(one.rate for one in rates)
    cost = line_cents(wrong.quantity, rate)
    limit = session.scalar(select(AppUser.vary_limit_cents).where(AppUser.id == actor.user_id)) or 0
    if cost > limit:
        raise _refused(
            f"This repair may cost {format_cents(cost)} before GST and your limit for changes is {format_cents(limit)}: "
            "somebody with a higher limit sends it there."
        )
    visit = Visit(
        id=uuid.uuid4(),
        code=new_code("V", secrets.token_bytes(LEAST_BYTES)),
        order_id=order.id,
        position=_next(session, Visit, order),
        trade=wrong.visit.trade,
        crew=wrong.visit.crew,
        minutes=int(wrong.minutes * wrong.quantity) + SECURE_CHECK_MINUTES,
        interim=defect.severity == "unsafe",
        ready_on=local_day(now),
        due_at=defect.due_at,
        state="unplanned",
    )
    session.add(visit)
    session.flush()
    line = _line(session, order, wrong, visit, defect, now)
    line.rate, line.rate_card_id = rate, rates[0].rate_card_id
    session.add(line)
    session.flush()
    session.add_all(
        FrozenRate(
            line_id=line.id,
            firm_id=one.firm_id,
            rate_card_id=one.rate_card_id,
            unit=one.unit,
            rate=one.rate,
        )
        for one in rates
    )
    session.add(LineRevision(line_id=line.id, revision=1, quantity=line.quantity, at=now))
    session.flush()
    session.expire(order, ["lines", "visits"])
    return line


def _line(
    session: Session, order: WorksOrder, wrong: WorksLine, visit: Visit, defect: Defect, now: datetime
) -> WorksLine:
    """The same item at the same opening once more; who had to agree has agreed."""
    return WorksLine(
        id=uuid.uuid4(),
        order_id=order.id,
        position=_next(session, WorksLine, order),
        opening_id=wrong.opening_id,
        item_code=wrong.item_code,
        measure=f"Put right: {wrong.measure.removeprefix('Put right: ')}",
        offer_name=wrong.offer_name,
        kind=wrong.kind,
        quantity=wrong.quantity,
        original_quantity=wrong.quantity,
        unit=wrong.unit,
        minutes=wrong.minutes,
        trade=wrong.trade,
        crew=wrong.crew,
        lead_working_days=0,
        consent_group="none",
        evidence=wrong.evidence,
        because=f"defect {defect.code}",
        frozen_at=now,
        visit_id=visit.id,
    )


def _rates(session: Session, defect: Defect, to: str) -> Sequence[FrozenRate]:
    """The rates at which the repair may be done, unsaved, the highest first."""
    wrong = defect.line
    assert wrong.visit is not None
    frozen = session.scalars(
        select(FrozenRate)
        .where(FrozenRate.line_id == wrong.id)
        .order_by(FrozenRate.rate.desc(), FrozenRate.firm_id)
    ).all()
    if to == SAME_FIRM:
        found = [one for one in frozen if one.firm_id == wrong.visit.firm_id]
        missing = "The firm that did the work has no rate on this order: send it to another firm."
    elif to == ANOTHER_FIRM:
        found = [one for one in frozen if one.firm_id != wrong.visit.firm_id]
        missing = "No other firm had a rate for this work when the order was issued: send it back to the firm that did it."
    else:
        raise _refused("Choose who mends it.")
    if not found:
        raise _refused(missing)
    free = to == SAME_FIRM and defect.free
    return [
        FrozenRate(
            firm_id=one.firm_id,
            rate_card_id=one.rate_card_id,
            unit=one.unit,
            rate=FREE if free else one.rate,
        )
        for one in found
    ]


def _next(session: Session, table: type[Visit | WorksLine], order: WorksOrder) -> int:
    last = session.scalar(select(func.max(table.position)).where(table.order_id == order.id))
    return (last or 0) + 1


def _refused(message: str) -> FaultsError:
    return FaultsError([Fault("to", message)])
