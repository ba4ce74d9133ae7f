"""A firm invoices its accepted lines in one click, once, and sees nobody else's."""

from __future__ import annotations

import threading
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import func, select

from tests import dispatching
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, codes, document, typed_line
from worksorders.domain.errors import DomainError, FaultsError, RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.finance import own_invoice, stop
from worksorders.steps.finance.billing.claims import claims_of
from worksorders.steps.finance.billing.credit import credit_in_full
from worksorders.steps.finance.find import own
from worksorders.steps.finance.receive import receive_typed
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.orders import WorksOrder


@pytest.fixture
def firm(session):
    return paying.paid_firm(session, workers=2)


@pytest.fixture
def office(session, firm):
    return dispatching.account(session, firm)


def test_one_click_makes_an_invoice_that_matches_clean(session, firm, office):
    order = paying.worked_order(session, firm, visits=2, rates=("70.00", "45.55"))
    claim = own_invoice.find_claimable(session, office, NOW)[0]
    assert (claim.number, claim.net_cents, claim.gst_cents) == (f"{order.code}-1", 23_110, 3_467)
    outcome = own_invoice.submit(session, office, order.id, claim.number, NOW)
    assert (codes(outcome), outcome.invoice.state) == (set(), "matched")
    assert outcome.invoice.claim_number == 1
    assert own_invoice.find_claimable(session, office, NOW) == []
    with pytest.raises(RefusedError, match="invoiced already"):
        own_invoice.submit(session, office, order.id, "X-2", NOW)


def test_work_made_good_at_no_charge_is_nothing_to_invoice_by_itself(session, firm, office):
    order = paying.worked_order(session, firm, visits=2, rates=("0.00", "0.00"))
    assert own_invoice.find_claimable(session, office, NOW) == []
    with pytest.raises(RefusedError, match="that is paid for is invoiced already"):
        own_invoice.submit(session, office, order.id, "X-1", NOW)


def test_work_at_no_charge_stands_on_the_invoice_of_what_is_paid_for(session, firm, office):
    order = paying.worked_order(session, firm, visits=2, rates=("0.00", "45.55"))
    outcome = own_invoice.submit(session, office, order.id, "X-1", NOW)
    assert [line.amount_cents for line in outcome.invoice.lines] == [0, 9_110]
    assert (codes(outcome), outcome.invoice.payable_cents) == (set(), 10_477)


def test_work_accepted_in_parts_is_paid_in_parts_that_sum_to_the_whole(session, firm, office):
    """Half a unit is 16.665: every second part is a cent less than it comes to by itself, and that cent is held."""
    order = paying.worked_order(session, firm, accepted=Decimal("0.5"), rates=("33.33",))
    line = order.lines[0]
    totals = []
    for number in range(1, 5):
        outcome = own_invoice.submit(session, office, order.id, f"{'QXYZV'[number] * 4}-{number}", NOW)
        assert ("R04" in codes(outcome)) is (number % 2 == 0)
        totals.append(outcome.decision.accepted_net_cents)
        paying.accept(session, line, Decimal("0.5") if number < 4 else 0)
    assert sum(totals) == 6_666
    assert outcome.invoice.claim_number == 4
    paying.assert_books_are_straight(session)


def test_a_number_used_before_is_refused_in_words(session, firm, office):
    one = paying.worked_order(session, firm)
    other = paying.worked_order(session, firm)
    own_invoice.submit(session, office, one.id, "INV-7", NOW)
    with pytest.raises(FaultsError) as caught:
        own_invoice.submit(session, office, other.id, "inv 07", NOW)
    assert caught.value.by_field() == {
        "number": ["You have used the number INV-7 before, and inv 07 looks the same: choose another."]
    }
    assert session.scalar(select(func.count()).select_from(Invoice)) == 1


def test_a_firm_without_gst_number_charges_none(session, firm, office):
    firm.gst_number = None
    order = paying.worked_order(session, firm)
    outcome = own_invoice.submit(session, office, order.id, "N-1", NOW)
    assert (outcome.invoice.gst_cents, codes(outcome)) == (0, set())


def test_a_worker_barred_from_a_case_reads_no_code_of_it_and_the_office_still_invoices(session, firm, office):
    order = paying.worked_order(session, firm)
    barred = dispatching.account(session, firm, firm.workers[0])
    colleague = dispatching.account(session, firm, firm.workers[1])
    session.add(
        NeverSend(
            case_id=order.case_id, worker_id=firm.workers[0].id, source="coordinator", created_at=NOW,
            created_by=office.user_id,
        )
    )  # fmt: skip
    session.flush()
    assert own_invoice.find_claimable(session, barred, NOW) == []
    assert [claim.order_code for claim in own_invoice.find_claimable(session, colleague, NOW)] == [order.code]
    for asked in (own_invoice.find_claim, partial(own_invoice.submit, number="X-9")):
        with pytest.raises(NotFoundError):
            asked(session, barred, order.id, now=NOW)
    invoice = own_invoice.submit(session, office, order.id, "N-1", NOW).invoice
    assert own.find_sent(session, barred).rows == ()
    with pytest.raises(NotFoundError):
        own.find_one(session, barred, invoice.id)
    assert [row.invoice.id for row in own.find_sent(session, colleague).rows] == [invoice.id]


