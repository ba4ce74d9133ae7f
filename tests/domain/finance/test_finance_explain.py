"""The explanation of each cent, and the payment schedule for what is withheld."""

from dataclasses import replace
from datetime import date

from tests.domain.finance.world import D, accepted, agreement, facts, invoice, invoice_line, order, order_line
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.explain import explain, slice_acceptances
from worksorders.domain.finance.facts import VariationFacts
from worksorders.domain.finance.reconcile import reconcile
from worksorders.domain.finance.schedule import needs_schedule, payment_schedule
from worksorders.domain.money import Net


def explained(document, world):
    match = reconcile(document, world)
    return explain(match, decide(match))


def in_two_parts():
    return order_line(
        rate="33.3333",
        acceptances=(accepted(4, acceptance_id="A-1"), accepted(6, date(2026, 11, 14), "A-2")),
        variations=(VariationFacts("V-1", D(0), 0, "coordinator-2", date(2026, 11, 9)),),
    )


def test_each_acceptance_explains_its_own_cents():
    one, two = explained(invoice(invoice_line(rate="33.3333")), facts(order(in_two_parts())))
    assert (one.acceptance_id, one.quantity, one.net_cents) == ("A-1", D(4), 13333)
    assert (two.acceptance_id, two.quantity, two.net_cents) == ("A-2", D(6), 20000)
    assert one.gst_cents + two.gst_cents == 5000
    assert one.variation_ids == ("V-1",)


def test_an_explanation_reads_as_a_sentence():
    (one,) = explained(invoice(), facts())
    assert one.in_words() == (
        "10 × $70.00 each on order WO-7K2M line 1 (LK01), rate card 3, accepted 12 November 2026: "
        "$700.00 and GST $105.00."
    )


def test_a_part_that_is_not_quantity_times_rate_says_why():
    line = replace(in_two_parts(), invoiced_quantity=D(5), invoiced_cents=16667)
    document = invoice(invoice_line(quantity=5, rate="33.3333"))
    (one,) = explained(document, facts(order(line, invoiced_cents=16667)))
    assert "5 × $33.3333 each" in one.in_words()
    assert "By itself that is $166.67: the parts of a line are rounded" in one.in_words()
    (less,) = explained(invoice(invoice_line(discount=Net(1000), net=69000)), facts())
    assert "By itself that is $700.00: no more is claimed" in less.in_words()


def test_what_was_invoiced_before_is_not_explained_again():
    line = replace(in_two_parts(), invoiced_quantity=D(5), invoiced_cents=16667)
    document = invoice(invoice_line(quantity=5, rate="33.3333"))
    (one,) = explained(document, facts(order(line, invoiced_cents=16667)))
    assert (one.acceptance_id, one.quantity, one.net_cents) == ("A-2", D(5), 16666)


def test_a_reversal_takes_back_the_latest_acceptance():
    line = order_line(
        acceptances=(accepted(4), accepted(6, acceptance_id="A-2"), accepted(-5, acceptance_id="A-3"))
    )
    found = [(one.acceptance_id, units) for one, units in slice_acceptances(line, D(0), D(5))]
    assert found == [("A-1", D(4)), ("A-2", D(1))]


def test_a_line_that_is_stopped_has_nothing_to_explain():
    assert explained(invoice(), facts(order(state="cancelled"))) == ()


def schedule_of(world, document=None):
    match = reconcile(document or invoice(payment_claim=True), world)
    return payment_schedule(match, decide(match))


def test_a_claim_paid_in_full_needs_no_schedule():
    assert schedule_of(facts()) is None


def test_an_invoice_that_is_no_payment_claim_needs_none():
    match = reconcile(invoice(), facts(order(state="cancelled")))
    assert not needs_schedule(match, decide(match))


def test_a_schedule_names_claim_amount_calculation_and_reasons():
    schedule = schedule_of(facts(order(order_line(done=7))))
    assert (schedule.claim_number, schedule.order_codes) == ("INV-100", ("WO-7K2M",))
    assert (schedule.claimed_cents, schedule.scheduled_cents) == (80500, 56350)
    line, gst = schedule.lines
    assert (line.claimed_cents, line.scheduled_cents, line.difference_cents) == (70000, 49000, 21000)
    assert line.calculation.startswith("7 × $70.00 each on order WO-7K2M line 1")
    assert line.reasons[0].startswith("More invoiced than accepted: expected at most 7 each accepted in all")
    assert (gst.claimed_cents, gst.scheduled_cents) == (10500, 7350)


def test_a_schedule_sums_exactly():
    world = facts(order(order_line(done=7)), agreements=(agreement(retention=D("0.05")),))
    schedule = schedule_of(world)
    assert sum(line.claimed_cents for line in schedule.lines) == schedule.claimed_cents
    scheduled = sum(line.scheduled_cents for line in schedule.lines)
    assert scheduled - schedule.retention_cents - schedule.prepaid_cents == schedule.scheduled_cents
    assert schedule.retention_cents == 2450


def test_reasons_for_the_whole_document_are_told_once():
    schedule = schedule_of(facts(), invoice(payment_claim=True, total=80501))
    assert schedule.scheduled_cents == 0
    assert len(schedule.reasons) == 1
    assert schedule.reasons[0].startswith("Net and GST do not add up to the total")
    assert [line.title for line in schedule.lines] == ["Line 1: LK01", "GST", "Other amounts"]
