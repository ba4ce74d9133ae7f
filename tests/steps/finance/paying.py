"""Orders with accepted work, firms that may be paid, and typed invoices that are right until a test makes them wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, select

from tests import dispatching, factories
from worksorders.domain.local_time import local_day
from worksorders.domain.money import gst_cents, line_cents
from worksorders.steps.finance import ledger, receive
from worksorders.steps.finance.payout import payer, runs
from worksorders.store.tables.firms.contractors import BankAccount
from worksorders.store.tables.money.finance import LedgerEntry
from worksorders.store.tables.work.offers import LineAccepted, LineDone

NOW = dispatching.NOW
TODAY = local_day(NOW)
ACCOUNTS = (
    "01-0242-0100194-00", "01-0242-0100207-00", "01-0242-0100215-00", "01-0242-0100223-00",
    "01-0242-0100231-00", "01-0242-0100258-00", "01-0242-0100266-00", "01-0242-0100274-00",
)  # fmt: skip
GST_NUMBER = "49-091-850"
FIFTEEN = Decimal("0.15")


def paid_firm(session, **values):
    """A firm with a GST number and an account that two people have entered and verified."""
    firm = dispatching.cleared_firm(session, **values)
    firm.gst_number = GST_NUMBER
    one, other = factories.make_user(session, "administrator"), factories.make_user(session, "administrator")
    session.add(
        BankAccount(
            firm_id=firm.id, number=ACCOUNTS[_taken(session)],
            entered_at=NOW - timedelta(days=90), entered_by=one.id,
            verified_at=NOW - timedelta(days=89), verified_by=other.id,
        )
    )  # fmt: skip
    session.flush()
    return firm


def _taken(session):
    return session.scalar(select(func.count()).select_from(BankAccount))


def worked_order(session, firm, *, rates=("70.00",), visits=1, done=2, accepted=None, **values):
    """An issued order whose visits the firm has done: two units a line at the given rate, accepted unless told."""
    factories.make_contract(session)
    order = dispatching.issued_order(session, [firm], visits=visits, evidence="", **values)
    coordinator = factories.make_user(session)
    for place, line in enumerate(order.lines):
        line.rate = Decimal(rates[min(place, len(rates) - 1)])
        line.item_code = f"LK{place + 3:02}"
        line.rate_card_id = firm.agreements[0].rate_cards[0].id
    session.flush()
    ledger.commit_order(session, factories.actor_of(coordinator), order, NOW)
    for visit in order.visits:
        visit.state, visit.firm_id = "done", firm.id
    for line in order.lines:
        session.add(
            LineDone(
                line_id=line.id, visit_id=line.visit_id, firm_id=firm.id, done_quantity=Decimal(done), done_at=NOW,
                done_by=coordinator.id,
            )
        )  # fmt: skip
        accept(session, line, done if accepted is None else accepted, coordinator)
    session.flush()
    return order


def accept(session, line, quantity, coordinator=None):
    coordinator = coordinator or factories.make_user(session)
    if quantity:
        before = session.scalar(select(func.count()).where(LineAccepted.line_id == line.id))
        session.add(
            LineAccepted(
                line_id=line.id,
                quantity=Decimal(quantity),
                accepted_at=NOW + timedelta(seconds=before),
                accepted_by=coordinator.id,
            )
        )
        session.flush()
        ledger.settle_orders(session, factories.actor_of(coordinator), [line.order_id], NOW)


def typed_line(line, order_code, quantity=2, rate=None, amount=None, **values):
    rate = line.rate if rate is None else Decimal(rate)
    made = receive.TypedLine(
        order_code=order_code, item_code=line.item_code, quantity=Decimal(quantity), unit=line.unit, rate=rate,
        amount_cents=line_cents(Decimal(quantity), rate) if amount is None else amount,
    )  # fmt: skip
    return replace(made, **values)


def document(firm, *lines, number="INV-100", **values):
    """A document that adds up, with the firm's GST number."""
    net = values.pop("net_cents", sum(line.amount_cents for line in lines))
    gst = values.pop("gst_cents", gst_cents(net, FIFTEEN))
    total = values.pop("total_cents", net + gst)
    return receive.TypedInvoice(
        firm_id=firm.id, number=number, issued_on=TODAY, net_cents=net, gst_cents=gst, total_cents=total,
        lines=lines, gst_number=GST_NUMBER, **values,
    )  # fmt: skip


def finance(session):
    return factories.actor_of(factories.make_user(session, "finance"))


def pay(session, actor, invoice_id, now=NOW):
    """Pay an invoice by a run of its own, prepared by somebody else; a run that is refused leaves nothing."""
    with session.begin_nested():
        if payer.payer_to_use(session) is None:
            account = payer.enter(session, finance(session), name="Home Safety", number=ACCOUNTS[0], now=now)
            payer.verify(session, finance(session), account.id, now)
        preparer = finance(session)
        tomorrow = local_day(now) + timedelta(days=1)
        run = runs.prepare(session, preparer, [f"{invoice_id}/invoice"], pay_on=tomorrow, now=now)
        return runs.approve(session, actor, run.id, now)


def balances(session, **where):
    """Balances of the ledger by account, of a line or order where named."""
    query = select(LedgerEntry.account, func.sum(LedgerEntry.amount_cents)).group_by(LedgerEntry.account)
    for name, value in where.items():
        query = query.where(getattr(LedgerEntry, name) == value)
    return {account: int(cents) for account, cents in session.execute(query)}


def assert_books_are_straight(session):
    """Every event sums to zero, and the parts of the budget sum to it."""
    uneven = session.execute(
        select(LedgerEntry.event_key)
        .group_by(LedgerEntry.event_key)
        .having(func.sum(LedgerEntry.amount_cents) != 0)
    ).all()
    assert uneven == []
    found = balances(session)
    parts = ("uncommitted", "committed", "accrued", "invoiced", "retention", "paid")
    assert sum(found.get(part, 0) for part in parts) == -found["budget"] == 360_000_000


def codes(outcome):
    return set(outcome.match.codes()) - {"I03"}
