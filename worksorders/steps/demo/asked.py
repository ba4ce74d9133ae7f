"""What firms asked for and nobody has answered yet: a check to verify, other regions and trades, another time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from worksorders.domain.errors import DomainError
from worksorders.domain.local_time import local_day
from worksorders.steps.actor import Actor
from worksorders.steps.demo.clock import Past
from worksorders.steps.demo.firms import Made
from worksorders.steps.own_firm import requests
from worksorders.steps.people import checks
from worksorders.steps.people.checks import CheckDetails
from worksorders.steps.proposals.ask import propose
from worksorders.store.tables.work.offers import Offer

DAYS_LATER = (1, 2, 3, 5, 6)


def leave_asked(
    past: Past, firms: Sequence[Made], offices: Mapping[uuid.UUID, Actor], administrator: Actor
) -> None:
    """Leave one of each on the desks of the office."""
    today = local_day(past.now)
    first, second = firms[0], firms[3]
    with past.sessions.begin() as session:
        details = CheckDetails(
            "induction", "IN700700", "Programme office", today, today + timedelta(days=730)
        )
        checks.record(session, administrator, details, worker_id=first.worker_ids[0], now=past.now)
        regions = {first.region_code, "G1"}
        requests.ask_regions(session, offices[first.firm_id], regions, past.now)
        trades = ["carpenter", "glazier", "handyperson"]
        requests.ask_trades(session, offices[second.firm_id], second.worker_ids[0], trades, past.now)
    _propose_one(past, offices)


def _propose_one(past: Past, offices: Mapping[uuid.UUID, Actor]) -> None:
    """The first open offer that its firm could take on another day."""
    with past.sessions() as session:
        rows = session.scalars(
            select(Offer)
            .where(Offer.state == "open", ~Offer.urgent, Offer.expires_at > past.now)
            .order_by(Offer.code)
        ).all()
        found = [
            (offer.id, offer.firm_id, held.visit_id, held.start_at)
            for offer in rows
            for held in offer.visits
            if held.start_at
        ]
    for offer_id, firm_id, visit_id, start_at in found:
        for days in DAYS_LATER:
            try:
                with past.sessions.begin() as session:
                    at = start_at + timedelta(days=days)
                    propose(session, offices[firm_id], offer_id, visit_id, at, past.now)
            except DomainError:
                continue
            return
