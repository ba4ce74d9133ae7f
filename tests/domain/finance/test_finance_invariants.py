"""The invariants of finance over generated histories; FINANCE_HISTORIES sets how many of each.

The thirteenth, that files read back give the same totals, is in tests/gateways/test_payfiles.py.
"""

import os
from copy import deepcopy
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.domain.finance.books import BUDGET, START, ZERO, Books
from tests.domain.finance.world import D, facts, invoice, invoice_line, order, order_line
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.ledger import Account, budget_identity
from worksorders.domain.finance.reconcile import reconcile
from worksorders.domain.money import line_cents

histories = settings(
    max_examples=int(os.environ.get("FINANCE_HISTORIES", "200")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
units = st.integers(1, 24).map(lambda quarters: D(quarters) / 4)
rates = st.one_of(
    st.integers(1, 400).map(lambda ten_thousandths: D(ten_thousandths) / 10000),
    st.integers(10_000, 9_000_000).map(lambda ten_thousandths: D(ten_thousandths) / 10000),
)
whole_rates = st.integers(1, 200).map(lambda dollars: D(dollars) * 4)
percents = st.sampled_from([100, 100, 100, 100, 125, 75])


@st.composite
def worlds(draw, priced=rates):
    """Books with one to three orders of one to three lines each."""
    ordered = []
    items = draw(st.lists(priced, min_size=3, max_size=3))
    for at in range(draw(st.integers(1, 3))):
        count = draw(st.integers(1, 3))
        ordered += [(f"WO-{at}", f"LK{item:02d}", draw(units)) for item in range(1, count + 1)]
    return Books(items, ordered, draw(st.sampled_from(["0", "0", "0.05"])))


def parts(books, draw):
    lines = draw(st.lists(st.sampled_from(sorted(books.lines)), min_size=1, max_size=4))
    return [(line_id, draw(units), draw(percents)) for line_id in lines]


EVENTS = ("accept", "accept", "accept", "invoice", "invoice", "invoice", "renumber", "vary", "cancel",
          "no access", "credit", "pay", "card", "rematch")  # fmt: skip


def happen(books, draw, event, at):
    line_id = draw(st.sampled_from(sorted(books.lines)))
    invoices = [one for one, document in books.documents.items() if not document.is_credit]
    if event == "accept":
        quantity = draw(units)
        books.accept(line_id, quantity, draw(st.sampled_from([quantity, quantity, quantity / 2])))
    elif event == "invoice":
        books.receive(books.document(f"INV-{at}00", parts(books, draw)))
    elif event == "vary":
        books.vary(line_id, draw(st.sampled_from([D(1), D("-0.25"), D("2.5")])))
    elif event == "cancel":
        books.cancel(books.lines[line_id][0])
    elif event == "no access":
        books.no_access(line_id)
    elif event == "card":
        books.new_card(draw(st.sampled_from([D("0.5"), D("1.25")])))
    elif event == "rematch":
        books.rematch()
    elif invoices:
        chosen = draw(st.sampled_from(invoices))
        if event == "renumber":
            again = books.documents[chosen]
            books.receive(replace(again, number=f"SEP-{at}77", invoice_id=f"id-again-{at}"))
        elif event == "credit" and chosen not in books.credited_by:
            books.receive(books.credit_of(chosen, f"CN-{at}00"))
        elif event == "pay" and chosen not in books.credited_by:
            books.pay(chosen)


@st.composite
def histories_of(draw):
    books = draw(worlds())
    for line_id in sorted(books.lines):
        if draw(st.booleans()):
            books.accept(line_id, draw(units))
    for at, event in enumerate(draw(st.lists(st.sampled_from(EVENTS), min_size=6, max_size=16)), start=1):
        happen(books, draw, event, at)
    return books


def claimed_is_accepted_held_and_disputed_per_line(books):
    for invoice_id, decision in books.decisions.items():
        document = books.documents[invoice_id]
        assert len(decision.lines) == len(document.lines)
        for decided, line in zip(decision.lines, document.lines, strict=True):
            part = decided.portion
            assert part.claimed_cents == line.net.cents
            assert part.accepted_cents + part.held_cents + part.disputed_cents == line.net.cents
            if not document.is_credit:
                assert min(part.accepted_cents, part.held_cents, part.disputed_cents) >= 0
        assert decision.claimed_cents == document.total.cents
        total = decision.accepted_cents + decision.held_cents + decision.disputed_cents
        assert total == document.total.cents


def quantity_paid_stays_within_accepted_done_and_ordered(books):
    for line_id, (_, line) in books.lines.items():
        quantity, cents = books.paid_on(line_id)
        assert quantity >= ZERO
        assert quantity <= line.accepted_quantity
        assert quantity <= line.done_quantity
        assert quantity <= line.contracted_quantity or quantity == 0
        assert cents >= 0


def paid_is_at_most_accepted_at_the_frozen_rate_less_retention_and_credits(books):
    accepted = sum(
        line_cents(min(line.accepted_quantity, line.done_quantity), line.rate)
        for _, line in books.lines.values()
    )
    assert books.accepted_net() <= accepted
    for line_id, (_, line) in books.lines.items():
        quantity, cents = books.paid_on(line_id)
        assert cents <= line_cents(quantity, line.rate)
    for invoice_id, cents in books.paid.items():
        decision = books.decisions[invoice_id]
        assert cents == decision.accepted_net_cents - decision.retention_cents
        assert decision.retention_cents >= books.agreement.retention * decision.accepted_net_cents


def every_payable_cent_has_one_explanation(books):
    for invoice_id, decision in books.decisions.items():
        explained = books.explained(invoice_id)
        assert sum(one.net_cents for one in explained) == decision.accepted_net_cents
        assert sum(one.gst_cents for one in explained) == decision.gst.accepted_cents
        assert sum(one.gross_cents for one in explained) == decision.accepted_cents
        for one in explained:
            code, line = books.lines[one.order_line_id]
            assert (one.order_code, one.rate, one.rate_card_version) == (code, line.rate, "1")
            assert one.net_cents != 0
            if not books.documents[invoice_id].is_credit:
                assert one.acceptance_id in {taken.acceptance_id for taken in line.acceptances}
        for decided in decision.lines:
            own = [one.net_cents for one in explained if one.line_id == decided.line_id]
            assert sum(own) == decided.portion.accepted_cents


def arrivals(books, draw, random):
    """The same documents received in two orders, a line's rate being claimed alike in all of them.

    Their numbers are far apart, since a likeness (D02) holds whichever comes later until a person has looked.
    """
    for line_id in sorted(books.lines):
        if draw(st.booleans()):
            books.accept(line_id, draw(units))
    if draw(st.booleans()):
        books.caps["WO-0"] = draw(st.integers(0, 200_000))
    claimed = {line_id: draw(percents) for line_id in books.lines}
    documents = [
        books.document(
            "ABCDE"[at - 1] * 5,
            [(line_id, units, claimed[line_id]) for line_id, units, _ in parts(books, draw)],
        )
        for at in range(1, draw(st.integers(2, 5)) + 1)
    ]
    other = deepcopy(books)
    for document in documents:
        books.receive(document)
    for document in random.sample(documents, len(documents)):
        other.receive(document)
    return books, other


def drawn_by_order(books):
    return {
        code: sum(books.paid_on(line_id)[1] for line_id, (at, _) in books.lines.items() if at == code)
        for code in books.states
    }


@histories
@given(st.data(), worlds(priced=whole_rates), st.randoms(use_true_random=False))
def test_5_the_order_of_arrival_changes_neither_the_total_nor_a_cap(data, books, random):
    one, other = arrivals(books, data.draw, random)
    assert drawn_by_order(one) == drawn_by_order(other)
    assert all(drawn_by_order(one)[code] <= cap for code, cap in one.caps.items())


@histories
@given(st.data(), worlds(), st.randoms(use_true_random=False))
def test_5_with_fractions_of_a_cent_each_line_differs_by_its_rounding_at_most(data, books, random):
    one, other = arrivals(books, data.draw, random)
    lines = sum(len(document.lines) for document in one.documents.values())
    assert abs(one.accepted_net() - other.accepted_net()) <= lines
    assert all(drawn_by_order(other)[code] <= cap for code, cap in other.caps.items())


@histories
@given(st.data(), worlds())
def test_6_splitting_never_pays_more_and_renumbering_pays_nothing(data, books):
    draw = data.draw
    line_id = draw(st.sampled_from(sorted(books.lines)))
    for _ in range(draw(st.integers(0, 3))):
        books.accept(line_id, draw(units))
    whole, percent = draw(st.integers(2, 40)), draw(percents)
    cut = draw(st.integers(1, whole - 1))
    split = deepcopy(books)
    paid = books.receive(books.document("INV-100", [(line_id, D(whole) / 4, percent)])).accepted_net_cents
    for number, quarters in (("AB-2400", cut), ("XY-7700", whole - cut)):
        split.receive(split.document(number, [(line_id, D(quarters) / 4, percent)]))
    assert split.accepted_net() <= paid
    again = replace(books.documents["id-INV-100"], number="QQ-5150", invoice_id="id-QQ", issued_on=START)
    assert books.receive(again).accepted_cents == 0


@histories
@given(st.data(), histories_of())
def test_7_an_invoice_and_its_full_credit_note_make_zero_everywhere(data, books):
    before = (books.balances(), {line_id: books.paid_on(line_id) for line_id in books.lines})
    first = books.receive(books.document("INV-9900", parts(books, data.draw)))
    second = books.receive(books.credit_of("id-INV-9900", "CN-9900"))
    assert (books.balances(), {line_id: books.paid_on(line_id) for line_id in books.lines}) == before
    for name in ("claimed_cents", "accepted_cents", "held_cents", "disputed_cents"):
        assert getattr(first, name) + getattr(second, name) == 0
        assert getattr(first.gst, name) + getattr(second.gst, name) == 0
    left = books.claims["id-INV-9900"]
    assert (left.accepted_gst_cents, left.held_gst_cents, left.disputed_gst_cents) == (0, 0, 0)
    assert all(line.accepted_cents == line.held_cents == line.disputed_cents == 0 for line in left.lines)


@histories
@given(st.data(), histories_of())
def test_8_a_new_rate_card_never_changes_an_issued_order(data, books):
    document = books.document("INV-9900", parts(books, data.draw))
    untouched = deepcopy(books)
    books.new_card(data.draw(st.sampled_from([D("0.1"), D(3)])))
    assert books.receive(document) == untouched.receive(document)
    assert books.lines == untouched.lines


@histories
@given(rates, st.integers(2, 6), st.integers(0, 5))
def test_9_of_many_claims_on_the_last_unit_exactly_one_is_paid(rate, claims, first):
    books = Books([rate, rate, rate], [("WO-0", "LK01", D(1))])
    books.accept("WL-1", D(1))
    numbers = [f"{chr(65 + (at + first) % 6) * 3}-{at}4{at}" for at in range(claims)]
    paid = [
        books.receive(books.document(number, [("WL-1", D(1), 100)])).accepted_net_cents for number in numbers
    ]
    due = line_cents(1, rate)
    assert sorted(paid) == [0] * (claims - 1) + [due]


def double_entry_sums_to_zero_and_received_not_invoiced_returns_to_zero(books):
    assert sum(books.balances().values()) == 0
    for line_id, (code, line) in sorted(books.lines.items()):
        if books.states[code] == "cancelled":
            continue
        books.change(line_id, no_access=False, done_quantity=max(line.done_quantity, line.accepted_quantity))
        if line.accepted_quantity > line.contracted_quantity:
            books.vary(line_id, line.accepted_quantity - line.contracted_quantity)
    for line_id, (code, line) in sorted(books.lines.items()):
        if books.states[code] == "cancelled":
            continue
        claim_rest(books, line_id, line)
        assert books.balance(line_id, Account.ACCRUED) == 0
    assert sum(books.balances().values()) == 0


def claim_rest(books, line_id, line):
    """Claim what is accepted and not yet invoiced, in two parts so that neither repeats an earlier claim."""
    rest = line.accepted_quantity - books.paid_on(line_id)[0]
    if rest <= 0:
        return
    odd = min(rest, D("0.0001") * (1 + len(books.documents)))
    for quantity in (rest - odd, odd):
        if quantity:
            number = "ABCDEFGHJKMNPQRSTUVWXYZ"[len(books.documents) % 23] * 6
            books.receive(books.document(number, [(line_id, quantity, 100)]))


def the_budget_is_always_all_accounted_for(books):
    identity = budget_identity(books.balances())
    assert identity.holds
    assert identity.budget_cents == BUDGET
    for line_id in books.lines:
        assert books.balance(line_id, Account.INVOICED) >= 0
        assert books.balance(line_id, Account.ACCRUED) >= 0


@histories
@given(st.data(), worlds())
def test_12_not_a_cent_on_a_cancelled_order_or_a_no_access_visit_but_the_call_out(data, books):
    draw = data.draw
    for line_id in sorted(books.lines):
        books.accept(line_id, draw(units))
        books.change(line_id, no_access=draw(st.booleans()), call_out=draw(st.integers(0, 3)) == 0)
    for code in sorted(books.states):
        if draw(st.booleans()):
            books.states[code] = "cancelled"
    books.receive(books.document("INV-100", parts(books, draw)))
    for line_id, (code, line) in books.lines.items():
        if (books.states[code] == "cancelled" or line.no_access) and not line.call_out:
            assert books.paid_on(line_id) == (ZERO, 0)


@histories
@given(histories_of())
def test_1_2_3_4_11_and_10_hold_in_every_history(books):
    claimed_is_accepted_held_and_disputed_per_line(books)
    quantity_paid_stays_within_accepted_done_and_ordered(books)
    paid_is_at_most_accepted_at_the_frozen_rate_less_retention_and_credits(books)
    every_payable_cent_has_one_explanation(books)
    the_budget_is_always_all_accounted_for(books)
    double_entry_sums_to_zero_and_received_not_invoiced_returns_to_zero(books)


def test_the_generated_histories_pay_hold_and_dispute_something():
    """A guard against properties that hold because nothing ever happens."""
    seen = set()

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(histories_of())
    def look(books):
        for decision in books.decisions.values():
            seen.update(one.code for one in decision.exceptions)
            seen.update(
                name
                for name in ("accepted_cents", "held_cents", "disputed_cents")
                for line in decision.lines
                if getattr(line.portion, name)
            )
        if books.paid:
            seen.add("paid")
        if books.credited_by:
            seen.add("credited")

    look()
    assert seen >= {
        "accepted_cents", "held_cents", "disputed_cents", "paid", "credited", "M05", "M06", "M07",
        "Q01", "Q02", "R01", "R02", "D03", "C01",
    }  # fmt: skip


def test_a_model_that_paid_twice_would_be_caught():
    """The room of an order line is what keeps a second claim from being paid: without it the sum is wrong."""
    line = order_line(ordered=1)
    document = invoice(invoice_line(quantity=1))
    blind = decide(reconcile(document, facts(order(line)))).accepted_net_cents
    assert blind + blind > line_cents(line.accepted_quantity, line.rate)
