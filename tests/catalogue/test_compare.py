"""Two versions of the catalogue are compared item by item and rule by rule."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from catalogue.compare import (
    Difference,
    catalogue_csv,
    catalogue_differences,
    findings_csv,
    preview,
    rate_card_csv,
    rate_differences,
    rule_differences,
)
from catalogue.load import load_catalogue, load_findings
from catalogue.rates import card_from_catalogue, load_rate_card
from catalogue.recommend import SurveyedFinding, SurveyedOpening


def test_what_is_exported_loads_as_it_was(items, rules):
    assert load_catalogue(catalogue_csv(items)) == items
    assert load_findings(findings_csv(rules), items) == rules
    dates = {"agreement": "A", "version": 1, "valid_from": date(2026, 7, 1)}
    card = card_from_catalogue(items, **dates)
    assert load_rate_card(rate_card_csv(card), items, **dates) == card


def test_the_same_versions_differ_in_nothing(items, rules):
    assert catalogue_differences(items, items) == ()
    assert rule_differences(rules, rules) == ()


def test_changed_new_and_gone_items_are_listed_by_column(items):
    after = {code: item for code, item in items.items() if code != "LK04"}
    after["LK03"] = replace(items["LK03"], minutes=25, price=Decimal("75.00"))
    after["LK21"] = replace(items["LK04"], code="LK21")
    assert catalogue_differences(items, after) == (
        Difference("LK04", "code", "LK04", None),
        Difference("LK03", "minutes", "20", "25"),
        Difference("LK03", "price_nzd_ex_gst", "70.00", "75.00"),
        Difference("LK21", "code", None, "LK21"),
    )


def test_a_rate_written_with_more_noughts_is_the_same_rate(items):
    before = card_from_catalogue(items, agreement="A", version=1, valid_from=date(2026, 7, 1))
    lines = dict(before.lines)
    lines["LK03"] = replace(lines["LK03"], rate=Decimal("70.0000"))
    lines["LK04"] = replace(lines["LK04"], rate=Decimal("36.00"))
    after = replace(before, version=2, lines=lines)
    assert rate_differences(before, after) == (Difference("LK04", "rate_nzd_ex_gst", "35", "36"),)


def test_changed_rules_are_tried_on_past_assessments(items, rules):
    gate = SurveyedOpening("g", "gate", True, (SurveyedFinding("no lock"),))
    door = SurveyedOpening("d", "front_door", True, (SurveyedFinding("no keys for the lock"),))
    past = {"one": ([gate], False), "two": ([door], False)}
    changed = [replace(rule, quantity=Decimal(2)) if rule.opening_kind == "gate" else rule for rule in rules]
    (difference,) = preview(past, (rules, items), (changed, items))
    assert difference.assessment == "one"
    assert difference.no_longer == (("g", "LK18", "1"),)
    assert difference.newly == (("g", "LK18", "2"),)


def test_a_past_finding_that_no_rule_knows_any_more_is_told(items, rules):
    door = SurveyedOpening("d", "front_door", True, (SurveyedFinding("no keys for the lock"),))
    fewer = [rule for rule in rules if rule.finding != "no keys for the lock"]
    (difference,) = preview({"two": ([door], False)}, (rules, items), (fewer, items))
    assert "not a finding known" in difference.fault
    assert difference.no_longer == (("d", "LK03", "1"),)


def test_tens_and_hundreds_are_written_in_full(items):
    dates = {"agreement": "A", "version": 1, "valid_from": date(2026, 7, 1)}
    before, after = (
        load_rate_card(f"code,unit,rate_nzd_ex_gst\nLK01,visit,{rate}\n", items, **dates)
        for rate in ("140.0000", "200")
    )
    assert rate_differences(before, after) == (Difference("LK01", "rate_nzd_ex_gst", "140", "200"),)
