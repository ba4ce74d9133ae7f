"""A catalogue is read whole, and every fault of a broken file is told with its line."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.faults import FileFaultsError
from catalogue.item import ConsentNeeded, Evidence, Kind
from catalogue.load import CATALOGUE_COLUMNS, findings_of, load_catalogue, load_findings, opening_kinds

ROW = {
    "code": "LK03",
    "measure": "Rekey cylinder",
    "offer_name": "Lock work",
    "kind": "work",
    "unit": "each",
    "trade": "locksmith",
    "crew": "1",
    "minutes": "20",
    "lead_working_days": "0",
    "price_nzd_ex_gst": "70.00",
    "price_basis": "estimate",
    "after": "",
    "interim_item": "",
    "consent": "locks",
    "evidence": "photo",
    "rule": "",
}


def table(*rows):
    lines = [",".join(CATALOGUE_COLUMNS)]
    lines += [",".join((ROW | row)[column] for column in CATALOGUE_COLUMNS) for row in rows]
    return "\n".join(lines) + "\n"


def faults_of(data):
    with pytest.raises(FileFaultsError) as raised:
        load_catalogue(data)
    return raised.value.faults


def test_the_starting_catalogue_loads_whole(items):
    assert len(items) == 79
    door = items["DR01"]
    assert (door.kind, door.price, door.lead_working_days) == (Kind.WORK, Decimal("1050.00"), 3)
    assert door.after == ("SV04",)
    assert door.interim_item == "DR04"
    assert items["AL01"].after_everything
    assert items["SR04"].evidence == (
        Evidence.PHOTO,
        Evidence.CERTIFICATE_OF_COMPLIANCE,
        Evidence.ELECTRICAL_SAFETY_CERTIFICATE,
    )
    assert items["LK03"].consent is ConsentNeeded.LOCKS


def test_the_starting_findings_load_whole(rules):
    assert len(rules) == 39
    assert opening_kinds(rules)[:2] == ("front_door", "back_door")
    sash = next(rule for rule in findings_of(rules, "window") if rule.finding == "no lock")
    assert (sash.quantity, sash.measured_in) == (None, "per sash")
    alarm = next(rule for rule in findings_of(rules, "person") if rule.item_code == "AL01")
    assert alarm.also == (("AL02", Decimal(6)),)


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"code": "lock"}, "code", "'lock' is not an item code"),
        ({"measure": ""}, "measure", "is empty"),
        ({"kind": "job"}, "kind", "'job' is not one of work, check, charge, subscription"),
        ({"trade": "plumber"}, "trade", "'plumber' is not a known trade"),
        ({"crew": "0"}, "crew", "'0' is not a whole number from 1 to 4"),
        ({"minutes": "-5"}, "minutes", "'-5' is not a whole number"),
        ({"minutes": "1e3"}, "minutes", "'1e3' is not a whole number"),
        ({"lead_working_days": "3.5"}, "lead_working_days", "'3.5' is not a whole number"),
        ({"price_nzd_ex_gst": "NaN"}, "price_nzd_ex_gst", "'NaN' is not a number"),
        ({"price_nzd_ex_gst": "-70"}, "price_nzd_ex_gst", "'-70' is not a number"),
        ({"price_nzd_ex_gst": "70.00001"}, "price_nzd_ex_gst", "at most 4 decimals"),
        ({"after": "XX99"}, "after", "'XX99' is not a code of this catalogue"),
        ({"after": "*|LK03"}, "after", "mixes * with codes"),
        ({"interim_item": "XX99"}, "interim_item", "'XX99' is not a code of this catalogue"),
        ({"interim_item": "LK03"}, "interim_item", "cannot be its own interim measure"),
        ({"consent": "maybe"}, "consent", "'maybe' is not one of none, locks, owner"),
        ({"evidence": "photo|selfie"}, "evidence", "'selfie' is not one of photo"),
    ],
)
def test_a_bad_value_is_reported_by_line_and_column(change, column, words):
    (fault,) = faults_of(table({"code": "LK04"}, change))
    assert (fault.line, fault.column) == (3, column)
    assert words in fault.message
    assert str(fault).startswith(f"line 3, {column}: ")


def test_every_fault_of_a_file_is_listed_at_once():
    faults = faults_of(table({"trade": "plumber", "crew": "x"}, {"code": "LK04", "after": "ZZ01"}))
    assert [(fault.line, fault.column) for fault in faults] == [(2, "crew"), (2, "trade"), (3, "after")]


def test_a_code_given_twice_names_the_first_line():
    (fault,) = faults_of(table({}, {"code": "LK04"}, {}))
    assert fault.line == 4
    assert "already on line 2" in fault.message


def test_a_circle_of_dependencies_is_shown_once():
    faults = faults_of(
        table(
            {"code": "AA01", "after": "AA02"},
            {"code": "AA02", "after": "AA03"},
            {"code": "AA03", "after": "AA01"},
        )
    )
    assert [fault.message for fault in faults] == [
        "AA01 after AA02 after AA03 after AA01 is a circle; take one of these out of 'after'"
    ]


def test_an_interim_measure_with_a_lead_time_is_refused():
    (fault,) = faults_of(table({"code": "AA01", "lead_working_days": "2"}, {"interim_item": "AA01"}))
    assert "must have none" in fault.message


def test_missing_unknown_and_repeated_columns_are_all_named():
    header = ",".join([*CATALOGUE_COLUMNS[1:], "colour", "unit"])
    faults = faults_of(header + "\n")
    assert {fault.column for fault in faults} == {"code", "colour", "unit"}
    assert all(fault.line == 1 for fault in faults)


def test_a_file_in_another_encoding_is_refused_with_the_line():
    (fault,) = faults_of(table({"measure": "Pāua lock"}).encode("utf-8").replace("ā".encode(), b"\xe2"))
    assert fault.line == 2
    assert "0xe2 is not UTF-8" in fault.message


def test_a_byte_order_mark_is_accepted():
    assert list(load_catalogue(table({}).encode("utf-8-sig"))) == ["LK03"]


@pytest.mark.parametrize("data", ["", b"", '"unclosed', ",".join(CATALOGUE_COLUMNS) + "\n"])
def test_a_file_without_rows_or_form_is_refused(data):
    assert faults_of(data)


def test_a_row_with_too_few_cells_is_refused_with_its_line():
    (fault,) = faults_of(table({}) + "LK04,short\n")
    assert fault.line == 3
    assert "2 cells where the header has 16" in fault.message


def test_lines_are_counted_through_quoted_line_breaks():
    faults = faults_of(table({"measure": '"two\nlines"'}, {"code": "LK04", "crew": "x"}))
    assert [fault.line for fault in faults] == [4]


@given(st.binary(max_size=300))
def test_any_bytes_load_or_are_refused_with_faults(data):
    with pytest.raises(FileFaultsError) as raised:
        load_catalogue(data)
    assert raised.value.faults


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("gate,no lock,XX99,1,", "item", "'XX99' is not a code of the catalogue"),
        ("gate,no lock,LK18,some,", "quantity", "neither a number above 0 nor one of per sash"),
        ("gate,no lock,LK18,0,", "quantity", "'0' is neither"),
        ("gate,no lock,LK18,1,LK11", "also", "'LK11' has no quantity"),
        ("gate,no lock,LK18,1,XX01:1", "also", "'XX01' is not a code"),
        ("gate,no lock,LK18,1,LK11:0", "also", "quantity 0"),
        (",no lock,LK18,1,", "opening", "is empty"),
    ],
)
def test_a_bad_rule_is_reported_by_line_and_column(items, line, column, words):
    with pytest.raises(FileFaultsError) as raised:
        load_findings(f"opening,finding,item,quantity,also\n{line}\n", items)
    (fault,) = raised.value.faults
    assert (fault.line, fault.column) == (2, column)
    assert words in fault.message


def test_a_finding_given_twice_is_refused(items):
    with pytest.raises(FileFaultsError, match="already on line 2"):
        load_findings(
            "opening,finding,item,quantity,also\ngate,no lock,LK18,1,\ngate,no lock,LK18,1,\n", items
        )
