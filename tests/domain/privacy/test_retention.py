"""Each field of a case has a clock of its own, kept as data with the reason for its length."""

from datetime import date
from importlib.resources import files

import pytest

from worksorders.domain.privacy.retention import Clock, Over, due_fields, read_rules
from worksorders.gateways.retention import check_rules, rules

ROW = {"field": "contact", "label": "Contact", "kinds": "person.name|person.phone", "clock": "case_over", "days": "10", "basis": "why"}  # fmt: skip


def test_the_rules_that_ship_end_every_case_and_name_a_basis_for_each_field():
    assert {rule.clock for rule in rules() if rule.takes_all} == set(Clock)
    assert all(rule.basis and rule.label for rule in rules())
    assert len({rule.field for rule in rules()}) == len(rules()) >= 8
    last = next(rule.days for rule in rules() if rule.field == "everything")
    assert all(rule.days <= last for rule in rules())


def test_a_field_is_due_so_many_days_after_its_clock_started_and_only_until_it_is_done():
    listed = read_rules([ROW, ROW | {"field": "everything", "days": "30", "kinds": ""}])
    over = Over(date(2026, 11, 1), ordered=True)
    assert [(due.rule.field, due.on) for due in due_fields(listed, over, ())] == [
        ("contact", date(2026, 11, 11)), ("everything", date(2026, 12, 1)),
    ]  # fmt: skip
    assert [due.rule.field for due in due_fields(listed, over, {"contact"})] == ["everything"]
    assert not list(due_fields(listed, over, {"everything"}))
    assert not list(due_fields(listed, Over(date(2026, 11, 1), ordered=False), ()))


@pytest.mark.parametrize(("column", "value"), [("days", "0"), ("days", "-3"), ("days", "soon"), ("clock", "never"), ("basis", " ")])  # fmt: skip
def test_a_wrong_row_is_refused_with_its_number_and_column(column, value):
    with pytest.raises(ValueError, match=f"row 2: {column}"):
        read_rules([ROW | {column: value}, ROW | {"field": "everything"}])


def test_a_bad_file_of_ones_own_stops_the_start_with_every_fault_by_line(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text(
        "field,label,kinds,clock,days,basis\n"
        "contact,Names,person.name,case_over,0,\n"
        "contact,Names,person.phone,never,soon,why\n"
        "home,Home,home.address,case_over\n"
    )
    faults = []
    check_rules({"RETENTION_RULES": str(own)}, faults)
    told = "\n".join(faults)
    for words in (
        "row 2: days is '0'", "row 2: basis is empty", "row 3: clock is 'never'", "row 3: days is 'soon'",
        "row 3: field contact is there already in row 2", "row 4: it has no days, basis", "no row is for everything",
    ):  # fmt: skip
        assert words in told
    assert len(faults) == 7
    faults.clear()
    check_rules({"RETENTION_RULES": str(tmp_path / "none.csv")}, faults)
    assert "cannot be read: No such file" in faults[0]


def test_a_file_of_ones_own_destroys_every_kind_and_no_unknown_one(tmp_path):
    shipped = (files("worksorders") / "data" / "retention.csv").read_text()
    own, faults = tmp_path / "own.csv", []
    own.write_text(shipped.replace(",90,", ",45,"))
    check_rules({"RETENTION_RULES": str(own)}, faults)
    assert faults == []
    own.write_text(shipped.replace("alarm.words", "alarm.colour"))
    check_rules({"RETENTION_RULES": str(own)}, faults)
    assert len(faults) == 2
    assert "row 3: kinds names alarm.colour" in faults[0]
    assert "no row destroys alarm.words" in faults[1]
