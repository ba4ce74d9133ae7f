"""Raises a works order on an assessment: lines recommended by the catalogue in force, visits, deadlines."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.recommend import (
    Recommendation,
    RecommendationError,
    SurveyedFinding,
    SurveyedOpening,
    recommend,
    service_items,
)
from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.domain.errors import Fault, FaultsError, RefusedError
from worksorders.domain.lifecycle.machine import move, possible
from worksorders.domain.lifecycle.machines import ASSESSMENT
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.order.assessment import Answer, decide, require_eligible
from worksorders.domain.order.deadlines import Urgency, deadlines
from worksorders.domain.order.lines import LineInput, inputs_of
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.admin import catalogue
from worksorders.steps.admin.catalogue import Catalogue
from worksorders.steps.admin.urgency import deadline_rules
from worksorders.steps.intake.recognise import live_orders
from worksorders.steps.ordering import visits
from worksorders.steps.ordering.lines import WHOLE_HOME, new_row
from worksorders.steps.ordering.rates import RatesInForce, rates_in_force
from worksorders.steps.ordering.settings import place_of
from worksorders.steps.safety.deadlines import watch
from worksorders.store.tables.work.cases import Assessment
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

VISIT_SERVICE = "comes with the visits"


def raise_order(
    session: Session, actor: Actor, assessment_id: uuid.UUID, now: datetime, *, beside_live: bool = False
) -> WorksOrder:
    """A draft order with its lines, visits and deadlines; raises RefusedError, NotPermittedError or FaultsError.

    Where another order of the same home is live, `beside_live` must say that a second one is meant.
    """
    assessment = session.scalar(
        select(Assessment).where(Assessment.id == assessment_id).with_for_update(of=Assessment)
    )
    if assessment is None:
        raise NotFoundError("There is no such assessment.")
    state = move(ASSESSMENT, assessment.state, "raise_order", actor.role)
    answers = [
        Answer(a.criterion, a.answer, a.given_by, start_of_day(a.given_on)) for a in assessment.answers
    ]
    require_eligible(decide(answers))
    _refuse_a_second(session, actor, assessment, beside_live)
    current = catalogue.current(session)
    recommendation = _recommend(assessment, current)
    order = _order(session, actor, assessment, current, now)
    rates = rates_in_force(session, order.region_code, current.items, local_day(now))
    rows = _rows(session, order, recommendation, current, rates)
    visits.store(session, order, rows, visits.split(session, order, rows, current.items, now))
    audit.record(
        session,
        actor,
        "order.raised",
        ("works_order", order.id),
        moved=(None, order.state),
        detail={"code": order.code, "assessment": assessment.code, "notes": list(recommendation.notes)},
    )
    audit.record(
        session,
        actor,
        "assessment.ordered",
        ("assessment", assessment.id),
        moved=(assessment.state, state),
        detail={"order": order.code},
    )
    assessment.state = state
    watch(session, order.id, now)
    return order


def _refuse_a_second(session: Session, actor: Actor, assessment: Assessment, beside_live: bool) -> None:
    live = live_orders(session, [assessment.case_id]).get(assessment.case_id, ())
    if live and not beside_live:
        raise RefusedError(
            f"This home already has the live order {', '.join(live)}. Cancel it, or say that a second order is meant.",
            state=assessment.state,
            action="raise_order",
            possible=possible(ASSESSMENT, assessment.state, actor.role),
        )


def _recommend(assessment: Assessment, current: Catalogue) -> Recommendation:
    openings = [
        SurveyedOpening(
            str(opening.id),
            opening.kind,
            opening.state != "insecure",
            tuple(SurveyedFinding(found.finding, found.quantity) for found in opening.findings),
        )
        for opening in assessment.openings
    ]
    try:
        return recommend(
            openings, current.rules, current.items, built_before_2000=assessment.case.built_before_2000
        )
    except RecommendationError as error:
        raise FaultsError(Fault("", fault.message) for fault in error.faults) from None


def _order(
    session: Session, actor: Actor, assessment: Assessment, current: Catalogue, now: datetime
) -> WorksOrder:
    case = assessment.case
    due = deadlines(Urgency(assessment.urgency), now, place_of(case.region_code), deadline_rules(session))
    order = WorksOrder(
        id=uuid.uuid4(),
        code=new_code("W", secrets.token_bytes(LEAST_BYTES)),
        assessment=assessment,
        case=case,
        region_code=case.region_code,
        area_code=case.area_code,
        urgency=assessment.urgency,
        state="draft",
        raised_at=now,
        raised_by=actor.user_id,
        make_safe_due_at=due.make_safe_at,
        permanent_due_at=due.permanent_at,
        safe_windows=assessment.safe_windows,
        catalogue_version_id=current.version_id,
        lines=[],
        visits=[],
    )
    session.add(order)
    session.flush()
    return order


def _rows(
    session: Session,
    order: WorksOrder,
    recommendation: Recommendation,
    current: Catalogue,
    rates: RatesInForce,
) -> Sequence[WorksLine]:
    """The recommended lines, then those that come with the visits: call-outs and the walk-through."""
    rows: list[WorksLine] = []
    for line, why in zip(inputs_of(recommendation.items), recommendation.items, strict=True):
        because = "; ".join(why.because)
        rows.append(new_row(current.items[line.item_code], line, len(rows) + 1, rates, because=because))
    drafts = visits.split(session, order, rows, current.items, order.raised_at)
    for code, quantity in service_items([draft.trade for draft in drafts], current.items):
        line = LineInput(WHOLE_HOME, code, quantity)
        rows.append(new_row(current.items[code], line, len(rows) + 1, rates, because=VISIT_SERVICE))
    order.lines.extend(rows)
    session.flush()
    return rows
