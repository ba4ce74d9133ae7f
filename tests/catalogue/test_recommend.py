"""Findings call for measures, in quantities that follow from what was measured."""

from decimal import Decimal

import pytest

from catalogue.recommend import (
    RecommendationError,
    SurveyedFinding,
    SurveyedOpening,
    recommend,
    service_items,
)
from catalogue.trade import parse_trade


def opening(kind, *findings, secure=True, name=None):
    surveyed = tuple(f if isinstance(f, SurveyedFinding) else SurveyedFinding(f) for f in findings)
    return SurveyedOpening(name or kind, kind, secure, surveyed)


def codes(recommendation):
    return [(line.opening_id, line.item_code, line.quantity) for line in recommendation.items]


def test_a_finding_brings_its_item_and_the_further_ones(items, rules):
    result = recommend([opening("front_door", "weak lock")], rules, items, built_before_2000=False)
    assert codes(result) == [("front_door", "LK06", 1), ("front_door", "LK11", 1)]
    assert result.items[0].because == ("weak lock",)


def test_two_findings_that_call_for_one_item_count_once(items, rules):
    result = recommend(
        [opening("front_door", "weak lock", "glass-panelled entrance door")],
        rules,
        items,
        built_before_2000=False,
    )
    assert codes(result).count(("front_door", "LK06", 1)) == 1
    lock = next(line for line in result.items if line.item_code == "LK06")
    assert lock.because == ("weak lock", "glass-panelled entrance door")


def test_a_measured_quantity_is_taken_from_the_finding(items, rules):
    result = recommend([opening("window", SurveyedFinding("no lock", Decimal(3)))], rules, items)
    assert codes(result) == [("window", "WN02", 3)]


@pytest.mark.parametrize("measured", [None, Decimal(0), Decimal(-1)])
def test_a_missing_measurement_is_refused_with_its_unit(items, rules, measured):
    with pytest.raises(RecommendationError, match="per sash"):
        recommend([opening("window", SurveyedFinding("no lock", measured))], rules, items)


def test_unknown_findings_are_all_listed(items, rules):
    with pytest.raises(RecommendationError) as raised:
        recommend([opening("gate", "rusty"), opening("window", "dirty")], rules, items)
    assert [(fault.opening_id, fault.finding) for fault in raised.value.faults] == [
        ("gate", "rusty"),
        ("window", "dirty"),
    ]


def test_an_insecure_opening_gets_the_interim_measure_first(items, rules):
    result = recommend(
        [opening("front_door", "glass-panelled entrance door", secure=False)],
        rules,
        items,
        built_before_2000=False,
    )
    assert [line.item_code for line in result.items] == ["DR04", "DR01", "LK06", "LK11"]
    assert result.items[0].interim_for == "DR01"


def test_a_secure_opening_or_one_without_lead_time_gets_no_interim_measure(items, rules):
    secure = recommend(
        [opening("front_door", "glass-panelled entrance door")], rules, items, built_before_2000=False
    )
    rekey = recommend(
        [opening("front_door", "no keys for the lock", secure=False)], rules, items, built_before_2000=False
    )
    assert all(line.interim_for is None for line in (*secure.items, *rekey.items))


def test_an_insecure_opening_without_interim_measure_is_noted(items, rules):
    result = recommend([opening("garage_door", "old remotes in other hands", secure=False)], rules, items)
    assert "add an interim measure" in result.notes[0]


@pytest.mark.parametrize(("built", "sampled"), [(True, True), (None, True), (False, False)])
def test_an_asbestos_sample_is_added_for_an_old_home_whose_door_is_cut(items, rules, built, sampled):
    openings = [opening("front_door", "glass-panelled entrance door"), opening("home")]
    result = recommend(openings, rules, items, built_before_2000=built)
    assert (("home", "SV04", 1) in codes(result)) is sampled


def test_no_sample_is_added_where_nothing_is_cut_or_one_is_there(items, rules):
    rekey = recommend([opening("front_door", "no keys for the lock")], rules, items, built_before_2000=True)
    assert [line.item_code for line in rekey.items] == ["LK03"]
    both = recommend(
        [
            opening("front_door", "glass-panelled entrance door"),
            opening("home", "built before 2000 and a door or lining to be cut"),
        ],
        rules,
        items,
        built_before_2000=True,
    )
    assert [line.item_code for line in both.items].count("SV04") == 1


def test_each_locksmith_visit_brings_a_call_out_and_the_order_a_walk_through(items):
    trades = [parse_trade("locksmith"), parse_trade("carpenter"), parse_trade("locksmith")]
    assert service_items(trades, items) == (("LK01", 1), ("LK01", 1), ("SV05", 1))
    assert service_items([], items) == ()


def test_every_rule_of_the_starting_data_can_be_recommended(items, rules):
    for rule in rules:
        measured = Decimal(2) if rule.measured_in else None
        result = recommend(
            [opening(rule.opening_kind, SurveyedFinding(rule.finding, measured))],
            rules,
            items,
            built_before_2000=False,
        )
        assert result.items[0].item_code == rule.item_code
        assert all(line.quantity > 0 for line in result.items)
