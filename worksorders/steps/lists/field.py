"""The lists of the field: orders, their visits and offers, and the assessments that they come from."""

from __future__ import annotations

from sqlalchemy import func, select

from worksorders.domain.disclosure.policy import Field
from worksorders.domain.lifecycle.machines import ORDER
from worksorders.domain.roles import Role
from worksorders.steps.lists.register import Column, Register
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.cases import Assessment, CaseFile
from worksorders.store.tables.work.offers import OFFER_STATES, Offer
from worksorders.store.tables.work.orders import VISIT_STATES, Visit, WorksLine, WorksOrder

OFFICE = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
COORDINATORS = frozenset({Role.COORDINATOR})
ASSESSMENT_STATES = ("waiting", "ordered", "handed_over", "superseded")

_LINES = (
    select(func.count())
    .where(WorksLine.order_id == WorksOrder.id, WorksLine.removed_at.is_(None))
    .correlate(WorksOrder)
    .scalar_subquery()
)

ORDERS = Register(
    name="orders",
    title="Orders",
    noun="order",
    roles=OFFICE,
    columns=(
        Column("code", "Order", "code", WorksOrder.code, shows=Field.CODE),
        Column("class", "Class", "class", WorksOrder.urgency),
        Column("region", "Region", "region", WorksOrder.region_code, shows=Field.REGION),
        Column("state", "State", "state", WorksOrder.state, shows=Field.STATE),
        Column("raised_at", "Raised", "instant", WorksOrder.raised_at),
        Column(
            "make_safe_due_at",
            "Safe by",
            "instant",
            WorksOrder.make_safe_due_at,
            shown=False,
            shows=Field.DEADLINES,
        ),
        Column(
            "permanent_due_at", "Permanent by", "instant", WorksOrder.permanent_due_at, shows=Field.DEADLINES
        ),
        Column("issued_on", "Issued", "day", WorksOrder.issued_on),
        Column("closed_at", "Closed", "instant", WorksOrder.closed_at, shown=False),
        Column("lines", "Lines", "number", _LINES),
    ),
    source=lambda query: query.select_from(WorksOrder),
    sort=WorksOrder.raised_at,
    key=WorksOrder.id,
    on=WorksOrder.raised_at,
    on_title="Raised",
    filters={"state": WorksOrder.state, "urgency": WorksOrder.urgency, "region": WorksOrder.region_code},
    states=ORDER.states,
    searched=(WorksOrder.code,),
)

VISITS = Register(
    name="visits",
    title="Visits",
    noun="visit",
    roles=COORDINATORS,
    columns=(
        Column("code", "Visit", "code", Visit.code, shows=Field.CODE),
        Column("order_id", "Order's id", "id", Visit.order_id, shown=False),
        Column("order", "Order", "code", WorksOrder.code, shows=Field.CODE),
        Column("class", "Class", "class", WorksOrder.urgency),
        Column("region", "Region", "region", WorksOrder.region_code, shows=Field.REGION),
        Column("state", "State", "state", Visit.state, shows=Field.STATE),
        Column("trade", "Trade", "text", Visit.trade),
        Column("crew", "People", "number", Visit.crew, shown=False),
        Column("minutes", "Minutes", "number", Visit.minutes, shown=False),
        Column("firm", "Firm", "text", Firm.name),
        Column("start_at", "Starts", "instant", Visit.start_at, shows=Field.VISIT_WINDOW),
        Column("end_at", "Ends", "instant", Visit.end_at, shown=False, shows=Field.VISIT_WINDOW),
        Column("due_at", "Due", "instant", Visit.due_at, shows=Field.DEADLINES),
    ),
    source=lambda query: (
        query.select_from(Visit)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .outerjoin(Firm, Firm.id == Visit.firm_id)
    ),
    sort=Visit.due_at,
    key=Visit.id,
    on=Visit.due_at,
    on_title="Due",
    filters={
        "state": Visit.state,
        "urgency": WorksOrder.urgency,
        "region": WorksOrder.region_code,
        "firm": Visit.firm_id,
    },
    states=VISIT_STATES,
    searched=(Visit.code, WorksOrder.code),
)

OFFERS = Register(
    name="offers",
    title="Offers",
    noun="offer",
    roles=COORDINATORS,
    columns=(
        Column("code", "Offer", "code", Offer.code, shows=Field.CODE),
        Column("order_id", "Order's id", "id", Offer.order_id, shown=False),
        Column("order", "Order", "code", WorksOrder.code, shows=Field.CODE),
        Column("class", "Class", "class", WorksOrder.urgency),
        Column("region", "Region", "region", WorksOrder.region_code, shows=Field.REGION),
        Column("state", "State", "state", Offer.state, shows=Field.STATE),
        Column("firm", "Firm", "text", Firm.name),
        Column("price", "Price", "money", Offer.price_cents, shows=Field.FIRM_PRICE),
        Column("opened_at", "Opened", "instant", Offer.opened_at),
        Column("expires_at", "Lapses", "instant", Offer.expires_at, shown=False),
        Column("responded_at", "Answered", "instant", Offer.responded_at),
        Column("decline_reason", "Reason", "state", Offer.decline_reason, shown=False),
    ),
    source=lambda query: (
        query.select_from(Offer)
        .join(WorksOrder, WorksOrder.id == Offer.order_id)
        .join(Firm, Firm.id == Offer.firm_id)
    ),
    sort=Offer.opened_at,
    key=Offer.id,
    on=Offer.opened_at,
    on_title="Opened",
    filters={
        "state": Offer.state,
        "urgency": WorksOrder.urgency,
        "region": WorksOrder.region_code,
        "firm": Offer.firm_id,
    },
    states=OFFER_STATES,
    searched=(Offer.code, WorksOrder.code),
)

ASSESSMENTS = Register(
    name="assessments",
    title="Assessments",
    noun="assessment",
    roles=COORDINATORS,
    columns=(
        Column("code", "Assessment", "code", Assessment.code, shows=Field.CODE),
        Column("case", "Case", "code", CaseFile.code, outside=False, shows=Field.CODE),
        Column("class", "Class", "class", Assessment.urgency),
        Column("region", "Region", "region", CaseFile.region_code, shows=Field.REGION),
        Column("state", "State", "state", Assessment.state),
        Column("agency", "Agency", "text", Assessment.agency),
        Column("assessed_on", "Assessed", "day", Assessment.assessed_on),
        Column("received_at", "Received", "instant", Assessment.received_at),
    ),
    source=lambda query: query.select_from(Assessment).join(CaseFile, CaseFile.id == Assessment.case_id),
    sort=Assessment.received_at,
    key=Assessment.id,
    on=Assessment.received_at,
    on_title="Received",
    filters={
        "state": Assessment.state,
        "urgency": Assessment.urgency,
        "region": CaseFile.region_code,
    },
    states=ASSESSMENT_STATES,
    searched=(Assessment.code, CaseFile.code),
)
