"""What a line asks for and lacks, which visits are drawn for inspection, and how long a warranty lasts."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.item import Evidence
from worksorders.domain.completion.needs import asked_of
from worksorders.domain.completion.proof import KeyHeld, LineProof, Paper, find_missing
from worksorders.domain.completion.sampling import Shares, is_drawn, percent_of
from worksorders.domain.completion.warranty import MendingTimes, add_months, covered_until, is_covered
from worksorders.gateways.measures import paper_rules, warranty_months

ONE = Decimal(1)
EVERYTHING = "photo|serial number|key register|certificate of compliance|live test reference|secure state of each opening"
CERTIFICATE = Evidence.CERTIFICATE_OF_COMPLIANCE
FULL = LineProof(
    done=ONE, photos=1, serials="S-1", keys=(KeyHeld("12", 3, "client"),), test_reference="T", test_passed=True,
    papers={CERTIFICATE: Paper("C-1", date(2026, 11, 24), has_file=True)},
)  # fmt: skip


def gaps(proof, evidence=EVERYTHING):
    return [name for name, _ in find_missing("Alarm", asked_of(evidence, paper_rules()), proof)]


def test_a_line_asks_for_what_its_evidence_names_and_for_nothing_else():
    asked = asked_of("photo|key register", paper_rules())
    assert (asked.photo, asked.keys, asked.serial, asked.live_test, asked.papers) == (
        True,
        True,
        False,
        False,
        (),
    )
    assert not asked_of("secure state of each opening", paper_rules()).anything


def test_nothing_is_missing_of_a_line_with_all_its_proof():
    assert gaps(FULL) == []


def test_a_line_done_without_proof_lacks_each_thing_at_its_own_field():
    assert gaps(LineProof(done=ONE)) == [
        "photo", "serial", "keys", "test-reference", "certificate_of_compliance-number",
        "certificate_of_compliance-issued_on", "certificate_of_compliance-file",
    ]  # fmt: skip


def test_nothing_entered_is_missing_and_nothing_done_needs_no_proof():
    assert gaps(LineProof()) == ["done"]
    assert gaps(LineProof(done=Decimal(0))) == []


def test_a_reason_stands_for_a_photo_and_a_failed_test_for_nothing():
    assert gaps(LineProof(done=ONE, no_photo_reason="not_necessary"), "photo") == []
    assert gaps(LineProof(done=ONE, test_passed=False, test_reference="T"), "live test reference") == [
        "test-passed"
    ]


@pytest.mark.parametrize(
    ("evidence", "kind", "missing"),
    [
        ("certificate of compliance", CERTIFICATE, []),
        ("signal strength", Evidence.SIGNAL_STRENGTH, ["signal_strength-number"]),
    ],
)
def test_a_paper_may_come_later_only_where_the_data_says_so(evidence, kind, missing):
    promised = LineProof(done=ONE, papers={kind: Paper(promised_by=date(2026, 12, 22))})
    assert gaps(promised, evidence) == missing


@given(st.binary(min_size=32, max_size=32), st.integers(0, 100), st.integers(0, 100))
def test_a_higher_share_only_adds_visits(digest, one, other):
    low, high = sorted((one, other))
    assert is_drawn(digest, high) or not is_drawn(digest, low)


def test_the_share_that_is_drawn_is_the_share_that_was_set():
    digests = [hashlib.sha256(str(number).encode()).digest() for number in range(4000)]
    assert sum(is_drawn(digest, 10) for digest in digests) == pytest.approx(400, rel=0.15)
    assert not any(is_drawn(digest, 0) for digest in digests)
    assert all(is_drawn(digest, 100) for digest in digests)


def test_new_firms_are_looked_at_more_and_a_firms_own_share_goes_before_all():
    shares = Shares({"locksmith": 10, "electrician": 15}, other=5, new_firm=50, new_firm_visits=5)
    assert percent_of(["locksmith", "electrician"], 5, shares) == 15
    assert percent_of([], 9, shares) == 5
    assert percent_of(["locksmith"], 4, shares) == 50
    assert percent_of(["locksmith"], 4, shares, firm_percent=0) == 0


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)), st.integers(0, 120))
def test_months_later_is_the_same_day_or_the_last_of_the_month(on, months):
    later = add_months(on, months)
    assert (later.year * 12 + later.month) - (on.year * 12 + on.month) == months
    assert later.day == on.day or (later.day < on.day and add_months(later, 0).month == later.month)


def test_a_warranty_ends_on_its_last_day():
    done_on = date(2026, 8, 31)
    assert covered_until(done_on, 6) == date(2027, 2, 28)
    assert is_covered(done_on, 6, date(2027, 2, 28))
    assert not is_covered(done_on, 6, date(2027, 3, 1))
    assert not is_covered(done_on, 0, done_on)
    assert (warranty_months("GL03"), warranty_months("LK03"), warranty_months("SV06")) == (60, 12, 0)


def test_what_is_unsafe_is_mended_within_hours_and_the_rest_within_working_days():
    found_at = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)  # Friday 20 November 2026, 13:00 in New Zealand
    times = MendingTimes()
    assert times.due_at("unsafe", found_at) == datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
    assert times.due_at("faulty", found_at) == datetime(2026, 11, 27, 10, 59, tzinfo=UTC)
    assert times.due_at("finish", found_at) > times.due_at("faulty", found_at)
