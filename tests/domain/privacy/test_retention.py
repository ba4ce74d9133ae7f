"""Each field of a case has a clock of its own, kept as data with the reason for its length."""

from datetime import date

import pytest

from worksorders.domain.privacy.retention import Clock, Over, due_fields, read_rules
from worksorders.gateways.retention import rules

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
        read_rules([ROW | {column: value}])
