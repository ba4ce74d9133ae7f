"""Steps 4, 5 and 7 on lines: each code fires, and stays silent next to it."""

from dataclasses import replace
from datetime import date

import pytest

from tests.domain.finance.world import (
    D,
    accepted,
    agreement,
    contract,
    facts,
    invoice,
    invoice_line,
    order,
    order_line,
)
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.facts import UpliftTerm, VariationFacts, YearCap
from worksorders.domain.finance.reconcile import reconcile
from worksorders.domain.money import Net


def codes(document, world):
    return reconcile(document, world).codes()


def split(document, world):
    decision = decide(reconcile(document, world))
    part = decision.lines[0].portion
    return part.accepted_cents, part.held_cents, part.disputed_cents


def variation(quantity, value, limit=None, variation_id="V-1"):
    return VariationFacts(variation_id, D(quantity), value, "coordinator-2", date(2026, 11, 9), limit)


def test_a_clean_invoice_has_no_exception_and_is_accepted_to_the_cent():
    match = reconcile(invoice(), facts())
    assert match.exceptions == ()
    decision = decide(match)
    assert (decision.claimed_cents, decision.accepted_cents) == (80500, 80500)
    assert decision.verdict == "accepted"
    assert decision.gst_method == "total, half-up"


def test_m01_an_order_that_does_not_exist_or_was_never_issued():
    assert codes(invoice(order_code="WO-NONE"), facts()) == ("M01",)
    assert codes(invoice(order_code=""), facts()) == ("M01",)
    assert codes(invoice(), facts(order(state="ready"))) == ("M01",)
    assert "M01" not in codes(invoice(), facts())


def test_m01_offers_candidates_and_never_guesses():
    match = reconcile(invoice(order_code="WO-7K2N"), facts())
    (found,) = match.exceptions
    assert found.evidence == ("WO-7K2M/1",)
    assert match.case.lines[0].order_line is None


def test_m01_also_stops_a_line_of_no_amount():
    free = invoice_line(2, quantity=0, net=0, order_code="WO-NONE")
    assert "M01" in codes(invoice(invoice_line(), free), facts())


def test_m02_an_item_that_is_not_on_the_order():
    assert codes(invoice(invoice_line(item_code="XX99")), facts()) == ("M02",)
    assert codes(invoice(invoice_line(order_line_id="9")), facts()) == ("M02",)
    for name in ("1", "WL-1", "WO-7K2M/1"):
        assert codes(invoice(invoice_line(order_line_id=name, item_code="")), facts()) == ()


def test_m02_two_lines_of_one_item_are_left_to_a_person():
    twins = order(order_line(1), order_line(2, item_code="LK01"))
    match = reconcile(invoice(), facts(twins))
    assert match.codes() == ("M02",)
    assert match.exceptions[0].evidence == ("WO-7K2M", "WO-7K2M/1", "WO-7K2M/2")
    assert codes(invoice(invoice_line(order_line_id="2")), facts(twins)) == ()


def test_m02_a_line_added_without_an_approved_variation():
    added = order_line(ordered=0, done=10, by_variation=True)
    assert "M02" in codes(invoice(), facts(order(added)))
    approved = replace(added, variations=(variation(10, 70000),))
    assert codes(invoice(), facts(order(approved))) == ()


def test_m03_work_of_another_contractor():
    other = order(order_line(supplier_id="firm-2"))
    assert codes(invoice(), facts(other)) == ("M03",)
    assert split(invoice(), facts(other)) == (0, 0, 70000)
    assert "M03" not in codes(invoice(), facts())


@pytest.mark.parametrize(
    ("document", "world"),
    [
        (invoice(contract_code="NHSS-9"), facts()),
        (invoice(), facts(agreements=(agreement(valid_to=date(2026, 11, 1)),))),
        (invoice(invoice_line(performed_on=date(2026, 6, 30))), facts()),
    ],
)
def test_m04_another_contract_or_out_of_term(document, world):
    assert codes(document, world) == ("M04",)


def test_m04_stays_silent_on_the_first_and_last_day_of_the_term():
    edges = (agreement(valid_from=date(2026, 11, 2), valid_to=date(2026, 11, 2)),)
    assert codes(invoice(contract_code="NHSS-1"), facts(agreements=edges)) == ()
    assert codes(invoice(invoice_line(performed_on=date(2026, 7, 1))), facts()) == ()


def test_m05_not_a_cent_on_a_cancelled_order_but_the_call_out():
    for state in ("cancelled", "superseded"):
        assert codes(invoice(), facts(order(state=state))) == ("M05",)
        assert split(invoice(), facts(order(state=state))) == (0, 0, 70000)
    call_out = order(order_line(call_out=True), state="cancelled")
    assert codes(invoice(), facts(call_out)) == ()


