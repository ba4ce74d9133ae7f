"""What an offer shows, whom it goes to next, and when it lapses."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.disclosure.offer import (
    NO_LONGER_AVAILABLE,
    Area,
    FirmShare,
    OfferedVisit,
    accepted_percent,
    coarse_area,
    expires_at,
    is_open,
    next_firms,
    shown_offer,
)
from worksorders.domain.order.deadlines import Urgency

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
AREAS = {
    "reefton": Area("reefton", "Reefton", 500, "buller"),
    "buller": Area("buller", "Buller", 4_700, "west_coast"),
    "west_coast": Area("west_coast", "West Coast", 14_000, None),
}
areas = st.lists(st.integers(0, 10_000), min_size=1, max_size=6).map(
    lambda sizes: {
        str(i): Area(str(i), f"Area {i}", size, str(i + 1) if i + 1 < len(sizes) else None)
        for i, size in enumerate(sizes)
    }
)
firms = st.lists(
    st.builds(FirmShare, st.uuids().map(str), st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 50)),
    max_size=8,
    unique_by=lambda firm: firm.firm_id,
)


@given(areas, st.integers(0, 6), st.integers(0, 10_000))
def test_a_named_area_always_holds_k_dwellings(table, start, k):
    name = coarse_area(str(start), table, k)
    assert name == "New Zealand" or next(a for a in table.values() if a.name == name).dwellings >= k


def test_the_smallest_area_that_is_large_enough_is_named():
    assert coarse_area("reefton", AREAS) == "Buller"
    assert coarse_area("reefton", AREAS, 5_000) == "West Coast"
    assert coarse_area("reefton", AREAS, 100) == "Reefton"
    assert coarse_area("nowhere", AREAS) == "New Zealand"


@pytest.mark.parametrize(("dwellings", "told"), [(1_999, "New Zealand"), (2_000, "Town")])
def test_two_thousand_dwellings_are_enough_and_one_fewer_is_not(dwellings, told):
    assert coarse_area("t", {"t": Area("t", "Town", dwellings, None)}) == told


def test_areas_in_a_circle_end_at_the_country():
    assert coarse_area("a", {"a": Area("a", "A", 1, "b"), "b": Area("b", "B", 1, "a")}) == "New Zealand"


def test_the_shown_offer_holds_neutral_names_once_and_nothing_of_the_home(items):
    names = (items["SR01"].offer_name, items["LK06"].offer_name, items["SR02"].offer_name)
    visit = OfferedVisit("carpenter", 1, 315, NOW, NOW + timedelta(days=1), names)
    shown = shown_offer(
        "F-7KQC-2MHTD",
        area_code="reefton",
        areas=AREAS,
        visits=[visit],
        price_cents=123_450,
        expires_at=NOW,
        urgency=Urgency.P1,
    )
    assert shown.area == "Buller"
    assert shown.visits[0].offer_names == ("Internal door work", "Lock work")
    assert shown.urgent
    larger = shown_offer(
        "F-7KQC-2MHTD", area_code="reefton", areas=AREAS, visits=[visit], price_cents=1, expires_at=NOW,
        urgency=Urgency.P2, k=5_000,
    )  # fmt: skip
    assert (larger.area, larger.urgent) == ("West Coast", False)


def test_no_offer_name_of_the_catalogue_tells_of_violence(items):
    telling = ("safe", "alarm", "violence", "refuge", "panic", "escape", "abuse", "monitor")
    for item in items.values():
        assert not any(word in item.offer_name.lower() for word in telling)


@pytest.mark.parametrize(("urgency", "minutes"), [("P1", 15), ("P2", 120), ("P3", 1440), ("P4", 2880)])
def test_an_offer_lapses_by_its_class(urgency, minutes):
    assert expires_at(Urgency(urgency), NOW) == NOW + timedelta(minutes=minutes)


def test_an_offer_lapses_sooner_where_its_slot_would_pass():
    assert expires_at(Urgency.P3, NOW, NOW + timedelta(hours=3)) == NOW + timedelta(hours=3)
    assert expires_at(Urgency.P3, NOW, NOW - timedelta(hours=3)) == NOW


def test_at_the_instant_of_lapsing_it_is_too_late():
    assert is_open("open", NOW, NOW - timedelta(microseconds=1))
    assert not is_open("open", NOW, NOW)
    assert not is_open("withdrawn", NOW, NOW - timedelta(hours=1))


@given(firms, st.text(max_size=5))
def test_the_next_firm_has_the_least_work_for_its_size(many, code):
    order = next_firms(many, offer_code=code)
    able = {firm.firm_id: firm for firm in many if firm.available_minutes}
    assert set(order) == set(able)
    shares = [able[i].accepted_minutes * 1000 // able[i].available_minutes for i in order]
    assert shares == sorted(shares)
    assert next_firms(reversed(many), offer_code=code) == order
    assert next_firms(many, already_asked=order[:1], offer_code=code) == order[1:]


def test_equal_firms_take_turns_as_first():
    equal = [FirmShare("a", 0, 100), FirmShare("b", 0, 100)]
    assert {next_firms(equal, offer_code=str(n))[0] for n in range(20)} == {"a", "b"}


def test_among_equals_the_hash_of_offer_and_firm_decides_and_a_minute_is_enough_to_be_asked():
    equal = [FirmShare(name, 0, 1) for name in "abcdef"]
    for code in ("", "F-7KQC"):
        wanted = sorted("abcdef", key=lambda name: sha256(f"{code}/{name}".encode()).hexdigest())
        assert next_firms(equal, offer_code=code) == tuple(wanted)
    assert next_firms(equal) == next_firms(equal, offer_code="")


def test_among_equal_shares_the_firm_with_fewer_offers_is_asked_first_whatever_the_hash():
    for names in ("ab", "ba"):
        many, few = (FirmShare(name, 0, 100, offers) for name, offers in zip(names, (2, 1), strict=True))
        assert next_firms([many, few], offer_code="x") == (few.firm_id, many.firm_id)


def test_shares_are_compared_by_the_thousandth():
    assert FirmShare("a", 0, 1).offers == FirmShare("a", 0, 1).acceptances == 0
    more = FirmShare("a", 1, 1000, offers=0)
    assert next_firms([more, FirmShare("b", 0, 1000, offers=9)]) == ("b", "a")
    assert next_firms([FirmShare("a", 1, 1001, offers=1), FirmShare("b", 0, 1000, offers=0)]) == ("b", "a")
    assert next_firms([FirmShare("a", 1, 1001, offers=0), FirmShare("b", 0, 1000, offers=1)]) == ("a", "b")


def test_a_firm_that_comes_too_late_reads_that_and_no_more():
    assert NO_LONGER_AVAILABLE == "This offer is no longer available."


def test_acceptances_are_counted_in_whole_per_cent():
    assert accepted_percent(FirmShare("a", 0, 1, 3, 2)) == 66
    assert accepted_percent(FirmShare("a", 0, 1)) is None
