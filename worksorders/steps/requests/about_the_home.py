"""What is held about the client, and the little that is held about others who live with her."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from worksorders.domain.disclosure.policy import Purpose
from worksorders.steps import disclose
from worksorders.steps.intake.keep import OTHER_NAMES
from worksorders.steps.requests.collecting import Collecting, Section
from worksorders.steps.tell.safe_way import SAFE_MAIL, SAFE_NUMBER
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import Assessment
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

# What is hers alone; words in which others may be named (later referrals, the alarm's plan) are looked at by hand.
OWN = {
    disclose.PERSON_NAME: "name",
    OTHER_NAMES: "other_names",
    disclose.PERSON_PHONE: "phone",
    SAFE_NUMBER: "safe_number",
    SAFE_MAIL: "safe_mail",
    disclose.SAFE_CONTACT: "how_to_reach_you",
    disclose.HOME_ADDRESS: "address",
    disclose.HOME_COORDINATES: "point_on_the_map",
}
READ = ("disclosure.revealed",)


def client(at: Collecting) -> list[Section]:
    """Her own values, her orders and visits, and who read what and why (by role, not by name)."""
    case_id = at.request.case_id
    assert case_id is not None
    found = disclose.read(
        at.sessions,
        at.cipher,
        at.actor,
        case_ids=[case_id],
        kinds=list(OWN),
        purpose=at.purpose,
        under=Purpose.PRIVACY_REQUEST,
    )
    own = {
        name: found[(case_id, case_id, kind)]
        for kind, name in OWN.items()
        if (case_id, case_id, kind) in found
    }
    readings = at.session.execute(
        select(AuditEvent.at, AuditEvent.reason, AppUser.role)
        .outerjoin(AppUser, AppUser.id == AuditEvent.actor_id)
        .where(AuditEvent.subject_id == case_id, AuditEvent.action.in_(READ))
        .order_by(AuditEvent.id)
    )
    return [
        ("You and your home", [own]),
        ("Assessments", _assessments(at)),
        ("Work", _work(at)),
        ("Visits", _visits(at)),
        (
            "Who read it",
            [
                {"at": row.at.isoformat(), "role": row.role or "the planner", "why": row.reason or ""}
                for row in readings
            ],
        ),
    ]


def household(_: Collecting) -> list[Section]:
    """Nothing is kept by name of anybody else in the home, and where it is belongs to the client."""
    return [("Held about you", [{"note": "No name, contact or other record is kept of you by yourself."}])]


def _assessments(at: Collecting) -> list[Mapping[str, Any]]:
    rows = at.session.scalars(
        select(Assessment).where(Assessment.case_id == at.request.case_id).order_by(Assessment.received_at)
    )
    return [
        {
            "assessed_on": one.assessed_on.isoformat(),
            "by": one.agency,
            "urgency": one.urgency,
            "adults": one.adults,
            "children": one.children,
        }
        for one in rows
    ]


def _work(at: Collecting) -> list[Mapping[str, Any]]:
    rows = at.session.execute(
        select(WorksOrder.code, WorksOrder.state, WorksLine.measure, WorksLine.quantity)
        .join(WorksLine, WorksLine.order_id == WorksOrder.id)
        .where(WorksOrder.case_id == at.request.case_id)
        .order_by(WorksOrder.raised_at, WorksLine.position)
    )
    return [
        {
            "order": row.code,
            "state": row.state,
            "measure": row.measure,
            "quantity": str(row.quantity.normalize()),
        }
        for row in rows
    ]


def _visits(at: Collecting) -> list[Mapping[str, Any]]:
    rows = at.session.execute(
        select(Visit.trade, Visit.state, Visit.start_at)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(WorksOrder.case_id == at.request.case_id)
        .order_by(Visit.start_at, Visit.position)
    )
    return [
        {
            "trade": row.trade,
            "state": row.state,
            "start": row.start_at.isoformat() if row.start_at else "none",
        }
        for row in rows
    ]