def test_m06_a_visit_without_access_pays_the_call_out_only():
    assert codes(invoice(), facts(order(order_line(no_access=True)))) == ("M06",)
    assert codes(invoice(), facts(order(order_line(no_access=True, call_out=True)))) == ()


def test_m07_work_not_accepted_is_held_and_clears_itself():
    waiting = facts(order(order_line(taken=0)))
    assert codes(invoice(), waiting) == ("M07",)
    assert split(invoice(), waiting) == (0, 70000, 0)
    assert "M07" not in codes(invoice(), facts())


def test_m08_missing_evidence_holds():
    bare = facts(order(order_line(evidence_missing=("photo", "key register"))))
    match = reconcile(invoice(), bare)
    assert match.codes() == ("M08",)
    assert match.exceptions[0].actual == "no photo, no key register"
    assert split(invoice(), bare) == (0, 70000, 0)


def test_m09_an_invoice_dated_before_completion_holds():
    assert codes(invoice(issued_on=date(2026, 11, 11)), facts()) == ("M09",)
    assert codes(invoice(issued_on=date(2026, 11, 12)), facts()) == ()


def test_q01_only_the_accepted_part_is_paid():
    partly = facts(order(order_line(done=7, taken=7)))
    match = reconcile(invoice(), partly)
    assert match.codes() == ("Q01",)
    assert match.exceptions[0].difference_cents == 21000
    assert split(invoice(), partly) == (49000, 0, 21000)


def test_q01_counts_what_other_invoices_were_paid():
    used = facts(order(order_line(invoiced_quantity=D(4), invoiced_cents=28000), invoiced_cents=28000))
    assert codes(invoice(invoice_line(quantity=7)), used) == ("Q01", "C01")
    assert split(invoice(invoice_line(quantity=7)), used) == (42000, 0, 7000)
    assert codes(invoice(invoice_line(quantity=6)), used) == ()


def test_q01_counts_other_lines_of_the_same_invoice():
    both = invoice(invoice_line(1, 6), invoice_line(2, 5, item_code="LK01"))
    decision = decide(reconcile(both, facts()))
    assert [line.portion.accepted_cents for line in decision.lines] == [42000, 28000]
    assert reconcile(both, facts()).codes() == ("Q01", "C01")


def test_q01_accepted_but_not_done_is_not_paid():
    assert split(invoice(), facts(order(order_line(done=6, taken=10)))) == (42000, 0, 28000)


def test_q02_accepted_beyond_the_order_is_paid_as_ordered():
    over = facts(order(order_line(ordered=8, done=10)))
    assert codes(invoice(), over) == ("Q02", "C01")
    assert split(invoice(), over) == (56000, 0, 14000)
    varied = facts(order(order_line(ordered=8, done=10, variations=(variation(2, 14000),))))
    assert codes(invoice(), varied) == ()


def test_q02_is_reported_even_where_the_claim_stays_below():
    over = facts(order(order_line(ordered=8, done=10)))
    assert codes(invoice(invoice_line(quantity=5)), over) == ("Q02",)
    assert split(invoice(invoice_line(quantity=5)), over) == (35000, 0, 0)


def test_q03_above_the_measure_is_held():
    measured = facts(order(order_line(measured_quantity=D(9))))
    assert codes(invoice(), measured) == ("Q03",)
    assert split(invoice(), measured) == (63000, 7000, 0)
    assert codes(invoice(invoice_line(quantity=9)), measured) == ()


def test_r01_is_paid_at_the_frozen_rate():
    dear = invoice(invoice_line(rate="75.0000"))
    match = reconcile(dear, facts())
    assert match.codes() == ("R01", "C01")
    assert match.exceptions[0].difference_cents == 5000
    assert split(dear, facts()) == (70000, 0, 5000)


def test_r01_a_high_rate_cannot_hide_behind_a_low_quantity():
    hidden = invoice(invoice_line(quantity=5, rate="140.0000"))
    assert codes(hidden, facts()) == ("R01",)
    assert split(hidden, facts()) == (35000, 0, 35000)


def test_r02_a_low_rate_warns_and_the_lower_is_paid():
    cheap = invoice(invoice_line(rate="65.0000"))
    match = reconcile(cheap, facts())
    assert match.codes() == ("R02",)
    assert match.exceptions[0].difference_cents == -5000
    assert split(cheap, facts()) == (65000, 0, 0)


def test_r03_another_unit_cannot_be_compared():
    assert codes(invoice(invoice_line(unit="m2")), facts()) == ("R03",)
    for unit in ("EA", "each", "H87", "C62"):
        assert codes(invoice(invoice_line(unit=unit)), facts()) == ()


