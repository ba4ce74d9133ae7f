"""Exceptions in words, releases that count and releases that do not."""

from dataclasses import replace
from datetime import date

import pytest

from tests.domain.finance.world import D, facts, invoice, invoice_line, order, order_line
from worksorders.domain.finance.codes import CODES, STEPS, Severity
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.exceptions import MatchException, Release
from worksorders.domain.finance.reconcile import reconcile

SPECIFIED = [
    "I01",
    "I02",
    "I03",
    "I04",
    "G01",
    "G02",
    "G03",
    "G04",
    "G05",
    "G06",
    "G07",
    "P01",
    "P02",
    "P03",
    "P04",
    "P06",
    "P07",
    "D01",
    "D02",
    "D03",
    "D04",
    "D05",
    "D06",
    "M01",
    "M02",
    "M03",
    "M04",
    "M05",
    "M06",
    "M07",
    "M08",
    "M09",
    "Q01",
    "Q02",
    "Q03",
    "R01",
    "R02",
    "R03",
    "R04",
    "R05",
    "H01",
    "H02",
    "H03",
    "H04",
    "C01",
    "C02",
    "C03",
    "C04",
    "T01",
    "T02",
    "T03",
    "T04",
    "F01",
    "F02",
    "F04",
    "F05",
    "F06",
    "F08",
    "F09",
    "F10",
]
BLOCKS = [
    "I01",
    "I02",
    "I04",
    "G04",
    "G05",
    "P01",
    "P02",
    "P03",
    "D01",
    "D03",
    "D04",
    "D06",
    "M01",
    "M02",
    "M03",
    "M04",
    "M05",
    "M06",
    "Q01",
    "Q02",
    "R01",
    "R03",
    "R05",
    "H01",
    "H02",
    "H03",
    "H04",
    "C01",
    "C02",
    "C03",
    "C04",
    "T01",
    "T02",
    "T03",
    "T04",
]


def test_every_code_of_the_specification_is_registered_in_order():
    assert list(CODES) == SPECIFIED
    assert [code for code, kind in CODES.items() if kind.severity is Severity.BLOCK] == BLOCKS


def test_every_code_tells_a_person_what_it_is_and_what_to_do():
    for code, kind in CODES.items():
        assert kind.step == STEPS[code[0]]
        assert not kind.title.endswith(".")
        for text in (kind.explanation, kind.remedy):
            assert text.endswith(".")
            assert text[0].isupper()


def test_no_block_is_ever_releasable():
    assert not any(kind.releasable for kind in CODES.values() if kind.severity is not Severity.HOLD)
    assert not CODES["M07"].releasable
    assert CODES["M08"].releasable


def test_a_code_outside_the_registry_cannot_be_raised():
    with pytest.raises(KeyError, match="Z99"):
        MatchException("Z99", "this", "that")


def release(key, **changes):
    facts = Release(key, "finance-2", "Seen the photo on paper.", date(2026, 11, 23), date(2026, 12, 23))
    return replace(facts, **changes)


def held():
    return reconcile(invoice(), facts(order(order_line(evidence_missing=("photo",)))))


KEY = "M08/IL-1"


def test_a_release_by_another_person_lets_the_line_go():
    decision = decide(held(), [release(KEY)])
    assert decision.accepted_cents == 80500
    assert decision.released == {KEY}
    assert decision.verdict == "accepted"
    assert decide(held()).verdict == "held"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"released_by": "portal-1"}, "entered the invoice"),
        ({"reason": "  "}, "reason"),
        ({"expires_on": date(2026, 11, 22)}, "not in force"),
        ({"released_on": date(2026, 11, 24)}, "not in force"),
    ],
)
def test_a_release_that_does_not_count_is_ignored_with_its_reason(changes, words):
    decision = decide(held(), [release(KEY, **changes)])
    assert decision.accepted_cents == 0
    assert words in decision.ignored[0][1][0]


def test_f10_the_approver_and_the_enterer_may_not_release():
    by_enterer = decide(held(), [release(KEY, released_by="portal-1")])
    assert by_enterer.exceptions[-1].code == "F10"
    match = reconcile(invoice(), facts(order(order_line(evidence_missing=("photo",))), approver="finance-2"))
    assert decide(match, [release(KEY)]).exceptions[-1].code == "F10"
    assert "F10" not in {one.code for one in decide(held(), [release(KEY)]).exceptions}


def test_a_block_stays_whatever_is_recorded():
    match = reconcile(invoice(), facts(order(state="cancelled")))
    decision = decide(match, [release("M05/IL-1")])
    assert decision.accepted_cents == 0
    assert "cannot be released" in decision.ignored[0][1][0]


def test_a_release_does_not_cover_a_difference_that_has_grown():
    world = facts(order(order_line(ordered=12, done=12, measured_quantity=D(9)), approved_cents=99999))
    match = reconcile(invoice(invoice_line(quantity=12)), world)
    key = "Q03/IL-1"
    assert decide(match, [release(key, upto_cents=7000)]).held_cents > 0
    assert decide(match, [release(key, upto_cents=21000)]).accepted_net_cents == 84000


def test_a_release_of_arithmetic_pays_no_more_than_is_entitled():
    padded = invoice(invoice_line(quantity=10, rate="60.0000", net=75000))
    world = facts(order(approved_cents=99999))
    part = decide(reconcile(padded, world)).lines[0].portion
    assert (part.accepted_cents, part.held_cents) == (60000, 15000)
    part = decide(reconcile(padded, world), [release("R04/IL-1")]).lines[0].portion
    assert (part.accepted_cents, part.held_cents) == (70000, 5000)


def test_a_released_gst_amount_is_never_above_the_lawful_one():
    too_much = decide(reconcile(invoice(gst=10590), facts()), [release("G06/*")])
    assert (too_much.gst.accepted_cents, too_much.gst.disputed_cents) == (10500, 90)
    too_little = decide(reconcile(invoice(gst=10000), facts()), [release("G06/*")])
    assert too_little.gst.accepted_cents == 10000


def test_a_release_of_something_else_is_passed_over():
    decision = decide(held(), [release("M09/IL-1")])
    assert (decision.released, decision.ignored) == (frozenset(), ())


def test_one_hold_released_and_another_standing_still_holds():
    match = reconcile(
        invoice(issued_on=date(2026, 11, 11)), facts(order(order_line(evidence_missing=("photo",))))
    )
    assert decide(match, [release(KEY)]).held_cents == 80500
    assert decide(match, [release(KEY), release("M09/IL-1")]).accepted_cents == 80500