def test_another_firms_work_does_not_exist(session, firm, office):
    order = paying.worked_order(session, firm)
    stranger = dispatching.account(session, paying.paid_firm(session))
    assert own_invoice.find_claimable(session, stranger, NOW) == []
    with pytest.raises(NotFoundError):
        own_invoice.find_claim(session, stranger, order.id, NOW)
    with pytest.raises(NotFoundError):
        own_invoice.submit(session, stranger, order.id, "X-1", NOW)
    coordinator = paying.finance(session)
    with pytest.raises(NotFoundError):
        own_invoice.find_claimable(session, coordinator, NOW)


def test_what_a_typed_invoice_claims_is_not_offered_again(session, firm, office):
    order = paying.worked_order(session, firm)
    finance = paying.finance(session)
    line = typed_line(order.lines[0], order.code, quantity=1, rate="80.00")
    typed = receive_typed(session, finance, document(firm, line), NOW)
    assert own_invoice.find_claim(session, office, order.id, NOW).lines[0].quantity == 1
    stop.reject(session, paying.finance(session), typed.invoice.id, reason="Rate is wrong", now=NOW)
    assert own_invoice.find_claim(session, office, order.id, NOW).lines[0].quantity == 2


def test_the_narrow_question_finds_what_asking_every_order_finds(session, firm, office):
    """One claimed, one claimed in part, one sent back, one paid for nothing, one taken back and one untouched."""
    names = ("claimed", "half", "back", "free", "credited", "untouched", "part")
    orders = {
        name: paying.worked_order(
            session, firm, rates=("0.00",) if name == "free" else ("70.00",),
            accepted=Decimal(1) if name == "part" else None,
        )
        for name in names
    }  # fmt: skip
    paying.worked_order(session, paying.paid_firm(session))
    finance = paying.finance(session)
    for name in ("claimed", "back", "credited"):
        own_invoice.submit(session, office, orders[name].id, f"{name}-1", NOW)
    half = typed_line(orders["half"].lines[0], orders["half"].code, quantity=1)
    receive_typed(session, finance, document(firm, half, number="HALF-1"), NOW)
    sent = {row.number: row.id for row in session.scalars(select(Invoice))}
    stop.reject(session, finance, sent["back-1"], reason="Send it again", now=NOW)
    credit_in_full(session, office, sent["credited-1"], "credited-1-C", NOW)
    every = claims_of(session, firm, [order.id for order in orders.values()], NOW)
    narrow = own_invoice.find_claimable(session, office, NOW)
    assert list(narrow) == [claim for claim in every if claim.lines]
    assert {"half", "back", "untouched", "part"} <= {
        name for name in names if orders[name].id in {claim.order_id for claim in narrow}
    }
    assert orders["free"].id not in {claim.order_id for claim in narrow}


def test_what_may_be_invoiced_and_what_was_sent_come_in_pages(session, firm, office, monkeypatch):
    monkeypatch.setattr(own_invoice, "SHOWN", 2)
    monkeypatch.setattr(own, "ON_PAGE", 2)
    codes_of = sorted(paying.worked_order(session, firm).code for _ in range(3))
    pages = [own_invoice.claimable_part(session, office, NOW, page) for page in (1, 2, 9)]
    assert [[claim.order_code for claim in page.rows] for page in pages] == [
        codes_of[:2], codes_of[2:], codes_of[2:],
    ]  # fmt: skip
    assert {(page.count, page.pages) for page in pages} == {(3, 2)}
    for claim in own_invoice.find_claimable(session, office, NOW):
        own_invoice.submit(session, office, claim.order_id, claim.number, NOW)
    sent = [row.invoice.id for page in (1, 2) for row in own.find_sent(session, office, page).rows]
    assert len(sent) == len(set(sent)) == own.find_sent(session, office).count == 3


def test_of_parallel_invoices_of_the_last_accepted_unit_one_matches_clean(services):
    with services.sessions.begin() as session:
        firm = paying.paid_firm(session)
        order = paying.worked_order(session, firm, done=1)
        line, code = order.lines[0], order.code
        people = [paying.finance(session) for _ in range(4)]
        documents = [
            document(firm, typed_line(line, code, quantity=1), number=f"{letter * 4}-{place}")
            for place, letter in enumerate("ABCD")
        ]
    barrier, states = threading.Barrier(4), []

    def send(actor, paper):
        barrier.wait()
        with services.sessions.begin() as session:
            states.append(receive_typed(session, actor, paper, NOW).invoice.state)

    run(send, list(zip(people, documents, strict=True)))
    assert sorted(states) == ["exceptions", "exceptions", "exceptions", "matched"]
    with services.sessions() as session:
        assert paying.balances(session)["invoiced"] == 7_000
        paying.assert_books_are_straight(session)


def test_of_parallel_clicks_one_makes_the_invoice(services):
    with services.sessions.begin() as session:
        firm = paying.paid_firm(session)
        paying.worked_order(session, firm)
        office = dispatching.account(session, firm)
        order_id = session.scalar(select(WorksOrder.id))
    barrier, outcomes = threading.Barrier(3), []

    def click(number):
        barrier.wait()
        try:
            with services.sessions.begin() as session:
                outcomes.append(
                    own_invoice.submit(session, office, order_id, f"Q-{number}", NOW).invoice.state
                )
        except DomainError as error:
            outcomes.append(type(error).__name__)

    run(click, [(number,) for number in range(3)])
    assert sorted(outcomes) == ["RefusedError", "RefusedError", "matched"]


def run(action, arguments):
    threads = [threading.Thread(target=action, args=one) for one in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