def test_r04_the_surplus_of_a_line_that_does_not_multiply_out_is_held():
    wrong = invoice(invoice_line(net=70100))
    match = reconcile(wrong, facts())
    assert match.codes() == ("R04", "C01")
    assert match.exceptions[0].difference_cents == 100
    assert split(wrong, facts()) == (70000, 100, 0)
    assert codes(invoice(invoice_line(quantity=3, rate="23.3333", net=7000)), facts()) == ("R02",)


def test_r04_a_line_that_claims_too_little_is_held_whole():
    wrong = invoice(invoice_line(net=69900))
    assert codes(wrong, facts()) == ("R04",)
    assert split(wrong, facts()) == (0, 69900, 0)
    discounted = invoice(invoice_line(net=69900, discount=Net(100)))
    assert codes(discounted, facts()) == ()
    assert split(discounted, facts()) == (69900, 0, 0)


def test_r04_rounding_each_part_up_gains_nothing():
    tiny = order_line(ordered=2, rate="0.0100")
    half = invoice(invoice_line(quantity="0.5", rate="0.0100"))
    assert split(half, facts(order(tiny))) == (1, 0, 0)
    again = order(replace(tiny, invoiced_quantity=D("0.5"), invoiced_cents=1), invoiced_cents=1)
    assert split(half, facts(again)) == (0, 1, 0)


def test_r05_an_uplift_needs_the_agreement():
    uplifted = invoice(invoice_line(net=73500, uplift=Net(3500)))
    assert codes(uplifted, facts(order(approved_cents=90000))) == ("R05",)
    assert split(uplifted, facts(order(approved_cents=90000))) == (70000, 0, 3500)
    allowed = facts(
        order(approved_cents=90000), agreements=(agreement(uplifts=(UpliftTerm("after hours", D("0.05")),)),)
    )
    assert codes(uplifted, allowed) == ()
    assert split(uplifted, allowed) == (73500, 0, 0)


def test_r05_a_charge_on_the_whole_document_is_never_paid():
    freight = invoice(charge=Net(1000))
    assert codes(freight, facts()) == ("R05",)
    decision = decide(reconcile(freight, facts()))
    assert decision.other.disputed_cents == 1000
    assert decision.accepted_net_cents == 70000


def test_c01_the_order_cap_stops_what_is_above_it():
    capped = facts(order(approved_cents=60000))
    match = reconcile(invoice(), capped)
    assert match.codes() == ("C01",)
    assert match.exceptions[0].difference_cents == 10000
    assert split(invoice(), capped) == (60000, 0, 10000)
    assert codes(invoice(), facts(order(approved_cents=70000))) == ()


def test_c01_leaves_first_what_was_already_sent_to_payment():
    lines = (invoice_line(1, 5), invoice_line(2, 4, item_code="LK01", settled_cents=28000))
    decision = decide(reconcile(invoice(*lines), facts(order(approved_cents=40000))))
    assert [line.portion.accepted_cents for line in decision.lines] == [12000, 28000]


def test_c02_and_c03_are_measured_in_the_contract_s_own_gst_basis():
    year = YearCap("Year 1", date(2026, 7, 1), date(2027, 6, 30), 115_000, drawn_cents=40_000)
    with_gst = facts(contracts=(contract(years=(year,)),))
    assert codes(invoice(), with_gst) == ("C02",)
    assert split(invoice(), with_gst) == (60000, 0, 10000)
    without = facts(contracts=(contract(years=(year,), gst_inclusive=False),))
    assert codes(invoice(), without) == ()
    whole = facts(contracts=(contract(years=(), cap_cents=115_000, drawn_cents=40_000),))
    assert codes(invoice(), whole) == ("C03",)


def test_c04_a_variation_above_the_approver_s_limit_pays_nothing_extra():
    beyond = order_line(ordered=8, done=10, variations=(variation(2, 14000, 10000),))
    assert codes(invoice(), facts(order(beyond))) == ("C04",)
    assert split(invoice(), facts(order(beyond))) == (56000, 0, 14000)
    within = replace(beyond, variations=(variation(2, 14000, 14000),))
    assert codes(invoice(), facts(order(within))) == ()


def test_every_exception_is_found_at_once():
    worst = invoice(
        invoice_line(quantity=12, rate="80.0000", net=97000),
        invoice_line(2, order_code="WO-NONE"),
        total=1,
    )
    assert set(codes(worst, facts())) == {"M01", "Q01", "R01", "R04", "H02", "C01"}


def test_a_reversed_acceptance_takes_the_room_away():
    line = order_line(acceptances=(accepted(10), accepted(-4, acceptance_id="A-2")))
    assert split(invoice(), facts(order(line))) == (42000, 0, 28000)


def test_an_exception_reads_as_a_sentence():
    (found, *_) = reconcile(invoice(invoice_line(rate="75.0000")), facts()).exceptions
    assert found.in_words() == (
        "Rate above the card: expected $70.00 each (rate card 3), found $75.00. Difference $50.00."
    )
