"""What is held about people other than the client: with an interest in a home, workers, and users.

Nothing here names a case, an order, a place or a measure: any of them would tell of somebody's home.
"""

from __future__ import annotations

from sqlalchemy import select

from worksorders.steps.consents.writing.read_person import own_values
from worksorders.steps.requests.collecting import Collecting, Section
from worksorders.store.tables.confidential.interests import ConsentAnswer, HomeInterest, InterestContact
from worksorders.store.tables.firms.contractors import VettingCheck, Worker, WorkerTrade
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent


def interest(at: Collecting) -> list[Section]:
    """Their own name and contact, what they were asked and what they answered."""
    row = at.session.get_one(HomeInterest, at.request.subject_id)
    own = own_values(at.sessions, at.cipher, at.actor, row.case_id, row.id, at.purpose)
    answers = at.session.scalars(
        select(ConsentAnswer).where(ConsentAnswer.interest_id == row.id).order_by(ConsentAnswer.id)
    )
    contacts = at.session.scalars(
        select(InterestContact).where(InterestContact.interest_id == row.id).order_by(InterestContact.id)
    )
    return [
        ("You", [{"recorded_as": row.kind, "recorded_on": row.recorded_at.date().isoformat(), **own}]),
        ("What you answered", [{"answer": one.outcome, "how": one.how} for one in answers]),
        ("How you were asked", [{"by": one.channel, "outcome": one.outcome or ""} for one in contacts]),
    ]


def worker(at: Collecting) -> list[Section]:
    """Their record, trades and checks; which homes they went to is not theirs."""
    row = at.session.get_one(Worker, at.request.subject_id)
    trades = at.session.scalars(
        select(WorkerTrade.trade).where(WorkerTrade.worker_id == row.id).order_by(WorkerTrade.trade)
    )
    checks = at.session.scalars(
        select(VettingCheck).where(VettingCheck.worker_id == row.id).order_by(VettingCheck.id)
    )
    own = {
        "first_name": row.first_name,
        "last_name": row.last_name,
        "phone": row.phone or "",
        "base": row.base_town,
        "trades": ", ".join(trades),
    }
    return [
        ("You", [own]),
        (
            "Your checks",
            [
                {"kind": one.kind, "number": one.number, "issued_by": one.issuer, "state": one.state}
                for one in checks
            ],
        ),
    ]


def user(at: Collecting) -> list[Section]:
    """Their account and what the trail holds of their acts, without what each was done to."""
    row = at.session.get_one(AppUser, at.request.subject_id)
    acts = at.session.execute(
        select(AuditEvent.at, AuditEvent.action)
        .where(AuditEvent.actor_id == row.id)
        .order_by(AuditEvent.id.desc())
        .limit(10_000)
    )
    account = {"name": row.display_name, "sign_in_name": row.sign_in_name, "role": row.role}
    return [
        ("Your account", [account]),
        ("What you did", [{"at": one.at.isoformat(), "what": one.action} for one in acts]),
    ]
