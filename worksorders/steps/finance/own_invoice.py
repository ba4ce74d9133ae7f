"""The firm's own invoice, made from accepted lines in one click: it cannot claim what was not accepted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.billing.agreed import is_self_billing
from worksorders.steps.finance.billing.claims import Claim, claims_of, invoice_claim
from worksorders.steps.finance.billing.unclaimed import unclaimed_orders
from worksorders.steps.finance.gather.invoice import BUYER
from worksorders.steps.finance.match import Outcome, lock_orders
from worksorders.steps.finance.receive import lock_firm, number_used
from worksorders.steps.lists.part import Part, Place
from worksorders.store.scope import as_house
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.orders import WorksOrder

SHOWN = 20
MADE_BY_US = "Your agreement says that we make your invoices: send none, finance makes this one."


def find_claimable(session: Session, actor: Actor, now: datetime) -> Sequence[Claim]:
    """Everything that the actor's firm may invoice now, by order code."""
    firm = _own_firm(session, actor)
    orders = unclaimed_orders(session, firm, may_learn_of(actor), now)
    return [claim for claim in claims_of(session, firm, orders, now) if claim.lines]


def claimable_part(session: Session, actor: Actor, now: datetime, page: int = 1) -> Part[Claim]:
    """One page of the same."""
    firm = _own_firm(session, actor)
    # Which of its orders they are is asked for the house, so that no row of them is looked at twice over; what is
    # shown of the few on the page is read as the firm itself.
    with as_house(session):
        orders = unclaimed_orders(session, firm, may_learn_of(actor), now)
    place = Place(len(orders), page, SHOWN)
    shown = orders[place.offset : place.offset + SHOWN]
    return place.of(claim for claim in claims_of(session, firm, shown, now) if claim.lines)


def is_made_by_us(session: Session, actor: Actor, now: datetime) -> bool:
    """Whether we make the invoices of the actor's firm."""
    return is_self_billing(session, _own_firm(session, actor), now)


def find_claim(session: Session, actor: Actor, order_id: uuid.UUID, now: datetime) -> Claim:
    """What the actor's firm may invoice of one order; NotFoundError where it has no accepted work there."""
    firm = _own_firm(session, actor)
    if not _may_learn(session, actor, order_id):
        raise NotFoundError("There is nothing to invoice on this order.")
    for claim in claims_of(session, firm, [order_id], now):
        if claim.lines:
            return claim
    raise NotFoundError("There is nothing to invoice on this order.")


def submit(session: Session, actor: Actor, order_id: uuid.UUID, number: str, now: datetime) -> Outcome:
    """Make the invoice of everything that may be claimed of an order now, and match it at once.

    FaultsError at `number` where it is empty, the firm used it before, or its agreement says that we make its
    invoices; RefusedError where nothing is left to claim.
    """
    firm = _own_firm(session, actor)
    if not _may_learn(session, actor, order_id):
        raise NotFoundError("There is nothing to invoice on this order.")
    lock_firm(session, firm.id)
    lock_orders(session, [order_id])
    claim = next(iter(claims_of(session, firm, [order_id], now)), None)
    if claim is None:
        raise NotFoundError("There is nothing to invoice on this order.")
    if not claim.lines:
        raise RefusedError(
            f"Everything accepted on order {claim.order_code} that is paid for is invoiced already.",
            state="invoiced",
            action="submit",
        )
    _check_number(session, firm, number, now)
    return invoice_claim(
        session,
        actor,
        firm,
        claim,
        number=number,
        source="portal",
        buyer={"buyer_name": BUYER, "buyer_contacts": ["email"]},
        now=now,
    )


def _check_number(session: Session, firm: Firm, number: str, now: datetime) -> None:
    faults = Faults()
    faults.require(not is_self_billing(session, firm, now), "number", MADE_BY_US)
    same = normalise_number(number)
    faults.require(same, "number", "Enter a number for the invoice, with a letter or digit in it.")
    used = number_used(session, firm.id, same)
    if used and same:
        faults.add(
            "number",
            f"You have used the number {used} before, and {number.strip()} looks the same: choose another.",
        )
    faults.raise_if_any()


def may_learn_of(actor: Actor) -> ColumnElement[bool]:
    """The condition for orders whose codes the actor may read: none of a case that this worker must never learn of.

    The firm's office goes on invoicing what the firm did before it was barred.
    """
    if actor.worker_id is None:
        return true()
    barred = select(NeverSend.case_id).where(NeverSend.worker_id == actor.worker_id)
    return WorksOrder.case_id.not_in(barred)


def _may_learn(session: Session, actor: Actor, order_id: uuid.UUID) -> bool:
    known = select(WorksOrder.id).where(WorksOrder.id == order_id, may_learn_of(actor))
    return session.scalar(known) is not None


def _own_firm(session: Session, actor: Actor) -> Firm:
    firm = session.get(Firm, actor.require_firm())
    if firm is None:
        raise NotFoundError("There is no such firm.")
    return firm
