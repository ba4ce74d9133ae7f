"""The desk at which work is accepted and invoices are made, matched and paid, in the demo's past."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day
from worksorders.domain.money import round_cents
from worksorders.domain.workdays import add_working_days
from worksorders.steps.actor import Actor
from worksorders.steps.demo import safety
from worksorders.steps.demo.clock import Past
from worksorders.steps.finance import clear, own_invoice
from worksorders.steps.finance.billing.agreed import is_self_billing
from worksorders.steps.finance.billing.claims import Claim
from worksorders.steps.finance.billing.make import self_bill
from worksorders.steps.finance.payout import runs
from worksorders.steps.finance.receive import TypedInvoice, TypedLine, receive_typed
from worksorders.steps.site import accept_work
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.work.orders import Visit, WorksOrder


@dataclass
class Counter:
    """Coordinators who accept work, firms that invoice it, and finance clerks who match and pay."""

    past: Past
    staff: Mapping[str, Actor]
    offices: Mapping[uuid.UUID, Actor]
    random: Random

    def evening(self) -> None:
        """Accept what was done; once in a while a coordinator leaves something for later."""
        with self.past.sessions() as session:
            worked = session.scalars(
                select(Visit.order_id).where(Visit.state == "done").distinct().order_by(Visit.order_id)
            ).all()
        for order_id in worked:
            if self.random.random() < 0.9:
                self._accept(order_id)

    def week(self, *, settle: bool) -> None:
        """Firms invoice what was accepted, most on the portal, some on paper and some of these wrong.

        For a few we make the invoices ourselves.

        With `settle` finance approves and pays what matched; without it the queue is left for the user.
        """
        for office in self.offices.values():
            with self.past.sessions() as session:
                claims = own_invoice.find_claimable(session, office, self.past.now)
            for claim in claims:
                self._invoice(office, claim)
        if settle:
            self._settle()

    def _invoice(self, office: Actor, claim: Claim) -> None:
        with self.past.sessions.begin() as session:
            on_portal = self.random.random() < 0.7
            firm = session.get_one(Firm, office.require_firm())
            if is_self_billing(session, firm, self.past.now):
                self_bill(session, self.staff["sione"], claim.order_id, firm.id, self.past.now)
            elif on_portal:
                own_invoice.submit(session, office, claim.order_id, claim.number, self.past.now)
            else:
                self._on_paper(session, office, claim)

    def _on_paper(self, session: Session, office: Actor, claim: Claim) -> None:
        """A paper invoice as a clerk types it in: right, or with one of the mistakes that firms make."""
        mistake = self.random.choice(("none", "rate", "quantity", "gst", "sum", "unknown item"))
        lines = [
            TypedLine(
                claim.order_code,
                one.item_code,
                one.quantity,
                one.unit,
                one.rate,
                one.amount_cents,
                one.number,
            )
            for one in claim.lines
        ]
        first = lines[0]
        if mistake == "rate":
            lines[0] = _priced(first, first.quantity, first.rate + Decimal(15))
        elif mistake == "quantity":
            lines[0] = _priced(first, first.quantity + 1, first.rate)
        elif mistake == "unknown item":
            lines.append(TypedLine(claim.order_code, "SV09", Decimal(40), "km", Decimal("1.50"), 6_000))
        net = sum(line.amount_cents for line in lines)
        gst = round_cents(Decimal(net) * 15 / 100) + (125 if mistake == "gst" else 0)
        document = TypedInvoice(
            firm_id=office.require_firm(),
            number=claim.number,
            issued_on=local_day(self.past.now),
            net_cents=net,
            gst_cents=gst,
            total_cents=net + gst + (100 if mistake == "sum" else 0),
            lines=lines,
            gst_number=session.get_one(Firm, office.require_firm()).gst_number or "",
        )
        receive_typed(session, self.staff["sione"], document, self.past.now)

    def _settle(self) -> None:
        with self.past.sessions() as session:
            matched = session.scalars(
                select(Invoice.id).where(Invoice.state == "matched").order_by(Invoice.number)
            ).all()
        for invoice_id in matched:
            with self.past.sessions.begin() as session:
                clear.approve(session, self.staff["priya"], invoice_id, self.past.now)
        if matched:
            self._pay(matched)

    def _pay(self, invoice_ids: Sequence[uuid.UUID]) -> None:
        """One run of all that is approved: a clerk prepares it, another one approves it."""
        now = self.past.now
        with self.past.sessions.begin() as session:
            keys = [f"{invoice_id}/invoice" for invoice_id in invoice_ids]
            pay_on = add_working_days(local_day(now), 1)
            run = runs.prepare(session, self.staff["priya"], keys, pay_on=pay_on, now=now)
        with self.past.sessions.begin() as session:
            runs.approve(session, self.staff["grace"], run.id, now)

    def _accept(self, order_id: uuid.UUID) -> None:
        with self.past.sessions.begin() as session:
            order = session.get_one(WorksOrder, order_id)
            safety.keep_alarm_plan(session, self.staff["mere"], order, self.past)
            work = accept_work.work_of(session, order)
            wanted = {one.line.id: one.to_accept for one in work if one.to_accept > 0}
            if wanted:
                accept_work.accept_work(session, self.staff["mere"], order_id, wanted, self.past.now)


def _priced(line: TypedLine, quantity: Decimal, rate: Decimal) -> TypedLine:
    return replace(line, quantity=quantity, rate=rate, amount_cents=round_cents(quantity * rate * 100))
