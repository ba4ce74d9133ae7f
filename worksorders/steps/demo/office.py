"""What coordinators do in the demo's past: take in, raise, agree, approve, issue, and leave some orders half way."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from worksorders.domain.errors import DomainError
from worksorders.domain.local_time import local_day
from worksorders.steps.actor import Actor
from worksorders.steps.demo import referrals
from worksorders.steps.demo.clock import Past
from worksorders.steps.demo.consents import agree
from worksorders.steps.demo.names import Names
from worksorders.steps.intake.take_in import take_in
from worksorders.steps.ordering import approve, issue, pause, raise_order
from worksorders.store.tables.work.orders import WorksOrder

STOPS = ("draft", "consent_pending", "approval_pending", "ready")


@dataclass
class Office:
    """The coordinators' desk: who sits there, and the dice."""

    past: Past
    staff: Mapping[str, Actor]
    random: Random
    names: Names

    def refer(self, *, urgency: str | None = None, eligible: bool = True) -> uuid.UUID:
        """An agency refers a home; returns the assessment."""
        referral = referrals.draw(
            self.random, self.names, local_day(self.past.now), urgency=urgency, eligible=eligible
        )
        with self.past.sessions.begin() as session:
            return take_in(
                session, self.past.cipher, self.staff["mere"], referral, self.past.now
            ).assessment_id

    def order(self, assessment_id: uuid.UUID, *, until: str = "issued") -> uuid.UUID:
        """Raise an order and bring it on as far as `until`; each step as Mere or, above her limit, Tama does it."""
        mere, tama, now = self.staff["mere"], self.staff["tama"], self.past.now
        with self.past.sessions.begin() as session:
            order_id = raise_order.raise_order(session, mere, assessment_id, now).id
        if until == "draft":
            return order_id
        with self.past.sessions.begin() as session:
            state = approve.send_on(
                session, mere, order_id, now, cost_reason="Several openings at high risk"
            ).state
        if until == state == "consent_pending":
            return order_id
        if state == "consent_pending":
            self._agree(order_id)
        if until == "approval_pending":
            return order_id
        with self.past.sessions.begin() as session:
            if session.get_one(WorksOrder, order_id).state == "approval_pending":
                approve.approve(session, tama, order_id, now)
        if until == "issued":
            with self.past.sessions.begin() as session:
                issue.issue(session, mere, order_id, now)
        return order_id

    def _agree(self, order_id: uuid.UUID) -> None:
        """Record every agreement that is missing, then send the order on again."""
        mere, now = self.staff["mere"], self.past.now
        with self.past.sessions.begin() as session:
            agree(session, self.past.cipher, mere, order_id, self.names, now)
            approve.send_on(session, mere, order_id, now, cost_reason="Several openings at high risk")

    def pause(self, order_id: uuid.UUID, how: str, review_on: datetime) -> None:
        """Hold or cancel an order."""
        mere, now = self.staff["mere"], self.past.now
        with self.past.sessions.begin() as session:
            if how == "hold":
                pause.hold(
                    session,
                    mere,
                    order_id,
                    reason="awaiting_landlord",
                    review_on=local_day(review_on),
                    now=now,
                )
            else:
                pause.cancel(session, mere, order_id, reason="client_moved", now=now)

    def try_order(self, assessment_id: uuid.UUID) -> uuid.UUID | None:
        """Raise and issue; None where a rule of the day refuses it (no rate, no firm): it then waits as a draft."""
        try:
            return self.order(assessment_id)
        except DomainError:
            return None
