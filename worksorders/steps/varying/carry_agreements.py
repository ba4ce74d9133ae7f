"""What was asked and agreed about a measure stays so when its order is replaced: copied to the new line."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.steps.consents import clock
from worksorders.steps.consents.reach import may_be_contacted
from worksorders.store.tables.confidential.interests import ConsentAnswer, ConsentRequest, ConsentRequestLine
from worksorders.store.tables.work.orders import WorksOrder


def carry_agreements(
    session: Session, order: WorksOrder, successor: WorksOrder, lines: Mapping[uuid.UUID, uuid.UUID]
) -> None:
    """Copy requests (their clocks run on from the same day) and answers; `lines` maps old line ids to new ones.

    Nothing is carried of somebody who may not be asked any more: the database would refuse it.
    """
    for row in session.scalars(
        select(ConsentAnswer)
        .where(ConsentAnswer.order_id == order.id, ConsentAnswer.line_id.in_(lines))
        .order_by(ConsentAnswer.recorded_at, ConsentAnswer.id)
    ).all():
        if not may_be_contacted(session, row.interest_id):
            continue
        values = _values(row, {"line_id"})
        session.add(ConsentAnswer(order_id=successor.id, line_id=lines[row.line_id], **values))
    about: dict[uuid.UUID, list[uuid.UUID]] = {}
    for line in session.scalars(select(ConsentRequestLine).where(ConsentRequestLine.line_id.in_(lines))):
        about.setdefault(line.request_id, []).append(lines[line.line_id])
    for request in session.scalars(
        select(ConsentRequest)
        .where(ConsentRequest.order_id == order.id, ConsentRequest.id.in_(about))
        .order_by(ConsentRequest.recorded_at, ConsentRequest.id)
    ).all():
        if not may_be_contacted(session, request.interest_id):
            continue
        copy = ConsentRequest(id=uuid.uuid4(), order_id=successor.id, **_values(request, set()))
        session.add(copy)
        session.flush()
        session.add_all(
            ConsentRequestLine(request_id=copy.id, line_id=line_id) for line_id in about[request.id]
        )
        clock.start(session, copy)
    session.flush()


def _values(row: ConsentAnswer | ConsentRequest, but: set[str]) -> dict[str, object]:
    left_out = {"id", "order_id", *but}
    return {
        one.key: getattr(row, one.key) for one in type(row).__mapper__.column_attrs if one.key not in left_out
    }
